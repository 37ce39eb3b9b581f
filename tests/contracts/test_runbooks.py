"""Runbooks: one for each symptom, in one form, and no command in them that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor_etl.jobs.metrics import MEANINGS
from corridor_etl.settings import checkout
from tests.contracts.command_lines import commands_in, understood

DOCS = checkout() / "docs"
RUNBOOKS = sorted(p for p in (DOCS / "runbooks").glob("*.md") if p.name != "README.md")
READ = [*RUNBOOKS, DOCS / "deployment.md", DOCS / "storage.md", DOCS / "operations.md", DOCS / "metrics.md"]
PARTS = ["## How it shows", "## What to look at", "## What to do", "## How you know it is over"]


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda p: p.stem)
def test_a_runbook_has_the_four_parts_and_says_what_to_type(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## .*$", text) == PARTS
    assert commands_in(text)


@pytest.mark.parametrize("path", READ, ids=lambda p: p.stem)
def test_every_command_exists_with_its_options(path: Path) -> None:
    for line in commands_in(path.read_text(encoding="utf-8")):
        plain = re.sub(r"\[(--?[^\]]*)\]", r"\1", line)
        if plain.split()[1:] and not plain.endswith("..."):
            understood(plain)


@pytest.mark.parametrize("path", [*RUNBOOKS, DOCS / "metrics.md"], ids=lambda p: p.stem)
def test_every_metric_and_every_link_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"`(corridor_[a-z_]+)", text)) <= MEANINGS.keys()
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target


def test_every_symptom_has_its_runbook_and_the_list_names_them_all() -> None:
    listed = (DOCS / "runbooks" / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in RUNBOOKS}
    assert set(re.findall(r"\]\(([a-z_]+\.md)\)", listed)) == names
    assert names == {
        "held_issue.md", "rejected_file.md", "quarantine_growing.md", "unknown_mail.md", "late_source.md",
        "full_disk.md", "wrong_clock.md", "restoring.md",
    }  # fmt: skip


def test_a_command_that_does_not_exist_or_has_no_such_option_is_noticed() -> None:
    assert commands_in("```sh\n$ corridor db check\n```\nand `corridor outbox send`") == [
        "corridor db check",
        "corridor outbox send",
    ]
    for wrong in (
        "corridor cure",
        "corridor db mend",
        "corridor db check --quick",
        "corridor quarantine show x",
    ):
        with pytest.raises(Exception, match=r"no command in|No such option|valid integer"):
            understood(wrong)
