"""Every KPI on a worked example small enough to add up by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.kpis import kpis
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, booking, current, event, item, journey, manifest, utc

DIRECTION = ("2025-W23", "YIN-ALA", "W")


def rows(name: str, records: dict[str, pl.DataFrame], settings: Settings) -> list[tuple[Any, ...]]:
    """The KPI's rows as tuples in the order of its declared columns."""
    kpi = kpis()[name]
    assert kpi.compute is not None
    made = kpi.compute(corridor_facts(records, settings), settings)
    assert set(made.columns) == {*kpi.dimensions, *kpi.columns}
    return made.select(*kpi.dimensions, *kpi.columns).sort(kpi.dimensions).rows()


def delivered(box: str, gate_in: str, out: str, **overrides: Any) -> list[Row]:
    at = (gate_in, "2025-06-04 17:00", "2025-06-05 10:00", "2025-06-06 08:00", "2025-06-07 12:00", out)
    return journey(*at, container_no=box, **overrides)


def test_throughput_adds_boxes_teu_and_weight_per_kind_of_goods(settings: Settings) -> None:
    boxes = [
        manifest(container_no="A"),
        manifest(container_no="B", teu=Decimal("2.25"), cargo_gross_kg=Decimal("0.001"), cargo_net_kg=None),
        manifest(container_no="C", teu=None, cargo_gross_kg=None),
        manifest(container_no="D", full_empty="E", teu=Decimal(1), cargo_gross_kg=None, cargo_net_kg=None),
        manifest(container_no="F", full_empty=None, hs_code="940540", teu=Decimal("0.5")),
    ]
    assert rows("throughput", current(boxes), settings) == [
        (*DIRECTION, "EMPTY", "", "E", 1, 0, 100, 0, 0),
        (*DIRECTION, "UNDECLARED", "85", "F", 3, 1, 425, 20_000_501, 38_000_500),
        (*DIRECTION, "UNDECLARED", "94", "?", 1, 0, 50, 20_000_500, 19_000_250),
    ]


def test_boxes_of_one_train_that_left_on_two_days_keep_their_own_weeks(settings: Settings) -> None:
    boxes = [manifest("2025-06-08", container_no=box) for box in "AB"]
    left = [
        event("DEPA", "YIN", "2025-06-08 23:50", container_no="A"),
        event("DEPA", "YIN", "2025-06-09 00:10", container_no="B"),
    ]
    records = current(boxes, left)
    assert [(r[0], r[6]) for r in rows("throughput", records, settings)] == [("2025-W23", 1), ("2025-W24", 1)]
    assert [(r[0], r[3]) for r in rows("departures", records, settings)] == [("2025-W23", 1)]


def test_departures_count_trains_wagons_and_punctuality(settings: Settings) -> None:
    planned = utc("YIN", "2025-06-04 17:00")
    boxes = [
        manifest(container_no="A", wagon_no="1", planned_departure_at_utc=planned),
        manifest(container_no="B", wagon_no="2", planned_departure_at_utc=planned),
        manifest(container_no="C", train_no="X9002", wagon_no="1", planned_departure_at_utc=planned),
        manifest(container_no="D", train_no="X9003", wagon_no=None, planned_departure_at_utc=planned),
        manifest(container_no="F", train_no="X9004", wagon_no="1"),
    ]
    left = [
        event("DEPA", "YIN", at, container_no=box)
        for box, at in (
            ("A", "2025-06-04 19:00"),
            ("B", "2025-06-04 19:05"),
            ("C", "2025-06-04 14:59"),
            ("F", "2025-06-04 17:00"),
        )
    ]
    (row,) = rows("departures", current(boxes, left), settings)
    assert row == (*DIRECTION, 4, 4, 2, 1, 7200 - 7260, 4, 0)


def test_a_cancelled_week_has_0_of_its_planned_trains_and_a_week_without_service_no_row(
    settings: Settings,
) -> None:
    lists = [manifest("2025-06-04"), manifest("2025-06-25")]
    slots = [
        booking("B1", "2", "2025-05-01"),
        booking("B2", "2", "2025-05-01", train_no="X9011", departure_on_local=date(2025, 6, 11)),
        booking("B3", "2", "2025-05-01", train_no="X9012", departure_on_local=date(2025, 6, 12),
                booking_status="cancelled"),
        booking("B4", "2", "2025-05-01", train_no="X9013", departure_on_local=date(2025, 6, 26)),
    ]  # fmt: skip
    found = rows("departures", current(lists, bookings=slots), settings)
    assert [(row[0], row[3], *row[-2:]) for row in found] == [
        ("2025-W23", 1, 1, 0),
        ("2025-W24", 0, 2, 2),
        ("2025-W26", 1, 1, 0),
    ]


