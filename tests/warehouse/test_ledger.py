"""The ledger says of every file what became of it, and of every week what has arrived."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Batch, Warehouse

QUARANTINED = {
    "line_no": 9,
    "record_kind": "booking",
    "rule_ids": "DT-006,ST-010",
    "severity": "critical",
    "details_json": "[]",
    "raw_text": "B9;31.02.2025",
    "raw_json": None,
}


def with_quarantine(make: SimpleNamespace, name: str, **overrides: Any) -> Batch:
    batch = make.batch(name, rows_read=9, rows_quarantined=1, rows_loaded=8)
    row = QUARANTINED | {"delivery_id": batch.deliveries[0].delivery_id} | overrides
    return Batch(batch.deliveries, make.now, batch.rows, quarantine=pl.DataFrame([row]))


def test_a_quarantined_row_keeps_its_text_rules_and_time(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(with_quarantine(make, "a"), {}, base=0)
    (row,) = warehouse.quarantine(state="open").to_dicts()
    assert (row["rule_ids"], row["raw_text"], row["state"]) == ("DT-006,ST-010", "B9;31.02.2025", "open")
    assert row["first_seen_at_utc"] == make.now
    assert warehouse.quarantine(state="waived").is_empty()


def test_coverage_counts_files_and_rows_per_source_and_week(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(with_quarantine(make, "a"), {}, base=0)
    warehouse.publish(with_quarantine(make, "b", iso_week="2025-W10"), {}, base=1)
    rows = {row["iso_week"]: row for row in warehouse.coverage().to_dicts()}
    assert set(rows) == {"", "2025-W10", "2025-W11", "2025-W12", "2025-W13"}
    assert rows["2025-W10"] == {
        "source_id": "bookings",
        "iso_week": "2025-W10",
        "files": 2,
        "rows_loaded": 4,
        "rows_quarantined": 1,
        "rows_duplicate": 0,
    }
    assert (rows[""]["files"], rows[""]["rows_quarantined"]) == (1, 1)


def test_known_bytes_are_recorded_as_a_duplicate_of_the_first(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    again = make.delivery("a", file_name="booking_desk/copy.csv", status="duplicate", reason="DUPLICATE_FILE")
    assert warehouse.record_duplicates([again], make.now) == 2
    last = warehouse.deliveries().to_dicts()[-1]
    assert (last["status"], last["first_delivery_no"], last["rows_loaded"]) == ("duplicate", 1, 0)
    assert warehouse.is_known("booking_desk/copy.csv", again.sha256)
    assert not warehouse.is_known("booking_desk/other.csv", again.sha256)


def test_a_copy_in_the_same_batch_points_to_its_original(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    copy = make.delivery("a", file_name="copy.csv", status="duplicate")
    warehouse.publish(Batch([*batch.deliveries, copy], make.now, batch.rows), {}, base=0)
    assert warehouse.deliveries()["first_delivery_no"].to_list() == [None, 1]


def test_a_rejected_file_is_recorded_and_may_be_loaded_later(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    rejected = make.delivery("a", status="rejected", reason="ENCODING", message="not UTF-8", dialect=None)
    warehouse.publish(Batch([rejected], make.now), {}, base=0)
    assert warehouse.loaded_names([rejected.sha256]) == {}
    warehouse.publish(make.batch("a"), {}, base=1)
    assert warehouse.loaded_names([rejected.sha256]) == {
        rejected.sha256: make.batch("a").deliveries[0].file_name
    }
    assert warehouse.deliveries().select("status", "reason").rows() == [
        ("rejected", "ENCODING"),
        ("loaded", None),
    ]


def test_unknown_bytes_are_unknown(warehouse: Warehouse) -> None:
    assert warehouse.loaded_names([f"{n:064x}" for n in range(1001)]) == {}


def test_findings_and_checks_are_kept_per_batch(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    finding = {
        "delivery_id": batch.deliveries[0].delivery_id,
        "rule_id": "ST-020",
        "severity": "warning",
        "message": "m",
    }
    schema = {
        "record_kind": pl.String,
        "rule_id": pl.String,
        "severity": pl.String,
        "evaluated": pl.Int64,
        "unexpected": pl.Int64,
        "success": pl.Boolean,
    }
    checks = pl.DataFrame([("booking", "ID-001", "critical", 8, 0, True)], schema=schema, orient="row")
    full = Batch(batch.deliveries, make.now, batch.rows, findings=[finding], checks=checks)
    warehouse.publish(full, {}, base=0)
    warehouse.publish(make.batch("b"), {}, base=1)
    assert warehouse.findings(snapshot=1).select("rule_id", "rows", "line_no").rows() == [("ST-020", 0, None)]
    assert warehouse.findings(snapshot=2).is_empty()
    assert warehouse.checks().drop("snapshot").select(checks.columns).equals(checks)


def test_a_rule_that_answers_twice_is_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    row = {
        "record_kind": "booking",
        "rule_id": "R",
        "severity": "info",
        "evaluated": 1,
        "unexpected": 0,
        "success": True,
    }
    batch = make.batch("a")
    with pytest.raises(UsageError, match="R was answered twice"):
        warehouse.publish(
            Batch(batch.deliveries, make.now, batch.rows, checks=pl.DataFrame([row, row])), {}, base=0
        )
    assert warehouse.snapshot() == 0


def test_times_are_utc_when_they_come_back(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    shifted = make.now.astimezone(ZoneInfo("Asia/Almaty")) + timedelta(microseconds=7)
    warehouse.publish(Batch(batch.deliveries, shifted, batch.rows), {}, base=0)
    assert warehouse.batches()["received_at_utc"].to_list() == [shifted]
    assert warehouse.batches().schema["received_at_utc"] == pl.Datetime("us", "UTC")


def test_an_empty_ledger_has_its_columns(warehouse: Warehouse) -> None:
    frames = (
        warehouse.deliveries(),
        warehouse.quarantine(),
        warehouse.findings(),
        warehouse.checks(),
        warehouse.coverage(),
    )
    assert all(frame.is_empty() and frame.columns for frame in frames)
    assert warehouse.coverage().schema["files"] == pl.Int64
