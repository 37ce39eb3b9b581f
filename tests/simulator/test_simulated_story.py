"""The story is the one the corridor's operator made public."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from corridor_etl.reference.container_number import is_valid, remainder
from corridor_etl.reference.hs import subheadings
from corridor_etl.settings import load_settings
from corridor_etl.simulator.goods import Goods
from corridor_etl.simulator.records import Event, zone_of_node
from corridor_etl.simulator.story import PER_USD, ROUTES
from corridor_etl.simulator.world import World, world

SERVICES = {service.id: service for service in load_settings().services}


@pytest.fixture(scope="module")
def told() -> World:
    return world(1, "2025-W26", load_settings())


def terminal_rows(inbox: Any) -> list[dict[str, str]]:
    rows = []
    for path in sorted((inbox / "rail_terminals").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, delimiter=";"))
    return rows


def test_the_first_train_leaves_yining_with_twenty_boxes_of_ceramics(spring: Any) -> None:
    sheet = openpyxl.load_workbook(spring.inbox / "train_operator/manifest_X9001_2025-02-28.xlsx").active
    facts = {sheet.cell(r, 1).value: sheet.cell(r, 2).value for r in range(2, 9)}
    assert facts["发车日期 Departure date"].isoformat() == "2025-02-28T00:00:00"
    assert facts["计划发车 Planned departure"] == "2025-02-28 17:00"
    codes = [row[12] for row in sheet.iter_rows(min_row=12, values_only=True) if row[12]]
    assert len(codes) == 20
    assert {c[:4] for c in codes} <= {"6911", "6907"}
    left = {
        r["event_time"]
        for r in terminal_rows(spring.inbox)
        if (r["train_no"], r["event"], r["locode"]) == ("X9001", "DEPA", "CNYIN")
    }
    assert left == {"28.02.2025 17:11"}


def test_the_first_train_is_worth_about_seven_million(spring: Any) -> None:
    worth = spring.rows("mart_trade_week", iso_week="2025-W09", service_id="YIN-ALA", direction="W")
    assert 6_800_000_00 <= sum(r["value_cny_fen"] for r in worth) <= 7_200_000_00


def test_just_over_three_hundred_boxes_worth_280_million_by_the_end_of_june(spring: Any) -> None:
    story = spring.truth["story"]
    assert 300 <= story["westbound_laden_boxes"] <= 312
    assert abs(story["export_value_cny_fen"] - 280_000_000_00) <= 280_000_000_00 * 0.02


def test_a_train_planned_on_sunday_leaves_on_monday(told: World) -> None:
    trains = {boxes[0].departure for boxes in told.lists}
    moved = [
        t
        for t in trains
        if t.departed_at_utc.astimezone(zone_of_node(t.origin)).isocalendar()[1]
        != t.departure_on.isocalendar()[1]
    ]
    sunday = [t for t in moved if t.service_id == "YIN-ALA"]
    assert [str(t.departed_at_utc.astimezone(zone_of_node(t.origin)))[:16] for t in sunday] == [
        "2025-04-21 02:30"
    ]


def test_westbound_trains_are_sold_out_within_days(spring: Any) -> None:
    rows = spring.rows("mart_booking_week", service_id="YIN-ALA", direction="W")
    days = [r["sell_out_s_median"] / 86_400 for r in rows if r["departures_sold_out"]]
    assert len(days) >= len(rows) - 2
    assert max(days) < 7


def test_the_way_takes_less_than_a_week_but_not_always(spring: Any) -> None:
    rows = spring.rows("mart_transit_week", service_id="YIN-ALA", direction="W", measure="door_to_door")
    within = sum(r["within_target"] for r in rows)
    trips = sum(r["trips"] for r in rows)
    assert 0.8 * trips < within < trips
    slow = spring.rows("mart_transit_week", service_id="YIU-EU", direction="W", measure="door_to_door")
    assert min(r["min_s"] for r in slow) > 15 * 86_400


def test_some_weeks_are_congested_at_the_border(spring: Any) -> None:
    hours = [
        r["mean_s"] / 3600
        for r in spring.rows("mart_transit_week", service_id="YIN-ALA", direction="W", measure="border")
    ]
    assert sum(10 <= h <= 20 for h in hours) > len(hours) / 2
    assert any(h > 25 for h in hours)


def test_backhaul_is_mostly_laden_and_carries_ores_metal_and_farm_goods(spring: Any) -> None:
    rows = spring.rows("mart_throughput_week", service_id="YIN-ALA", direction="E")
    empty = sum(r["boxes"] for r in rows if r["flow"] == "EMPTY") / sum(r["boxes"] for r in rows)
    assert 0.08 <= empty <= 0.22
    assert {"74", "26", "11"} <= {r["hs_chapter"] for r in rows}
    assert {"IMPORT", "EMPTY"} <= {r["flow"] for r in rows} <= {"IMPORT", "EMPTY", "UNDECLARED"}


def test_re_exports_came_over_the_sea(told: World) -> None:
    landed = {(e.container_no, e.far_port[:2]) for e in told.events if e.code == "DISC"}
    listed = {
        (b.container_no, b.origin_country)
        for boxes in told.lists
        for b in boxes
        if boxes[0].departure.service_id == "YIN-ALA" and b.origin_country in ("JP", "KR")
    }
    assert listed
    assert landed == listed


def test_nothing_after_the_last_sunday_is_written(spring: Any) -> None:
    days = [r["event_time"][:10].split(".") for r in terminal_rows(spring.inbox)]
    assert max(f"{year}-{month}-{day}" for day, month, year in days) == "2025-06-29"
    assert {b["iso_week"] for b in spring.rows("mart_departure_week")} <= {
        f"2025-W{w:02d}" for w in range(9, 27)
    }


def test_boxes_come_back_and_are_in_one_place_at_a_time(told: World) -> None:
    trips: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for boxes in told.lists:
        for b in boxes:
            trips[b.container_no].append((b.departure.departed_at_utc, b.departure.direction))
    assert any([d for _, d in sorted(t)][:3] == ["W", "E", "W"] for t in trips.values())
    by_box: dict[str, list[Event]] = defaultdict(list)
    for event in told.events:
        by_box[event.container_no].append(event)
    for number, events in by_box.items():
        gates = [e.code for e in sorted(events, key=lambda e: e.at_utc) if e.code in ("GTIN", "GTOT")]
        assert gates == ["GTIN", "GTOT"] * (len(gates) // 2), number


ORDER = (
    ("STUF DISC GTIN RAIL_LOAD", "door_origin"), ("ARRI RAIL_LOAD DEPA", "origin"), ("ARRI XSHIP DEPA", "border_in"),
    ("ARRI XSHIP DEPA", "border_out"), ("ARRI DEPA", "destination"), ("ARRI GTOT DROP", "door_destination"),
)  # fmt: skip
MILESTONES = ["GTIN", "DEPA", "ARRI", "DEPA", "ARRI", "GTOT"]


def test_every_trip_moves_forward(told: World) -> None:
    """The events of a trip, in the order of the way, are in the order of time; the six milestones are all there."""
    reported: set[tuple[str, str]] = set()
    for events in by_trip(told):
        (gate,) = (e.node for e in events if e.code == "GTIN")
        (nodes,) = (n for d in "WE" if (n := SERVICES[events[0].service_id].nodes(d))["door_origin"] == gate)
        way = list(dict.fromkeys((code, nodes[role]) for codes, role in ORDER for code in codes.split()))
        in_order = sorted(events, key=lambda e: way.index((e.code, e.node)))
        instants = [e.at_utc for e in in_order]
        assert instants == sorted(instants), events
        spots = {(e.code, e.node) for e in events}
        roles = ("door_origin", "origin", "border_in", "border_out", "destination", "door_destination")
        assert {(code, nodes[role]) for code, role in zip(MILESTONES, roles, strict=True)} <= spots
        reported |= {(e.code, role) for e in events for role, node in nodes.items() if node == e.node}
    assert {
        ("STUF", "door_origin"),
        ("ARRI", "origin"),
        ("DEPA", "border_in"),
        ("ARRI", "border_out"),
    } <= reported
    assert {("DEPA", "destination"), ("ARRI", "door_destination"), ("DROP", "door_destination")} <= reported


def by_trip(told: World) -> Iterator[list[Event]]:
    """The events of each trip of each box, in the order of time; a trip begins when goods or the box come."""
    by_box: dict[str, list[Event]] = defaultdict(list)
    for event in told.events:
        by_box[event.container_no].append(event)
    for events in by_box.values():
        trip: list[Event] = []
        for event in sorted(events, key=lambda e: e.at_utc):
            has_left = any(e.code == "GTOT" for e in trip)
            if has_left and event.code in ("STUF", "DISC", "GTIN"):
                yield trip
                trip = []
            trip.append(event)
        yield trip


def test_some_of_what_happens_between_milestones_is_not_reported(told: World) -> None:
    laden = [trip for trip in by_trip(told) if any(e.full_empty == "F" for e in trip)]
    without = sum(not any(e.code == "DROP" for e in trip) for trip in laden)
    assert 0 < without < len(laden) / 8


def test_container_numbers_are_valid_and_some_have_remainder_ten(told: World) -> None:
    numbers = {b.container_no for boxes in told.lists for b in boxes}
    assert all(is_valid(n) for n in numbers)
    assert any(remainder(n[:10]) == 10 for n in numbers)


def goods_in_use() -> list[Goods]:
    return sorted({g for route in ROUTES for g, _ in route.mix}, key=lambda g: g.hs_code)


@pytest.mark.parametrize("goods", goods_in_use(), ids=lambda g: g.name_en)
def test_goods_have_codes_of_the_current_edition(goods: Goods) -> None:
    assert {goods.hs_code[:6], goods.second_hs[:6]} <= subheadings()
    assert len(goods.hs_code) == len(goods.second_hs) == 10


BANDS = {
    "9405": (5, 40),
    "7322": (2, 15),
    "8516": (2, 15),
    "6601": (3, 20),
    "9503": (4, 40),
    "854143": (1, 8),
    "8508": (5, 40),
}


def test_unit_values_stay_inside_the_plausible_bands(told: World) -> None:
    judged = 0
    for item in told.items:
        band = BANDS.get(item.hs_code[:4]) or BANDS.get(item.hs_code[:6])
        if band and item.first_unit_code == "035" and item.service_id == "YIN-ALA":
            usd_per_kg = float(item.total_price / PER_USD[item.currency] / item.first_quantity)
            assert band[0] <= usd_per_kg <= band[1], item
            judged += 1
    assert judged > 50


@pytest.mark.parametrize("seed", [7, pytest.param(2, marks=pytest.mark.long)])
def test_the_story_does_not_depend_on_the_seed(seed: int, tmp_path: Any, simulated_over: Any) -> None:
    story = simulated_over(tmp_path, faults=False, seed=seed).truth["story"]
    assert 300 <= story["westbound_laden_boxes"] <= 312
    assert abs(story["export_value_cny_fen"] - 280_000_000_00) <= 280_000_000_00 * 0.02