def test_what_lacks_a_rate_is_counted_and_adds_nothing(settings: Settings) -> None:
    sold = [
        item("D1", currency="CNY", total_price=Decimal(5), transaction_mode="3"),
        item("D2", currency="XAF"),
    ]
    (row,) = rows("trade_value", current(items=sold), settings)
    items, _, cny, *_, without, stat, as_declared = row[5:]
    assert (items, cny, without, stat, as_declared) == (2, 500, 1, 500, 0)


def test_trade_value_converts_each_item_and_counts_declarations_once(settings: Settings) -> None:
    items = [
        item("D1", 1, currency="CNY", total_price=Decimal("100.01")),
        item("D1", 2, currency="CNY", total_price=Decimal("0.02"), first_unit_code="007"),
        item("D2", 3, currency="CNY", total_price=Decimal("1")),
        item("D2", 1, currency="CNY", total_price=Decimal("1"), origin_country="JP"),
        item("D1", 4, regime="EAEU", ie_flag="I", currency="CNY", total_price=Decimal("7000")),
        item("D1", 5, ie_flag="T", currency="CNY", total_price=Decimal("7000")),
        item(
            "D9",
            1,
            service_id=None,
            ie_flag="I",
            origin_country="KZ",
            currency="CNY",
            total_price=Decimal("5"),
        ),
        item("D8", 1, released_on_local=None),
    ]
    found = [(*row[:8], row[9]) for row in rows("trade_value", current(items=items), settings)]
    assert found == [
        ("2025-W23", "UNKNOWN", "E", "IMPORT", "85", 1, 1, 500, 100_000),
        (*DIRECTION, "EXPORT_DOMESTIC", "85", 3, 2, 10_103, 200_000),
        (*DIRECTION, "RE_EXPORT", "85", 1, 1, 100, 100_000),
    ]


def test_dollars_are_taken_at_the_rate_of_the_release_date(settings: Settings) -> None:
    paid = [item("D1", 1, currency="USD", total_price=Decimal("100.00"), released_on_local=date(2025, 7, 27))]
    (row,) = rows("trade_value", current(items=paid), settings)
    assert row[7:9] == (71_683, 10_000)


def test_transit_time_door_to_door_and_by_leg(settings: Settings) -> None:
    boxes = [manifest(container_no=box) for box in "AB"]
    events = [
        *delivered("A", "2025-06-01 15:00", "2025-06-08 12:00"),
        *delivered("B", "2025-06-01 15:00", "2025-06-08 12:01"),
    ]
    found = {row[3]: row for row in rows("transit_time", current(boxes, events), settings)}
    week = 7 * 86400
    assert found["door_to_door"][4:-1] == (2, 2 * week + 60, week + 30, week + 30, None, week, week + 60, 1)
    baseline = 12 * 86400
    assert found["door_to_door"][-1] == round((baseline - week - 30) * 1_000_000 / baseline)
    assert {name: row[6] for name, row in found.items() if name.startswith("leg_")} == {
        "leg_origin": (3 * 24 + 2) * 3600,
        "leg_to_border": 17 * 3600,
        "leg_border": (22 + 3) * 3600,
        "leg_from_border": 28 * 3600,
        "leg_delivery": 24 * 3600 + 30,
    }
    assert sum(row[5] for name, row in found.items() if name.startswith("leg_")) == found["door_to_door"][5]
    assert all(row[-1] is None for name, row in found.items() if name != "door_to_door")
    assert {row[:3] for row in found.values()} == {DIRECTION}


def test_delivery_after_midnight_at_the_far_door_is_the_next_week(settings: Settings) -> None:
    early = current([manifest()], delivered("MSCU1234566", "2025-06-01 15:00", "2025-06-09 00:30"))
    assert {row[0] for row in rows("transit_time", early, settings)} == {"2025-W24"}
    assert [row[0] for row in rows("border_time", early, settings)] == ["2025-W23"]


