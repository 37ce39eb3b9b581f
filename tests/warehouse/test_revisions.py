"""Each change of a weekly figure is told with the cause that its batch brought, and a change nobody explains says so."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text

from corridor_etl.warehouse import Batch, IssueRow, Warehouse
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.revisions import V_REVISIONS

BOOKED = {
    "iso_week": "2025-W10", "service_id": "YIN-ALA", "direction": "W", "departures": 1, "bookings": 1,
    "booked_teu_x100": 100, "capacity_teu_x100": 500, "sell_out_s_median": None, "departures_sold_out": 0,
}  # fmt: skip
DECLARED = {
    "iso_week": "2025-W10", "service_id": "YIN-ALA", "direction": "W", "flow": "IMPORT", "hs_chapter": "85",
    "items": 1, "declarations": 1, "value_cny_fen": 1, "value_usd_cent": 1, "net_g": 1,
}  # fmt: skip


class Figures:
    """A warehouse in which each commit changes the booked length of one week by its own snapshot."""

    def __init__(self, warehouse: Warehouse, make: SimpleNamespace) -> None:
        self.warehouse, self.make = warehouse, make

    def commit(self, batch: Batch | None = None, *, week: str = "2025-W10", **more: pl.DataFrame) -> int:
        base = self.warehouse.snapshot()
        booked = self.warehouse.mart("mart_booking_week").drop("snapshot").filter(pl.col("iso_week") != week)
        row = BOOKED | {"iso_week": week, "booked_teu_x100": base + 1}
        mart = pl.concat([booked, pl.DataFrame([row], schema=booked.schema)])
        empty = Batch(deliveries=[], received_at_utc=self.make.now)
        return self.warehouse.publish(batch or empty, {"mart_booking_week": mart, **more}, base=base)

    def batch(self, name: str, *rows: dict[str, Any], held: int = 0) -> Batch:
        """A delivery of bookings, all of 2025-W10, and some rows of it in quarantine."""
        counts = {"rows_read": len(rows) + held, "rows_loaded": len(rows), "rows_quarantined": held}
        one = self.make.delivery(name, **counts)
        lines = ({"delivery_id": one.delivery_id, "line_no": n} | r for n, r in enumerate(rows, start=1))
        kept = [
            {
                "delivery_id": one.delivery_id,
                "line_no": 90 + n,
                "record_kind": "booking",
                "rule_ids": "BK-001",
            }
            | dict.fromkeys(("severity", "details_json", "raw_text"), "x")
            for n in range(held)
        ]
        return Batch(
            deliveries=[one],
            received_at_utc=self.make.now,
            rows={"booking": self.make.bookings(*lines).drop("snapshot")},
            quarantine=pl.DataFrame(kept) if kept else None,
        )

    def heal(self, number: int, batch: Batch, state: str) -> int:
        """Lets a row of the quarantine load."""
        delivery_id = batch.deliveries[0].delivery_id
        healed = {
            "quarantine_id": number, "delivery_id": delivery_id, "iso_week": "2025-W10",
            "counter": "rows_loaded", "state": state, "decided_by": "aigerim", "decision_reason": "because",
        }  # fmt: skip
        row = {"booking_no": f"healed{number}", "delivery_id": delivery_id, "line_no": 90 + number - 1}
        rows = {"booking": self.make.bookings(row).drop("snapshot")}
        empty = Batch([], self.make.now, healed_rows=rows, healed=pl.DataFrame([healed]))
        return self.commit(empty)

    def causes(self, week: str = "2025-W10") -> list[str]:
        found = self.warehouse.revisions(week=week).filter(mart="mart_booking_week").sort("snapshot")
        return found["cause"].to_list()


@pytest.fixture
def figures(warehouse: Warehouse, make: SimpleNamespace) -> Figures:
    return Figures(warehouse, make)


def revised(batch: Batch, *weeks: str) -> Batch:
    """The batch with its first row about a record that was stored under some weeks before."""
    row = {"record_kind": "booking", "delivery_id": batch.deliveries[0].delivery_id, "line_no": 1}
    return replace(batch, revised=pl.DataFrame([row | {"iso_week": week} for week in weeks]))


def effect(batch: Batch, **more: str) -> pl.DataFrame:
    row = {
        "delivery_id": batch.deliveries[0].delivery_id, "correction_id": "C1", "iso_week": "2025-W10",
        "record_kind": "booking", "action": "override", "provider": "desk", "guard_outcome": "passed",
        "rows": 1, "first_line_no": 1, "old_text": "a", "new_text": "b",
    }  # fmt: skip
    return pl.DataFrame([row | more])


def issue(make: SimpleNamespace) -> IssueRow:
    empty = ("content_sha256", "context_json", "folder")
    known = {"edition": "weekly", "week": "2025-W10", "revision": 0, "language": "en", "issue_no": 1}
    rest = {"state": "published", "snapshot": 1, "published_at_utc": make.now, "scheduled_at_utc": None}
    return IssueRow(**known, **rest, **dict.fromkeys(empty, "x"))


def test_a_change_has_the_cause_its_batch_brought(figures: Figures, make: SimpleNamespace) -> None:
    held = figures.batch("first", {"booking_no": "B0"}, held=2)
    figures.commit(held)
    assert figures.causes() == [], "the first appearance of a week revises nothing"
    figures.commit(figures.batch("more", {"booking_no": "B1"}))
    figures.commit(revised(figures.batch("known", {"booking_no": "B1", "version": 2}), "2025-W10"))
    figures.commit(figures.batch("patch", {"booking_no": "B1", "version": 3, "action": "patch"}))
    figures.commit(figures.batch("cancel", {"booking_no": "B1", "version": 4, "action": "cancel"}))
    figures.heal(1, held, "replayed")
    figures.heal(2, held, "waived")
    flagged = figures.batch("flagged", {"booking_no": "B2"})
    figures.commit(replace(flagged, effects=effect(flagged, action="flag")))
    mended = figures.batch("mended", {"booking_no": "B3"})
    figures.commit(replace(mended, effects=effect(mended)))
    figures.commit()
    assert figures.warehouse.record_issue(issue(make), pl.DataFrame(schema=dict.fromkeys(("address", "value_text", "unit"), pl.String)), [])  # fmt: skip
    figures.commit(figures.batch("late", {"booking_no": "B4"}))
    assert figures.causes() == [
        "new", "corrected", "corrected", "cancelled", "replayed", "waived", "new", "corrections, new",
        "configuration", "late",
    ]  # fmt: skip


def test_the_causes_of_the_week_itself_go_before_those_of_others(figures: Figures) -> None:
    figures.commit(figures.batch("a", {"booking_no": "B1"}))
    figures.commit(week="2025-W11")
    moved = figures.batch("b", {"booking_no": "B1", "version": 2, "action": "replace"}, {"booking_no": "B2"})
    figures.commit(revised(moved, "2025-W11"), week="2025-W11")
    figures.commit(figures.batch("c", {"booking_no": "B3"}), week="2025-W11")
    # The record left 2025-W11, where nothing new came; what came later belongs to another week.
    assert figures.causes("2025-W11") == ["corrected", "new"]


def test_rows_of_a_kind_a_mart_is_not_made_from_explain_nothing(figures: Figures) -> None:
    warehouse = figures.warehouse
    schema = warehouse.mart("mart_trade_week").drop("snapshot").schema
    trade = [pl.DataFrame([DECLARED | {"items": n} | {"net_g": n}], schema=schema) for n in (1, 2)]
    figures.commit(mart_trade_week=trade[0])
    figures.commit(figures.batch("a", {"booking_no": "B1"}), mart_trade_week=trade[1])
    found = (
        warehouse.revisions(since=1).select("mart", "measure", "value_before", "value_after", "cause").rows()
    )
    assert found == [
        ("mart_booking_week", "booked_teu_x100", 1, 2, "new"),
        ("mart_trade_week", "items", 1, 2, "configuration"),
        ("mart_trade_week", "net_g", 1, 2, "configuration"),
    ]


def test_revisions_are_asked_for_by_week_and_snapshot_and_end_with_the_past(figures: Figures) -> None:
    for _ in range(4):
        figures.commit()
    warehouse = figures.warehouse
    assert warehouse.revisions()["snapshot"].to_list() == [2, 3, 4]
    assert warehouse.revisions(since=3)["snapshot"].to_list() == [4]
    assert warehouse.revisions(week="2025-W11").is_empty()
    assert warehouse.at(3).revisions()["snapshot"].to_list() == [2, 3]


def test_the_view_says_what_its_columns_mean(warehouse: Warehouse, database: str) -> None:
    with reading(warehouse.engine) as connection:
        rows = connection.execute(
            text("SELECT column_name, meaning FROM dim_column WHERE table_name = 'v_revisions'")
        )
        said = {name: meaning for name, meaning in rows if name}
        names = list(connection.execute(text("SELECT * FROM v_revisions")).keys())
        if database == "postgresql":
            query = "SELECT col_description('v_revisions'::regclass, n) FROM generate_series(1, 10) AS n"
            comments = list(connection.scalars(text(query)))
            assert comments == [c.comment for c in V_REVISIONS.columns]
    assert list(V_REVISIONS.columns.keys()) == names
    assert set(said) == set(names)
    assert all(said.values())
