"""What the quarantine holds: each bad row once, with all it breaks and as it was received."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from corridor_etl.quality.quarantine import QUARANTINE_SCHEMA, quarantine_frame

FAULT_SCHEMA = {
    "delivery_id": pl.String,
    "line_no": pl.Int64,
    "rule_id": pl.String,
    "column": pl.String,
    "observed": pl.String,
    "expected": pl.String,
    "raw_text": pl.String,
    "raw_json": pl.String,
}


def _faults(*rows: tuple[int, str, str]) -> pl.DataFrame:
    full = [("ffff", line, rule, column, "x", "y", f"line {line}", "{}") for line, rule, column in rows]
    return pl.DataFrame(full, schema=FAULT_SCHEMA, orient="row")


@pytest.fixture
def held(frame_of: Any, judge: Any) -> pl.DataFrame:
    changes = (
        {},
        {"container_no": "MSKU9070324", "cargo_gross_kg": "22000"},
        {"version": 2, "package_type": "QZ"},
    )
    staged = frame_of("manifest_container", *changes)
    failures = judge("manifest_container", *changes).failures
    faults = _faults((9, "ST-010", "tare_kg"), (9, "DT-006", "departure_on_local"), (4, "FIELD_COUNT", ""))
    return quarantine_frame("manifest_container", staged, failures, faults)


def test_each_row_is_held_once_with_all_its_rules(held: pl.DataFrame) -> None:
    assert held.schema == pl.Schema(QUARANTINE_SCHEMA)
    assert held.select("delivery_id", "line_no", "rule_ids").rows() == [
        ("0123456789abcdef", 3, "ID-002,WT-001"),
        ("ffff", 4, "FIELD_COUNT"),
        ("ffff", 9, "DT-006,ST-010"),
    ]
    assert set(held.select("record_kind", "severity").iter_rows()) == {("manifest_container", "critical")}


def test_details_and_row_can_be_read_back(held: pl.DataFrame) -> None:
    row = held.row(0, named=True)
    assert json.loads(row["details_json"]) == [
        {
            "rule_id": "ID-002",
            "column": "container_no",
            "observed": "MSKU9070324",
            "expected": "the check digit of the first ten characters",
        },
        {
            "rule_id": "WT-001",
            "column": "cargo_gross_kg, cargo_net_kg",
            "observed": "cargo_gross_kg=22000.000, cargo_net_kg=23000.000",
            "expected": "gross at least net, and net above zero",
        },
    ]
    cells = json.loads(row["raw_json"])
    assert (cells["container_no"], cells["cargo_gross_kg"]) == ("MSKU9070324", "22000.000")
    assert (row["raw_text"], row["iso_week"]) == ("as,received", "2025-W09")


def test_warnings_hold_nothing_back(held: pl.DataFrame) -> None:
    assert not held["rule_ids"].str.contains("CD-012").any()


def test_two_rows_of_one_line_are_both_held(frame_of: Any) -> None:
    staged = frame_of("booking", {}, {}).with_columns(line_no=pl.lit(1, dtype=pl.Int64))
    failures = pl.DataFrame(
        {
            "row_id": [0, 1],
            "rule_id": ["BK-001"] * 2,
            "severity": ["critical"] * 2,
            "column": ["teu"] * 2,
            "observed": ["0"] * 2,
            "expected": ["1"] * 2,
        }
    )
    assert quarantine_frame("booking", staged, failures, _faults()).height == 2


def test_nothing_bad_gives_an_empty_frame(frame_of: Any, judge: Any) -> None:
    held = quarantine_frame("booking", frame_of("booking"), judge("booking").failures, _faults())
    assert held.schema == pl.Schema(QUARANTINE_SCHEMA)
    assert held.is_empty()
