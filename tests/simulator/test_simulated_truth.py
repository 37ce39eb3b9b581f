"""The truth follows the definitions of the figures: worked examples, and sums that must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.settings import load_settings
from corridor_etl.simulator.records import BookedSlots, DeclaredItem, Departure, Event, ListedBox, Record
from corridor_etl.simulator.truth_marts import marts
from corridor_etl.simulator.truth_numbers import quantile

SETTINGS = load_settings()
SUNDAY = date(2025, 4, 20)
TRAIN = Departure(
    "YIN-ALA", "W", "X9009", SUNDAY, datetime(2025, 4, 20, 15, 10, tzinfo=UTC),
    datetime(2025, 4, 20, 18, 30, tzinfo=UTC), "YIN", "ALA",
)  # fmt: skip
NUMBER = "CSQU3054383"


def box(**changes: Any) -> ListedBox:
    plain = ListedBox(
        TRAIN, "5123456", NUMBER, "45G1", "40HQ", 200, "F", "NB1", 10, "CT", 9_500_000, 9_000_000, 3_800_000, "Lamps",
        "9405419000", "A", "B", "CN", "B1", "S1",
    )  # fmt: skip
    return replace(plain, **changes)


def event(code: str, node: str, at: datetime, number: str = NUMBER) -> Event:
    return Event(code, number, "45G1", "F", node, at, "terminal")


def item(**changes: Any) -> DeclaredItem:
    plain = DeclaredItem(
        "310420250123456789", 1, "E", "3104", "9487", date(2025, 4, 18), date(2025, 4, 19), "0110", "3", "YIN-ALA",
        "X9009", "1", "KAZ", "CHN", "KAZ", "9405419000", "灯", Decimal(100), "007", Decimal("10"), Decimal("1000.00"),
        "CNY", Decimal("9000"), "035", 1, 1, 1, (NUMBER,), 1, date(2025, 4, 19),
    )  # fmt: skip
    return replace(plain, **changes)


JOURNEY = [
    event("GTIN", "NGB", datetime(2025, 4, 16, 0, 0, tzinfo=UTC)),
    event("DEPA", "YIN", datetime(2025, 4, 20, 18, 30, tzinfo=UTC)),
    event("ARRI", "HRS", datetime(2025, 4, 20, 22, 0, tzinfo=UTC)),
    event("DEPA", "ALT", datetime(2025, 4, 21, 10, 0, tzinfo=UTC)),
    event("ARRI", "ALA", datetime(2025, 4, 21, 20, 0, tzinfo=UTC)),
    event("GTOT", "ALA", datetime(2025, 4, 22, 6, 0, tzinfo=UTC)),
]


def only(records: list[Record], mart: str, **key: Any) -> dict[str, Any]:
    (row,) = [r for r in marts(records, SETTINGS)[mart] if key.items() <= r.items()]
    return row


def test_a_train_that_leaves_after_midnight_belongs_to_the_new_week() -> None:
    row = only([box(), *JOURNEY, item()], "mart_throughput_week")
    assert row == {
        "iso_week": "2025-W17", "service_id": "YIN-ALA", "direction": "W", "flow": "EXPORT_DOMESTIC",
        "hs_chapter": "94", "full_empty": "F", "boxes": 1, "boxes_unknown_size": 0, "teu_x100": 200,
        "cargo_gross_g": 9_500_000, "cargo_net_g": 9_000_000,
    }  # fmt: skip
    assert only([box()], "mart_throughput_week")["iso_week"] == "2025-W16"


def test_a_train_two_hundred_minutes_late_is_not_on_time() -> None:
    row = only(
        [box(), *JOURNEY], "mart_departure_week", iso_week="2025-W17", service_id="YIN-ALA", direction="W"
    )
    assert (row["trains_timed"], row["trains_on_time"], row["delay_s_sum"]) == (1, 0, 200 * 60)


def test_the_stretches_of_a_trip_add_up() -> None:
    rows = {r["measure"]: r for r in marts([box(), *JOURNEY], SETTINGS)["mart_transit_week"]}
    assert rows["door_to_door"]["sum_s"] == (6 * 24 + 6) * 3600
    assert rows["door_to_door"]["within_target"] == 1
    assert rows["border"]["sum_s"] == 12 * 3600
    assert sum(r["sum_s"] for m, r in rows.items() if m.startswith("leg_")) == rows["door_to_door"]["sum_s"]
    assert rows["door_to_door"]["p90_s"] is None


def test_a_missing_milestone_leaves_only_what_can_be_measured() -> None:
    without_gate = [e for e in JOURNEY if e.code != "GTIN"]
    rows = marts([box(), *without_gate], SETTINGS)["mart_transit_week"]
    assert [r["measure"] for r in rows] == ["border"]


def test_the_next_trip_takes_its_own_events() -> None:
    later = replace(TRAIN, train_no="X9021", departure_on=SUNDAY + timedelta(days=28))
    again = [replace(e, at_utc=e.at_utc + timedelta(days=28)) for e in JOURNEY]
    rows = marts([box(), box(departure=later), *again, *JOURNEY], SETTINGS)["mart_transit_week"]
    assert [r["sum_s"] for r in rows if r["measure"] == "door_to_door"] == [(6 * 24 + 6) * 3600] * 2


def test_of_two_traders_in_a_box_the_dearer_goods_decide() -> None:
    foreign = item(declaration_no="310420250123456790", origin_country="JPN", total_price=Decimal("2000.00"))
    assert only([box(), item(), foreign], "mart_throughput_week")["flow"] == "RE_EXPORT"
    assert only([box()], "mart_throughput_week")["flow"] == "UNDECLARED"
    assert only([box(full_empty="E"), item()], "mart_throughput_week")["flow"] == "EMPTY"


def test_a_declaration_of_another_season_does_not_count() -> None:
    old = item(declared_on=SUNDAY - timedelta(days=31))
    assert only([box(), old], "mart_throughput_week")["flow"] == "UNDECLARED"


def test_trade_is_dated_by_release_and_open_items_are_none() -> None:
    row = only([item()], "mart_trade_week")
    assert (row["iso_week"], row["value_cny_fen"], row["net_g"]) == ("2025-W16", 100_000, 9_000_000)
    assert marts([item(released_on=None)], SETTINGS)["mart_trade_week"] == []


def test_the_newest_version_counts_and_a_cancelled_row_does_not() -> None:
    heavier = box(version=2, status="corrected", gross_g=10_000_000)
    assert only([heavier, box()], "mart_throughput_week")["cargo_gross_g"] == 10_000_000
    assert marts([box(), box(version=2, status="cancelled")], SETTINGS)["mart_throughput_week"] == []
    released = item(version=2)
    assert only([released, item(released_on=None)], "mart_trade_week")["items"] == 1


def test_a_train_is_sold_out_with_the_booking_that_fills_it() -> None:
    first = datetime(2025, 4, 1, 2, 0, tzinfo=UTC)
    booked = [BookedSlots(f"B{i}", TRAIN, 5, 1000, first + timedelta(hours=i), "confirmed") for i in range(5)]
    cancelled = BookedSlots("C", TRAIN, 20, 4000, first, "cancelled")
    row = only([*booked, cancelled], "mart_booking_week")
    assert (row["departures_sold_out"], row["sell_out_s_median"], row["bookings"]) == (1, 3 * 3600, 5)
    assert only(booked[:3], "mart_booking_week")["sell_out_s_median"] is None


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([1, 2], Fraction(1, 2), 2),
        ([2, 3], Fraction(1, 2), 2),
        ([0, 10, 20, 30, 40], Fraction(9, 10), 36),
        ([7], Fraction(9, 10), 7),
    ],
)
def test_quantiles_round_half_to_even(values: list[int], share: Fraction, expected: int) -> None:
    assert quantile(values, share) == expected


@given(st.lists(st.integers(0, 10**7), min_size=1).map(sorted), st.fractions(0, 1))
def test_a_quantile_lies_between_the_extremes(values: list[int], share: Fraction) -> None:
    assert values[0] <= quantile(values, share) <= values[-1]


@given(st.permutations([box(), item(), *JOURNEY]))
def test_the_order_of_records_does_not_matter(records: list[Record]) -> None:
    assert marts(records, SETTINGS) == marts([box(), item(), *JOURNEY], SETTINGS)


def test_the_same_boxes_are_in_every_mart(spring: Any) -> None:
    laden = sum(r["boxes"] for r in spring.rows("mart_throughput_week") if r["full_empty"] == "F")
    assert laden == sum(r["laden_boxes"] for r in spring.rows("mart_match_week"))
    undeclared = sum(r["boxes"] for r in spring.rows("mart_throughput_week", flow="UNDECLARED"))
    assert laden - undeclared == sum(r["declared_boxes"] for r in spring.rows("mart_match_week"))
