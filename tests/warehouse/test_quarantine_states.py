"""What a commit does to rows in quarantine: they move between counts and weeks, are decided upon, and are superseded."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from corridor_etl.errors import BalanceBroken, BaseMoved, UsageError
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.engine import writing

HELD: dict[str, Any] = {
    "record_kind": "booking",
    "rule_ids": "BK-001",
    "severity": "critical",
    "details_json": "[]",
    "raw_text": "as;received",
    "iso_week": "2025-W10",
}


def published(warehouse: Warehouse, make: SimpleNamespace, name: str, *held: dict[str, Any]) -> str:
    """Publishes a delivery of eight bookings and some held rows; its id."""
    batch = make.batch(name, rows_read=8 + len(held), rows_quarantined=len(held), rows_loaded=8)
    delivery_id: str = batch.deliveries[0].delivery_id
    rows = [HELD | {"delivery_id": delivery_id, "line_no": 20 + i} | row for i, row in enumerate(held)]
    done = Batch(batch.deliveries, make.now, batch.rows, quarantine=pl.DataFrame(rows))
    warehouse.publish(done, {}, base=warehouse.snapshot())
    return delivery_id


def healed(number: int, delivery_id: str, counter: str, **more: Any) -> pl.DataFrame:
    row = {"quarantine_id": number, "delivery_id": delivery_id, "iso_week": "2025-W11", "counter": counter}
    return pl.DataFrame([row | more])


def decided(state: str, reason: str | None = "because") -> dict[str, Any]:
    return {"state": state, "decided_by": "aigerim", "decision_reason": reason}


def booking(make: SimpleNamespace, delivery_id: str, **more: Any) -> dict[str, pl.DataFrame]:
    row = {"booking_no": "late", "delivery_id": delivery_id, "line_no": 20} | more
    return {"booking": make.bookings(row).drop("snapshot")}


def weeks(warehouse: Warehouse) -> dict[str, tuple[int, int, int]]:
    counted = ("rows_loaded", "rows_quarantined", "rows_duplicate")
    return {
        row["iso_week"]: tuple(row[c] for c in counted)
        for row in warehouse.coverage().to_dicts()
        if any(row[c] for c in counted)
    }


def test_a_row_moves_with_its_week_and_an_empty_week_is_gone(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    delivery_id = published(warehouse, make, "a", {"iso_week": None}, {"iso_week": None})
    assert weeks(warehouse)[""] == (0, 2, 0)
    loaded = healed(1, delivery_id, "rows_loaded", **decided("replayed"))
    repeated = healed(2, delivery_id, "rows_duplicate", **decided("waived"))
    batch = Batch([], make.now, healed_rows=booking(make, delivery_id), healed=pl.concat([loaded, repeated]))
    assert warehouse.publish(batch, {}, base=1) == 2
    assert "" not in set(warehouse.coverage()["iso_week"])
    assert weeks(warehouse)["2025-W11"] == (3, 0, 1)
    (delivery,) = warehouse.deliveries().to_dicts()
    assert (delivery["rows_loaded"], delivery["rows_quarantined"], delivery["rows_duplicate"]) == (9, 0, 1)
    rows = warehouse.quarantine().select("state", "decided_by", "decided_snapshot", "iso_week").rows()
    assert rows == [("replayed", "aigerim", 2, "2025-W11"), ("waived", "aigerim", 2, "2025-W11")]
    assert warehouse.batches()["rows_loaded"].to_list() == [8, 1]


def test_a_row_judged_anew_keeps_its_state_and_tells_what_is_wrong_now(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    delivery_id = published(warehouse, make, "a", {})
    anew = HELD | {
        "quarantine_id": 1, "delivery_id": delivery_id, "rule_ids": "DT-006", "iso_week": "2025-W20",
        "record_key": '{"booking_no":"B"}', "record_version": 3,
    }  # fmt: skip
    del anew["record_kind"]
    warehouse.publish(Batch([], make.now, refreshed=pl.DataFrame([anew])), {}, base=1)
    (row,) = warehouse.quarantine().to_dicts()
    assert (row["state"], row["rule_ids"], row["iso_week"]) == ("open", "DT-006", "2025-W20")
    assert (row["record_version"], row["decided_at_utc"], row["first_seen_at_utc"]) == (3, None, make.now)
    assert row["last_seen_at_utc"] > make.now
    assert weeks(warehouse)["2025-W20"] == (0, 1, 0)
    assert weeks(warehouse)["2025-W10"] == (2, 0, 0)


@pytest.mark.parametrize("state", ["replayed", "discarded", "waived"])
def test_a_row_that_was_decided_meanwhile_stops_the_commit(
    warehouse: Warehouse, make: SimpleNamespace, state: str
) -> None:
    delivery_id = published(warehouse, make, "a", {})
    with writing(warehouse.engine) as connection:
        connection.execute(
            text(f"UPDATE quarantine SET state = '{state}', decided_by = 'x', decision_reason = 'y'")
        )
    before = warehouse.deliveries().rows()
    loaded = healed(1, delivery_id, "rows_loaded", **decided("replayed"))
    batch = Batch([], make.now, healed_rows=booking(make, delivery_id), healed=loaded)
    with pytest.raises(BaseMoved, match="row 1 of the quarantine is no longer open"):
        warehouse.publish(batch, {}, base=1)
    assert (warehouse.deliveries().rows(), warehouse.snapshot()) == (before, 1)
    assert warehouse.rows("booking").height == 8


def test_only_a_discarded_row_is_opened_again(warehouse: Warehouse, make: SimpleNamespace) -> None:
    delivery_id = published(warehouse, make, "a", {})
    again = Batch([], make.now, healed=healed(1, delivery_id, "rows_quarantined", **decided("open")))
    with pytest.raises(BaseMoved, match="no longer discarded"):
        warehouse.publish(again, {}, base=1)
    away = Batch([], make.now, healed=healed(1, delivery_id, "rows_quarantined", **decided("discarded")))
    warehouse.publish(away, {}, base=1)
    warehouse.publish(again, {}, base=2)
    assert warehouse.quarantine()["state"].to_list() == ["open"]
    assert warehouse.deliveries()["rows_quarantined"].to_list() == [1]


def test_the_database_refuses_a_decision_without_a_reason_and_a_count_below_zero(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    delivery_id = published(warehouse, make, "a", {})
    silent = healed(1, delivery_id, "rows_quarantined", **decided("discarded", " ".strip()))
    with pytest.raises(IntegrityError, match="decision_given"):
        warehouse.publish(Batch([], make.now, healed=silent), {}, base=1)
    lost = pl.DataFrame([HELD | {"quarantine_id": 1}])
    with pytest.raises(UsageError, match="lacks delivery_id"):
        warehouse.publish(Batch([], make.now, refreshed=lost), {}, base=1)
    with writing(warehouse.engine) as connection:
        connection.execute(text("UPDATE delivery SET rows_quarantined = 0, rows_duplicate = 1"))
    loaded = healed(1, delivery_id, "rows_loaded", **decided("replayed"))
    batch = Batch([], make.now, healed_rows=booking(make, delivery_id), healed=loaded)
    with pytest.raises((BalanceBroken, IntegrityError), match="not_negative"):
        warehouse.publish(batch, {}, base=1)


def key(number: str) -> str:
    return json.dumps({"booking_no": number}, separators=(",", ":"))


@pytest.mark.parametrize(
    ("held_no", "held_version", "came", "state"),
    [
        ("late", 1, {"version": 1}, "superseded"),
        ("late", 1, {"version": 2}, "superseded"),
        ("late", 2, {"version": 1}, "open"),
        ("other", 1, {"version": 1}, "open"),
    ],
    ids=["same-version", "higher-version", "lower-version", "other-record"],
)
def test_a_held_row_is_superseded_by_the_same_or_a_higher_version_of_another_delivery(
    warehouse: Warehouse,
    make: SimpleNamespace,
    held_no: str,
    held_version: int,
    came: dict[str, int],
    state: str,
) -> None:
    published(warehouse, make, "a", {"record_key": key(held_no), "record_version": held_version}, {})
    late = make.delivery("b", rows_read=1, rows_loaded=1)
    batch = Batch([late], make.now, booking(make, late.delivery_id, **came))
    warehouse.publish(batch, {}, base=1)
    row, without_key = warehouse.quarantine().to_dicts()
    assert (row["state"], without_key["state"]) == (state, "open")
    if state == "superseded":
        said = f"booking_desk/b.csv brought version {came['version']} of the record"
        assert (row["decided_by"], row["decision_reason"], row["decided_snapshot"]) == ("corridor", said, 2)
    assert warehouse.deliveries()["rows_quarantined"].to_list() == [2, 0]


def test_a_delivery_before_it_in_the_same_batch_does_not_supersede_a_row(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    names = {"first": "open", "second": "superseded"}
    for base, (good, state) in enumerate(names.items()):
        bad = make.delivery(f"bad{base}", rows_read=1, rows_quarantined=1)
        fine = make.delivery(f"good{base}", rows_read=1, rows_loaded=1)
        row = HELD | {"delivery_id": bad.delivery_id, "line_no": 1, "record_version": 1}
        held = pl.DataFrame([row | {"record_key": key(good)}])
        rows = booking(make, fine.delivery_id, booking_no=good)
        order = [fine, bad] if good == "first" else [bad, fine]
        warehouse.publish(Batch(order, make.now, rows, quarantine=held), {}, base=base)
        assert warehouse.quarantine()["state"].to_list()[-1] == state
