"""The ledger in counts, the same on both databases, and none of the contents of rows or issues."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from corridor_etl.warehouse import IssueRow, OutboxRow, Warehouse
from corridor_etl.warehouse.publish import transaction
from corridor_etl.warehouse.schema import DISCREPANCY, QUARANTINE

FIGURES = pl.DataFrame(schema={"address": pl.String, "value_text": pl.String, "unit": pl.String})


@pytest.fixture
def filled(warehouse: Warehouse, make: SimpleNamespace) -> Warehouse:
    """Two batches: two loaded files, one of them old, and a rejected one; held rows, discrepancies, issues, mails."""
    old = make.batch("old", received_at_utc=make.now - timedelta(weeks=9))
    warehouse.publish(old, {}, base=0)
    batch = make.batch("new", rows=3)
    counts = dict.fromkeys(("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"), 0)
    refused = make.delivery(
        "cut", status="rejected", reason="TRUNCATED", message="it ends too early", **counts
    )
    batch.deliveries.append(refused)
    warehouse.publish(batch, {}, base=1)
    with transaction(warehouse.engine) as connection:
        held = {
            "delivery_id": batch.deliveries[0].delivery_id, "record_kind": "booking", "severity": "critical",
            "details_json": "[]", "raw_text": "as received", "first_seen_at_utc": make.now,
            "last_seen_at_utc": make.now, "snapshot": 2,
        }  # fmt: skip
        rows = (
            ("ID-001", "open", 0),
            ("ID-001,WT-002", "open", 3),
            ("ID-001", "open", 5),
            ("ID-001", "superseded", 9),
        )
        for line, (rules, state, days) in enumerate(rows):
            seen = make.now - timedelta(days=days)
            values = {**held, "line_no": line, "rule_ids": rules, "state": state, "first_seen_at_utc": seen}
            connection.execute(QUARANTINE.insert().values(values))
        for number, state in enumerate(("open", "open", "healed")):
            closed = None if state == "open" else make.now
            connection.execute(
                DISCREPANCY.insert().values(
                    rule_id="XR-001", severity="critical", subject="trip", subject_key=f"t{number}",
                    record_kind="booking", record_key="k", observed="nothing", expected="a declaration", state=state,
                    first_seen_at_utc=make.now - timedelta(days=number), changed_at_utc=make.now,
                    closed_at_utc=closed, snapshot_opened=2,
                )
            )  # fmt: skip
    issue = IssueRow(
        edition="weekly", week="2025-W10", revision=0, language="en", issue_no=1, state="published", snapshot=2,
        published_at_utc=make.now, scheduled_at_utc=None, content_sha256="0" * 64, context_json="{}" * 1000,
        folder="site/weekly/2025-W10/r0",
    )  # fmt: skip
    mails = [
        OutboxRow("weekly/2025-W10/r0/en", 0, f"{n}@corridor.example", f"<{n}>", "0" * 64, f"{n}.eml",
                  make.now - timedelta(hours=n), state=state)
        for n, state in enumerate(("queued", "queued", "failed"))
    ]  # fmt: skip
    warehouse.record_issue(issue, FIGURES, mails)
    return warehouse


def test_counts_are_by_state_and_name_the_oldest(filled: Warehouse, make: SimpleNamespace) -> None:
    found = filled.overview(make.now - timedelta(weeks=4), 10)
    assert found.deliveries.select("source_id", "status", "files", "rows_read", "rows_loaded").rows() == [
        ("bookings", "loaded", 1, 3, 3),
        ("bookings", "rejected", 1, 0, 0),
    ]
    assert found.rejected.select("file_name", "reason").rows() == [("booking_desk/cut.csv", "TRUNCATED")]
    days = [(r, n, (make.now - at).days) for r, n, at in found.quarantine.iter_rows()]
    assert days == [("ID-001", 2, 5), ("ID-001,WT-002", 1, 3)]
    assert [(*r[:3], (make.now - r[3]).days) for r in found.discrepancies.iter_rows()] == [
        ("XR-001", "critical", 2, 1)
    ]
    assert [(*r[:2], (make.now - r[2]).seconds // 3600) for r in found.outbox.iter_rows()] == [
        ("failed", 1, 2),
        ("queued", 2, 1),
    ]


def test_the_newest_are_named_up_to_a_number(filled: Warehouse, make: SimpleNamespace) -> None:
    assert filled.overview(make.now - timedelta(weeks=99), 10).batches["snapshot"].to_list() == [2, 1]
    few = filled.overview(make.now - timedelta(weeks=99), 1)
    assert few.batches["snapshot"].to_list() == [2]
    assert few.deliveries.filter(status="loaded")["files"].to_list() == [2]


def test_a_list_of_issues_does_without_their_contents(filled: Warehouse) -> None:
    listed = filled.listed_issues()
    assert "context_json" not in listed.columns
    assert listed.select("edition", "week", "state").rows() == [("weekly", "2025-W10", "published")]


def test_an_empty_ledger_is_empty_frames(warehouse: Warehouse, make: SimpleNamespace) -> None:
    found = warehouse.overview(make.now, 10)
    assert {name: frame.height for name, frame in vars(found).items()} == dict.fromkeys(vars(found), 0)
