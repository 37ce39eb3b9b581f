"""Whatever happens later, the warehouse as of a snapshot is what it was when that snapshot was committed."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.discrepancies import DISCREPANCY_COLUMNS
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import BATCH, MART_CHANGE, STATE_CHANGE
from tests.warehouse.places import one_database

WEEKS = [f"2025-W{n}" for n in range(10, 14)]
MARTS = ("mart_match_week", "mart_transit_week")


def everything(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """All a reader can ask for."""
    return {
        "rows": warehouse.rows("booking"),
        "current": warehouse.current("booking"),
        "deliveries": warehouse.deliveries(),
        "quarantine": warehouse.quarantine(),
        "held": warehouse.quarantine(state="open", rules=["BK-001"]),
        "coverage": warehouse.coverage(),
        "arrivals": warehouse.arrivals(),
        "discrepancies": warehouse.discrepancies(),
        "open": warehouse.discrepancies(state="open"),
        "batches": warehouse.batches(),
        "findings": warehouse.findings(),
        "checks": warehouse.checks(),
        "effects": warehouse.correction_effects(),
        **{name: warehouse.mart(name) for name in MARTS},
        **{f"{name} of a week": warehouse.mart(name, weeks=WEEKS[:1]) for name in MARTS},
    }


class Walk:
    """Commits of every kind in an order that chance gives; each step leaves one more snapshot."""

    def __init__(self, warehouse: Warehouse, make: SimpleNamespace, seed: int) -> None:
        self.warehouse, self.make, self.chance = warehouse, make, random.Random(seed)
        self.copies = [everything(warehouse)]

    def go(self, steps: int) -> None:
        moves: list[Callable[[], Batch | None]] = [
            self.deliver, self.deliver, self.decide, self.decide, self.refresh, self.settle,
        ]  # fmt: skip
        while len(self.copies) <= steps:
            batch = self.chance.choice(moves)()
            if batch is not None:
                self.warehouse.publish(batch, self.marts(), base=self.warehouse.snapshot())
            if self.warehouse.snapshot() == len(self.copies):
                self.copies.append(everything(self.warehouse))

    def deliver(self) -> Batch:
        """A delivery with held rows; now and then it brings a record that is held since an earlier one."""
        number = len(self.copies)
        held = self.chance.randrange(3)
        batch = self.make.batch(f"d{number}", 4, rows_read=4 + held, rows_quarantined=held)
        delivery_id = batch.deliveries[0].delivery_id
        rows = [self.held(delivery_id, line) for line in range(held)]
        loaded = batch.rows["booking"]
        if self.chance.random() < 0.5:
            loaded = loaded.with_columns(
                booking_no=pl.when(pl.col("line_no") == 1)
                .then(pl.lit(f"held{self.chance.randrange(3)}"))
                .otherwise("booking_no")
            )
        return Batch(
            batch.deliveries,
            self.make.now + timedelta(days=number),
            {"booking": loaded},
            quarantine=pl.DataFrame(rows) if rows else None,
            discrepancies=self.failing(),
        )

    def held(self, delivery_id: str, line: int) -> dict[str, Any]:
        return {
            "delivery_id": delivery_id, "line_no": 20 + line, "record_kind": "booking", "rule_ids": "BK-001",
            "severity": "critical", "details_json": "[]", "raw_text": "as;received",
            "iso_week": self.chance.choice([*WEEKS, None]), "record_version": 1,
            "record_key": json.dumps({"booking_no": f"held{self.chance.randrange(3)}"}),
        }  # fmt: skip

    def decide(self) -> Batch | None:
        """A held row is discarded, opened again, or found to repeat a record."""
        state = self.chance.choice(["discarded", "open", "replayed"])
        rows = self.warehouse.quarantine(state="discarded" if state == "open" else "open").to_dicts()
        if not rows:
            return None
        row = self.chance.choice(rows)
        healed = {
            "quarantine_id": row["quarantine_id"], "delivery_id": row["delivery_id"], "state": state,
            "iso_week": self.chance.choice(WEEKS), "decided_by": "aigerim", "decision_reason": "because",
            "counter": "rows_duplicate" if state == "replayed" else "rows_quarantined",
        }  # fmt: skip
        return Batch([], self.make.now, healed=pl.DataFrame([healed]))

    def refresh(self) -> Batch | None:
        """A held row is judged anew and stays; another one gets a suggestion."""
        rows = self.warehouse.quarantine(state="open").to_dicts()
        if not rows:
            return None
        row, other = self.chance.choice(rows), self.chance.choice(rows)
        anew = self.held(row["delivery_id"], 0) | {
            "quarantine_id": row["quarantine_id"], "rule_ids": f"BK-00{self.chance.randrange(1, 4)}",
        }  # fmt: skip
        del anew["record_kind"], anew["line_no"]
        suggestion = {"quarantine_id": other["quarantine_id"], "suggestion": f"S{self.chance.randrange(9)}"}
        refreshed, suggested = pl.DataFrame([anew]), pl.DataFrame([suggestion])
        return Batch([], self.make.now, refreshed=refreshed, suggested=suggested)

    def settle(self) -> None:
        """A discrepancy is waived, or a waiver taken back: a snapshot of its own."""
        rows = self.warehouse.discrepancies().filter(pl.col("state") != "healed").to_dicts()
        if rows:
            row = self.chance.choice(rows)
            if row["state"] == "open":
                self.warehouse.waive_discrepancy(row["discrepancy_id"], by="desk", reason="agreed")
            else:
                self.warehouse.reopen_discrepancy(row["discrepancy_id"])

    def failing(self) -> pl.DataFrame | None:
        if self.chance.random() < 0.3:
            return None
        rows = [
            dict.fromkeys(DISCREPANCY_COLUMNS, "x")
            | {"subject_key": key, "line_no": 1, "observed": str(self.chance.randrange(2))}
            for key in self.chance.sample("ABCD", self.chance.randrange(4))
        ]
        return pl.DataFrame(rows, schema=DISCREPANCY_COLUMNS)

    def marts(self) -> dict[str, pl.DataFrame]:
        """Weeks come, change, go and come again; services with the separator of keys in their name."""
        rows = [
            {"iso_week": week, "service_id": service, "laden_boxes": 9, "declared_boxes": n}
            for week in WEEKS
            for service in ("YIN|ALA", "YIN%7CALA")
            if (n := self.chance.randrange(-3, 3)) > 0
        ]
        measures = ("trips", "sum_s", "mean_s", "median_s", "min_s", "max_s")
        transit = [
            {"iso_week": week, "service_id": "S", "direction": "W", "measure": "border"}
            | dict.fromkeys(measures, 1)
            | {"p90_s": self.chance.choice([None, 4]), "within_target": None, "saving_ppm": None}
            for week in WEEKS
            if self.chance.random() < 0.7
        ]
        schema = {"p90_s": pl.Int64, "within_target": pl.Int64, "saving_ppm": pl.Int64}
        return {
            "mart_match_week": pl.DataFrame(rows, schema=["iso_week", "service_id", "laden_boxes", "declared_boxes"])
            if rows else self.warehouse.mart("mart_match_week").drop("snapshot").clear(),
            "mart_transit_week": pl.DataFrame(transit, schema_overrides=schema)
            if transit else self.warehouse.mart("mart_transit_week").drop("snapshot").clear(),
        }  # fmt: skip


def _equal(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.schema == other.schema and one.equals(other)


def _changed(copies: list[dict[str, pl.DataFrame]]) -> set[str]:
    """The tables in which a row that was there changed or went."""
    return {
        name
        for before, after in itertools.pairwise(copies)
        for name, frame in before.items()
        if frame.join(after[name], on=frame.columns, how="anti", nulls_equal=True).height
    }


@one_database
@pytest.mark.parametrize(("seed", "steps"), [(1, 12), pytest.param(1, 20, marks=pytest.mark.long)])
def test_every_snapshot_reads_as_it_was_whatever_came_after(
    seed: int, steps: int, warehouse: Warehouse, make: SimpleNamespace
) -> None:
    walk = Walk(warehouse, make, seed)
    walk.go(steps)
    for snapshot, copy in enumerate(walk.copies):
        past = everything(warehouse.at(snapshot))
        assert past.keys() == copy.keys()
        assert [name for name, frame in copy.items() if not _equal(past[name], frame)] == [], snapshot
    assert_frame_equal(warehouse.deliveries(), walk.copies[-1]["deliveries"])
    # The walk must have gone where there is something to undo.
    mutable = {"deliveries", "quarantine", "coverage", "arrivals", "discrepancies", *MARTS}
    assert mutable <= _changed(walk.copies) | {"arrivals"}


def test_a_change_is_kept_with_its_values_and_its_snapshot(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), make.match_mart({}, {"iso_week": "2025-W11"}), base=0)
    warehouse.publish(make.batch("b"), make.match_mart({"declared_boxes": 40}), base=1)
    with reading(warehouse.engine) as connection:
        rows = (
            fetched(connection, select(MART_CHANGE))
            .drop("mart")
            .sort("snapshot", "iso_week", "measure")
            .rows()
        )
    assert rows == [
        (1, "2025-W10", "", "", None, None, None),
        (1, "2025-W11", "", "", None, None, None),
        (2, "2025-W10", "YIN-ALA", "declared_boxes", 38, 40, 1),
        (2, "2025-W11", "YIN-ALA", "declared_boxes", 38, None, 1),
        (2, "2025-W11", "YIN-ALA", "laden_boxes", 40, None, 1),
    ]  # fmt: skip


def test_a_decision_about_a_discrepancy_is_a_batch_of_its_own(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    walk = Walk(warehouse, make, 1)
    row = dict.fromkeys(DISCREPANCY_COLUMNS, "x") | {"line_no": 1}
    found = pl.DataFrame([row], schema=DISCREPANCY_COLUMNS)
    warehouse.publish(Batch([], make.now, discrepancies=found), {}, base=0)
    walk.settle()
    walk.settle()
    assert warehouse.snapshot() == 3
    states = [warehouse.at(snapshot).discrepancies()["state"].to_list() for snapshot in range(4)]
    assert states == [[], ["open"], ["waived"], ["open"]]
    with reading(warehouse.engine) as connection:
        changes = fetched(connection, select(STATE_CHANGE)).filter(column_name="state").sort("snapshot")
    assert changes["value_after"].to_list() == ["open", "waived", "open"]


def test_the_past_is_read_only(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    past = warehouse.at(1)
    for change in (
        lambda: past.publish(make.batch("b"), {}, base=1),
        lambda: past.waive_discrepancy(1, by="desk", reason="agreed"),
        lambda: past.record_duplicates([], make.now),
    ):
        with pytest.raises(UsageError, match="cannot be changed"):
            change()
    assert warehouse.snapshot() == 1


ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def three_days(warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A batch at 20:00 UTC on each of three days: it is the next day in Almaty by then."""
    for day in (1, 2, 3):
        monkeypatch.setenv("CORRIDOR_NOW", f"2025-06-0{day}T20:00:00+00:00")
        warehouse.publish(make.batch(f"d{day}"), {}, base=day - 1)
    monkeypatch.setenv("CORRIDOR_NOW", "2025-06-05T12:00:00+00:00")
    return warehouse


