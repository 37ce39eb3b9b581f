"""``corridor discrepancies``: a list by filters, one with its files, and decisions that say who and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import CHECK_COLUMNS, Warehouse
from corridor_etl.warehouse.discrepancies import DISCREPANCY_COLUMNS
from tests.warehouse.conftest import batch_of

RUNNER = CliRunner()
ROW = {
    "rule_id": "XR-001", "severity": "critical", "subject": "trip", "subject_key": "T1",
    "record_kind": "manifest_container", "record_key": "T1", "line_no": 3, "iso_week": "2025-W23",
    "container_nos": "MSKU9070323 MSCU7654321", "train_no": "X9001", "observed": "none", "expected": "one",
}  # fmt: skip
OTHER = {
    "rule_id": "XR-003",
    "subject_key": "T2",
    "iso_week": "2025-W24",
    "container_nos": None,
    "train_no": "X9003",
}


@pytest.fixture(autouse=True)
def two_open(own_home: Path) -> None:
    batch = batch_of("b")
    rows = [{**ROW, "delivery_id": batch.deliveries[0].delivery_id}, {**ROW, **OTHER, "severity": "warning"}]
    silent = {"record_kind": "cross_source", "rule_id": "XR-009", "severity": "warning", "success": True}
    checks = pl.DataFrame(
        [silent | dict.fromkeys(("evaluated", "unexpected", "withdrawn"), 0)], schema=CHECK_COLUMNS
    )
    found = pl.DataFrame(rows, schema=DISCREPANCY_COLUMNS)
    with Warehouse.open(own_home) as warehouse:
        warehouse.publish(replace(batch, discrepancies=found, checks=checks), {}, base=0)


def ask(*words: str) -> Any:
    result = RUNNER.invoke(app, ["discrepancies", *words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.output)


def test_list_by_filter() -> None:
    by_words = {
        "": ["XR-001", "XR-003"], "--rule XR-003": ["XR-003"], "--week 2025-W23": ["XR-001"],
        "--container mscu7654321": ["XR-001"], "--container MSCU765432": [], "--train X9003": ["XR-003"],
        "--state waived": [], "--state all": ["XR-001", "XR-003"],
    }  # fmt: skip
    found = {words: [row["rule_id"] for row in ask("list", *words.split())] for words in by_words}
    assert found == by_words


def test_the_list_for_people_names_rules_that_had_nothing_to_judge() -> None:
    text = RUNNER.invoke(app, ["discrepancies", "list"]).output
    assert "T1" in text
    assert "not judged, because there is nothing to compare: XR-009" in text


def test_show_names_the_files() -> None:
    assert ask("show", "1")["file_name"] == "booking_desk/b.csv"
    assert ask("show", "2")["other_file_name"] is None
    with pytest.raises(UsageError, match="no discrepancy 9"):
        RUNNER.invoke(app, ["discrepancies", "show", "9"], catch_exceptions=False)


def test_waive_and_reopen() -> None:
    assert ask("waive", "1", "--by", "desk", "--reason", "agreed") == {"discrepancy_id": 1, "state": "waived"}
    assert [row["reason"] for row in ask("list", "--state", "waived")] == ["agreed"]
    assert ask("reopen", "1") == {"discrepancy_id": 1, "state": "open"}
    assert len(ask("list")) == 2


def test_a_waiver_without_reason_is_a_usage_error() -> None:
    assert RUNNER.invoke(app, ["discrepancies", "waive", "1", "--by", "desk"]).exit_code == 2