def test_a_missing_milestone_takes_a_trip_out_of_the_legs_only(settings: Settings) -> None:
    at = (
        "2025-06-01 15:00",
        None,
        "2025-06-05 10:00",
        "2025-06-06 08:00",
        "2025-06-07 12:00",
        "2025-06-08 09:00",
    )
    records = current([manifest()], journey(*at))
    assert [row[3] for row in rows("transit_time", records, settings)] == ["door_to_door"]
    assert [row[4:6] for row in rows("border_time", records, settings)] == [(1, 25 * 3600)]


def test_a_negative_duration_is_left_out(settings: Settings) -> None:
    at = (
        "2025-06-01 15:00",
        "2025-06-04 17:00",
        "2025-06-06 10:00",
        "2025-06-05 08:00",
        "2025-06-07 12:00",
        "2025-06-08 09:00",
    )
    records = current([manifest()], journey(*at))
    assert rows("border_time", records, settings) == []
    assert "leg_border" not in {row[3] for row in rows("transit_time", records, settings)}
    assert "door_to_door" in {row[3] for row in rows("transit_time", records, settings)}


def test_a_duration_of_nothing_counts(settings: Settings) -> None:
    events = [event("ARRI", "HRS", "2025-06-05 10:00"), event("DEPA", "ALT", "2025-06-05 07:00")]
    assert [row[4:6] for row in rows("border_time", current([manifest()], events), settings)] == [(1, 0)]


@pytest.mark.parametrize(("full_empty", "timed"), [("F", 1), (None, 1), ("E", 0)])
def test_empty_boxes_are_not_timed(settings: Settings, full_empty: str | None, timed: int) -> None:
    records = current(
        [manifest(full_empty=full_empty)], delivered("MSCU1234566", "2025-06-01 15:00", "2025-06-08 12:00")
    )
    assert len(rows("border_time", records, settings)) == timed
    assert len(rows("transit_time", records, settings)) == 6 * timed


@pytest.mark.parametrize(("boxes", "p90"), [(4, None), (5, 96 * 60)])
def test_no_p90_below_five_trips(settings: Settings, boxes: int, p90: int | None) -> None:
    names = "ABCDE"[:boxes]
    events: list[Row] = []
    for minutes, box in zip((0, 30, 60, 90, 100), names, strict=False):
        hour, minute = divmod(minutes, 60)
        events += [event("ARRI", "HRS", "2025-06-05 10:00", container_no=box)]
        events += [event("DEPA", "ALT", f"2025-06-05 {7 + hour:02d}:{minute:02d}", container_no=box)]
    (row,) = rows("border_time", current([manifest(container_no=b) for b in names], events), settings)
    assert row[8] == p90
    assert row[7] == (45 * 60 if boxes == 4 else 60 * 60)


def test_booking_adds_departures_and_takes_the_median_of_the_sold_out(settings: Settings) -> None:
    day = date(2025, 6, 6)
    rows_ = [
        booking("B1", "30", "2025-05-20T08:00:00"),
        booking("B2", "10", "2025-05-20T08:00:01"),
        booking("B3", "20", "2025-05-20T08:00:00", train_no="X9002", departure_on_local=day),
        booking("B4", "22.5", "2025-05-20T08:00:04", train_no="X9002", departure_on_local=day),
        booking("B5", "1", "2025-05-20T08:00:00", train_no="X9003", departure_on_local=day),
    ]
    assert rows("booking", current(bookings=rows_), settings) == [(*DIRECTION, 3, 5, 8350, 12000, 2, 2)]


def test_a_week_without_a_sold_out_train_has_no_sell_out_time(settings: Settings) -> None:
    assert rows("booking", current(bookings=[booking("B1", "1", "2025-05-20T08:00:00")]), settings) == [
        (*DIRECTION, 1, 1, 100, 4000, None, 0)
    ]


def test_declared_share_counts_laden_boxes_of_both_directions(settings: Settings) -> None:
    boxes = [
        manifest(container_no="A"),
        manifest(container_no="B"),
        manifest(container_no="C", direction="E"),
        manifest(container_no="D", full_empty="E"),
        manifest(container_no="F", full_empty=None),
    ]
    records = current(boxes, items=[item(container_nos="A C D F")])
    assert rows("declared_share", records, settings) == [("2025-W23", "YIN-ALA", 3, 1)]
    assert rows("declared_share", current(boxes[3:]), settings) == []