MOMENTS = {
    "0": 0, "2": 2, "3": 3, "2025-06-01T20:00:00Z": 1, "2025-06-02T19:59:59+00:00": 1,
    "2025-06-03T01:00:00+05:00": 2, "2025-06-03T00:59:59+05:00": 1, "2025-06-02": 1, "2025-06-03": 2,
    "2025-06-05": 3,
}  # fmt: skip
NO_MOMENTS = {
    "4": "no snapshot 4", "2025-06-01": "nothing was committed by", "2025-06-06": "yet to come",
    "2025-06-05T12:00:01Z": "yet to come", "2025-06-02T10:00:00": "has no zone", "-1": "is no moment",
    "yesterday": "is no moment", "": "is no moment", "\N{ARABIC-INDIC DIGIT TWO}": "is no moment",
}  # fmt: skip


def test_a_moment_is_the_last_snapshot_committed_by_then(three_days: Warehouse) -> None:
    assert {text: three_days.snapshot_of(text, ALMATY) for text in MOMENTS} == MOMENTS


def test_what_is_no_moment_of_the_warehouse_is_refused(three_days: Warehouse) -> None:
    for text, said in NO_MOMENTS.items():
        with pytest.raises(UsageError, match=said):
            three_days.snapshot_of(text, ALMATY)


def test_what_was_before_the_recording_is_refused_and_not_guessed(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    for number, name in enumerate("abc"):
        warehouse.publish(make.batch(name), {}, base=number)
    with writing(warehouse.engine) as connection:
        connection.execute(BATCH.update().where(BATCH.c.snapshot <= 2).values(is_recorded=False))
    with pytest.raises(UsageError, match="only since snapshot 2"):
        warehouse.at(1)
    assert warehouse.at(2).deliveries().height == 2
    assert datetime.now(UTC) > warehouse.at(2).batches()["committed_at_utc"][-1]
