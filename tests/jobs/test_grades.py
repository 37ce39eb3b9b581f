"""Counts of the grade card from a ledger that was filled by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.jobs.grades import counts, grades
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.batch import (
    EFFECT_COLUMNS,
    PROFILE_COLUMN_COLUMNS,
    PROFILE_COLUMNS,
    QUARANTINE_COLUMNS,
)
from tests.warehouse.conftest import batch_of

AT = datetime(2025, 6, 9, 8, tzinfo=UTC)  # Monday of 2025-W24
SENDER = "train_operator"


def profiled(delivery_id: str) -> dict[str, pl.DataFrame]:
    """Ten manifests: two have no train, one no container; an empty seal and version count for nothing."""
    kind = {"delivery_id": delivery_id, "record_kind": "manifest_container", "rows": 10, "comparable": 0,
            "is_held": False}  # fmt: skip
    nulls = {"train_no": 2, "container_no": 1, "seal_nos": 7, "version": 5}
    columns = [
        {"delivery_id": delivery_id, "record_kind": "manifest_container", "column_name": name, "nulls": n,
         "distinct_count": 1}
        for name, n in nulls.items()
    ]  # fmt: skip
    return {
        "profiles": pl.DataFrame([_whole(kind, PROFILE_COLUMNS)], schema=PROFILE_COLUMNS),
        "profile_columns": pl.DataFrame([_whole(c, PROFILE_COLUMN_COLUMNS) for c in columns],
                                        schema=PROFILE_COLUMN_COLUMNS),
    }  # fmt: skip


def _whole(row: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(schema), **row}


def loaded() -> Batch:
    """Eight rows loaded, two held back, three mended; the sender's file of week 23 comes in time."""
    batch = batch_of("a", rows_read=10, rows_quarantined=2)
    came = replace(batch.deliveries[0], sender_id=SENDER, source_id="manifests", received_at_utc=AT)
    held = [
        {"delivery_id": came.delivery_id, "line_no": n, "record_kind": "booking", "rule_ids": "BK-001",
         "severity": "critical", "details_json": "[]", "raw_text": "as;received"}
        for n in (9, 10)
    ]  # fmt: skip
    effects = [
        {"delivery_id": came.delivery_id, "correction_id": name, "iso_week": "2025-W10", "record_kind": "booking",
         "action": action, "provider": SENDER, "guard_outcome": outcome, "rows": rows}
        for name, action, outcome, rows in (("C1", "scale", "passed", 3), ("C2", "override", "failed", 5),
                                            ("C3", "flag", "passed", 4))
    ]  # fmt: skip
    return replace(
        batch,
        deliveries=[came],
        received_at_utc=AT,
        quarantine=pl.DataFrame([_whole(h, QUARANTINE_COLUMNS) for h in held], schema=QUARANTINE_COLUMNS),
        effects=pl.DataFrame([_whole(e, EFFECT_COLUMNS) for e in effects], schema=EFFECT_COLUMNS),
        **profiled(came.delivery_id),
    )


def refused(days: int) -> Batch:
    batch = batch_of("r", rows_read=0)
    came = replace(
        batch.deliveries[0], sender_id=SENDER, source_id="manifests", status="rejected", reason="EMPTY", rows_read=0,
        rows_loaded=0, received_at_utc=AT + timedelta(days=days),
    )  # fmt: skip
    return Batch(deliveries=[came], received_at_utc=AT + timedelta(days=days))


@pytest.fixture
def filled(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-18T00:00:00+00:00")
    warehouse = Warehouse.open(own_home)
    warehouse.publish(loaded(), {}, base=0)
    warehouse.publish(refused(days=7), {}, base=1)
    return warehouse


def test_counts_are_by_sender_and_week_of_receipt(filled: Warehouse, settings: Settings) -> None:
    found = {row["iso_week"]: row for row in counts(filled, settings).filter(sender_id=SENDER).to_dicts()}
    week = found["2025-W24"]
    assert (week["files"], week["files_rejected"], week["rows_judged"]) == (1, 0, 10)
    assert (week["rows_held"], week["rows_corrected"]) == (2, 3)
    assert (week["cells"], week["cells_empty"]) == (20, 3)
    later = found["2025-W25"]
    assert (later["files"], later["files_rejected"], later["rows_judged"]) == (1, 1, 0)


def test_a_week_that_was_due_and_did_not_come_is_late(filled: Warehouse, settings: Settings) -> None:
    late = counts(filled, settings).filter(pl.col("weeks_due") > 0, sender_id=SENDER)
    assert late.select("iso_week", "weeks_due", "weeks_late").rows() == [("2025-W24", 1, 1)]


def test_the_card_ends_with_the_last_receipt_and_adds_thirteen_weeks_up(
    filled: Warehouse, settings: Settings
) -> None:
    rows = grades(filled, settings).filter(sender_id=SENDER).to_dicts()
    assert [(row["iso_week"], row["weeks"]) for row in rows] == [
        ("2025-W24", 1),
        ("2025-W25", 1),
        ("2025-W25", 13),
    ]
    assert (rows[2]["first_pass_pct"], rows[2]["complete_pct"], rows[2]["accepted_pct"]) == (50.0, 85.0, 50.0)
    assert (rows[2]["grade"], rows[2]["weakest"]) == ("E", "on_time_pct")
    assert grades(filled, settings, "2025-W24").filter(sender_id=SENDER)["weeks"].to_list() == [1, 13]
