"""The list of checks names all of them, each where it is made, and nothing that is not there."""

from __future__ import annotations

import ast
import importlib

import pytest

from corridor_etl.jobs.checks_catalogue import CATALOGUE, Check, render_checks
from corridor_etl.reports import checks, consistency
from corridor_etl.settings import checkout

NAMED = {place.partition(":")[2] for check in CATALOGUE for place in check.where}


def test_each_check_has_its_number() -> None:
    assert [check.number for check in CATALOGUE] == list(range(1, 33))


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: f"{check.number:02}")
def test_a_check_is_where_the_list_says(check: Check) -> None:
    for place in check.where:
        where, _, name = place.partition(":")
        if where.endswith(".py"):
            tree = ast.parse((checkout() / where).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, place
        else:
            assert callable(getattr(importlib.import_module(f"corridor_etl.{where}"), name)), place


def test_no_check_before_sending_is_left_out_of_the_list() -> None:
    made = {rule.__name__ for rule in (*checks.CHECKS, *consistency.RULES)} - {"parts_agree"}
    assert made <= NAMED


def test_the_page_of_checks_is_current() -> None:
    page = (checkout() / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == render_checks(), (
        "write it anew: python -m corridor_etl.jobs.checks_catalogue > docs/checks.md"
    )
