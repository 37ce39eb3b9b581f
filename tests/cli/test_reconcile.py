"""``corridor reconcile``: what does not fit by filters, both sides beside the value believed, and a partner's list."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.discrepancies import DISCREPANCY_COLUMNS
from tests.warehouse.conftest import batch_of
from tests.warehouse.test_reconciled_items import items

RUNNER = CliRunner()
BOX, OTHER = "TEMU1000000", "TEMU1000016"
LEDGER = {
    "rule_id": "XR-005", "severity": "critical", "subject": "consignment", "subject_key": "CN|D1",
    "record_kind": "declaration_item", "record_key": "CN|D1|1", "iso_week": "2025-W10", "container_nos": BOX,
    "train_no": "X9001", "observed": "20500 19000", "expected": "3 %",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    """Three items: a weight and size that differ, a box that never moved, and one that fits."""
    batch = batch_of("b")
    mine = batch.deliveries[0]
    batch = replace(batch, deliveries=[replace(mine, sender_id="train_operator", file_name="=list.csv")])
    gap = {
        "subject_key": "t1", "consignment_key": "CN|D1", "outcomes": "weight_gap size_mismatch",
        "declared_gross_g": 19_000_000, "chosen_gross_g": 19_000_000, "manifest_size_type": "22G1",
        "port_size_type": "45G1", "list_delivery_id": mine.delivery_id, "list_line_no": 7,
    }  # fmt: skip
    unmoved = {
        "subject": "declared", "subject_key": f"CN|D9|{OTHER}", "container_nos": OTHER, "train_no": None,
        "declaration_nos": "D9", "in_manifest": False, "outcome": "declared_not_moved",
        "outcomes": "declared_not_moved", "opened_on": date(2025, 2, 1), "iso_week": "2025-W05",
    }  # fmt: skip
    fits = {"subject_key": "t3", "outcome": "matched", "outcomes": "matched", "opened_on": None}
    failing = pl.DataFrame([LEDGER], schema=DISCREPANCY_COLUMNS)
    with Warehouse.open(own_home) as warehouse:
        warehouse.publish(replace(batch, discrepancies=failing), items(gap, unmoved, fits), base=0)
    return own_home


def run(*words: str) -> str:
    result = RUNNER.invoke(app, ["reconcile", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def keys(*words: str) -> list[str]:
    return [row["subject_key"] for row in json.loads(run(*words, "--json"))]


def test_the_oldest_first_and_by_filter() -> None:
    unmoved = f"CN|D9|{OTHER}"
    by_words = {
        "": [unmoved, "t1"], "--week 2025-W10": ["t1"], f"--container {BOX.lower()}": ["t1", "t3"],
        "--outcome size_mismatch": ["t1"], "--outcome matched": ["t3"], "--outcome all": [unmoved, "t1", "t3"],
        "--outcome duplicate": [],
    }  # fmt: skip
    assert {words: keys(*words.split()) for words in by_words} == by_words


def test_both_sides_stand_beside_the_value_believed() -> None:
    head, line = run("--week", "2025-W10").splitlines()
    assert head.split() == [
        "iso_week", "train_no", "containers", "outcomes", "state", "age_days", "list_says", "declaration_says",
        "port_says", "believed",
    ]  # fmt: skip
    assert "weight_gap size_mismatch  open" in line
    assert line.split()[-3:] == ["20500.000", "19000.000", "19000.000"]


def test_a_container_shows_everything_and_its_history() -> None:
    text = run("--container", OTHER)
    assert "declared_not_moved" in text
    assert text.endswith("never a discrepancy\n")


def test_a_waiver_is_seen_and_taken_from_the_partners_list(home: Path) -> None:
    assert [line["asked"] for line in json.loads(run("--partner", "train_operator", "--json"))] == [
        "declared_not_moved", "weight_gap", "size_mismatch",
    ]  # fmt: skip
    with Warehouse.open(home) as warehouse:
        warehouse.waive_discrepancy(1, by="A", reason="agreed")
    (row,) = json.loads(run("--week", "2025-W10", "--json"))
    assert (row["state"], row["since_utc"] is not None) == ("waived", True)
    assert keys("--partner", "train_operator") == [f"CN|D9|{OTHER}"]


def test_a_partner_gets_what_its_documents_can_settle_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    assert run("--partner", "train_operator", "--csv", str(path)) == f"3 lines written to {path}\n"
    lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [line["what is wrong"] for line in lines] == ["declared_not_moved", "weight_gap", "size_mismatch"]
    said = {name: lines[1][name] for name in ("your file", "your line", "unit", "loading list", "declaration",
                                              "believed", "open since")}  # fmt: skip
    assert said == {
        "your file": "'=list.csv", "your line": "7", "unit": "kg", "loading list": "20500.000",
        "declaration": "19000.000", "believed": "19000.000", "open since": "2025-03-03",
    }  # fmt: skip
    assert (lines[2]["loading list"], lines[2]["port or rail"], lines[2]["declaration"]) == (
        "22G1",
        "45G1",
        "",
    )
    run("--partner", "rail_terminals", "--csv", str(path))
    others = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [line["what is wrong"] for line in others] == ["size_mismatch"]


def test_what_is_not_known_is_a_usage_error(tmp_path: Path) -> None:
    wrong: dict[tuple[str, ...], str] = {
        ("--outcome", "lost"): "there is no outcome 'lost'",
        ("--partner", "nobody"): "there is no sender 'nobody'",
        ("--csv", str(tmp_path / "x.csv")): "a list is written for one partner",
        ("--partner", "train_operator", "--csv", str(tmp_path / "no" / "x.csv")): "there is no folder",
    }
    for words, message in wrong.items():
        result: Any = RUNNER.invoke(app, ["reconcile", *words])
        assert isinstance(result.exception, UsageError)
        assert message in str(result.exception)


def test_grades_say_what_each_sender_is_weakest_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", batch_of("b").received_at_utc.isoformat())
    result = RUNNER.invoke(app, ["reconcile", "grades", "--json"], catch_exceptions=False)
    card = {(row["sender_id"], row["weeks"]): row for row in json.loads(result.output)}
    row = card["train_operator", 13]
    assert (row["files"], row["first_pass_pct"], row["grade"], row["weakest"]) == (1, 100.0, "A", None)
    table = RUNNER.invoke(app, ["reconcile", "grades"], catch_exceptions=False).output
    assert table.split()[:3] == ["sender_id", "iso_week", "weeks"]
    wrong: Any = RUNNER.invoke(app, ["reconcile", "grades", "--week", "24"])
    assert isinstance(wrong.exception, UsageError)
