"""On random small corridors the marts equal what plain loops over the same records find, in any order of rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.reference.place import nodes
from corridor_etl.settings import load_settings
from tests.examples import few
from tests.facts.corridor_records import CODES, Row, booking, current, event, item, manifest
from tests.marts.plain_bookings import plain_booking_use
from tests.marts.plain_chain import plain_chain_marts
from tests.marts.plain_marts import plain_marts
from tests.marts.plain_open import plain_open_marts
from tests.marts.plain_port import plain_port_marts

BOXES = ("A", "B", "C")
FIRST_DAY = date(2025, 5, 25)  # the last day drawn still has a rate
SERVICES = {"YIN-ALA": "X900", "YIU-EU": "X800"}
SETTINGS = load_settings()

days = st.integers(0, 40).map(lambda n: FIRST_DAY + timedelta(days=n))
kilograms = st.none() | st.integers(0, 30_000_000).map(lambda g: Decimal(g) / 1000)


def instants(low: int, high: int) -> st.SearchStrategy[datetime]:
    """Minutes of the clock around the corridor's weeks, dense at the turn of a day."""
    start = datetime(2025, 6, 1, tzinfo=UTC)
    return st.builds(
        lambda day, minute: start + timedelta(days=day, minutes=minute),
        st.integers(low, high),
        st.sampled_from([0, 1, 180, 420, 955, 960, 1135, 1140, 1141, 1439]) | st.integers(0, 1439),
    )


@st.composite
def trip_records(draw: st.DrawFn) -> tuple[Row, list[Row], list[Row]]:
    """A manifest row, events around it (some missing, doubled, swapped or of another box) and declarations."""
    service_id, direction, box = (
        draw(st.sampled_from(sorted(SERVICES))),
        draw(st.sampled_from("WE")),
        draw(st.sampled_from(BOXES)),
    )
    day = draw(days)
    row = manifest(
        day.isoformat(),
        service_id=service_id, direction=direction, container_no=box, train_no=SERVICES[service_id] + draw(st.sampled_from("12")),
        planned_departure_at_utc=draw(st.none() | instants(0, 40)), wagon_no=draw(st.sampled_from([None, "1", "2"])),
        teu=draw(st.sampled_from([None, Decimal(1), Decimal(2), Decimal("2.25")])), full_empty=draw(st.sampled_from(["F", "F", "F", "E", None])),
        cargo_gross_kg=draw(kilograms), cargo_net_kg=draw(kilograms), tare_kg=draw(kilograms), hs_code=draw(st.sampled_from([None, "8509", "940540", "0712"])),
    )  # fmt: skip
    return row, draw(events_of(row, day)), draw(st.lists(declared(box, direction, day), max_size=3))


@st.composite
def events_of(draw: st.DrawFn, row: Row, day: date) -> list[Row]:
    places = list(SETTINGS.service(row["service_id"]).nodes(row["direction"]).values())
    made: list[Row] = []
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=draw(st.integers(0, 4)))
    for code, node in zip(CODES, places, strict=True):
        at += timedelta(minutes=draw(st.sampled_from([-300, 0, 60, 955, 1440, 2000])))
        zone = ZoneInfo(str(nodes()[node]["timezone"]))
        for shift in draw(st.sampled_from([[0]] * 6 + [[], [0, 700], [-900, 0]])):
            moment = (at + timedelta(minutes=shift)).astimezone(zone).strftime("%Y-%m-%d %H:%M")
            classifier = draw(st.sampled_from(["ACT"] * 8 + ["EST"]))
            made.append(event(code, node, moment, container_no=row["container_no"], classifier=classifier))
    return made + draw(st.lists(between(row, places, day), max_size=4))


def between(row: Row, places: list[str], day: date) -> st.SearchStrategy[Row]:
    """One event of the chain between the six milestones, at any node of the service."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return st.builds(
        lambda code, node, minutes, load: event(
            code,
            node,
            (start + timedelta(minutes=minutes))
            .astimezone(ZoneInfo(str(nodes()[node]["timezone"])))
            .strftime("%Y-%m-%d %H:%M"),
            container_no=row["container_no"],
            full_empty=load,
        ),
        st.sampled_from(["RAIL_LOAD", "ARRI", "DEPA", "XSHIP", "DROP", "DISC", "LOAD", "VGM", "CUSI"]),
        st.sampled_from(places),
        st.integers(-4000, 12000),
        st.sampled_from(["F", "E", None]),
    )


def declared(box: str, direction: str, day: date) -> st.SearchStrategy[Row]:
    near = st.integers(-33, 33).map(lambda n: day + timedelta(days=n))
    return st.fixed_dictionaries(
        {
            "ie_flag": st.sampled_from(["E" if direction == "W" else "I"] * 4 + ["E", "I"]),
            "declared_on_local": near,
            "released_on_local": st.none() | days,
            "origin_country": st.sampled_from(["CN", "JP", "KZ", None]),
            "service_id": st.sampled_from([None, *SERVICES]),
            "hs_code": st.sampled_from(["8509409000", "0712909900"]),
            "first_quantity": st.none() | st.integers(0, 10**9).map(lambda n: Decimal(n) / 10**5),
            "first_unit_code": st.sampled_from(["035", "007", None]),
            "total_price": st.none() | st.integers(0, 10**9).map(lambda n: Decimal(n) / 100),
            "currency": st.sampled_from(["CNY", "USD", "KZT"]),
            "container_nos": st.sampled_from([box, f"{box} B", f"C  {box}", "", None]),
        }
    )


booked = st.fixed_dictionaries(
    {
        "service_id": st.sampled_from(sorted(SERVICES)),
        "direction": st.sampled_from("WE"),
        "train_no": st.sampled_from(["X9001", "X9002", "X8001"]),
        "departure_on_local": st.sampled_from([date(2025, 6, 8), date(2025, 6, 9)]),
        "teu": st.integers(1, 6000).map(lambda n: Decimal(n) / 100),
        "booked_at_utc": instants(-30, 0),
        "booking_status": st.sampled_from(["confirmed", "confirmed", "cancelled"]),
    }
)


@st.composite
def corridors(draw: st.DrawFn) -> dict[str, list[Row]]:
    trips = {
        (r["service_id"], r["train_no"], r["departure_on_local"], r["container_no"]): (r, e, d)
        for r, e, d in draw(st.lists(trip_records(), max_size=9))
    }
    declarations = [d for _, _, ds in trips.values() for d in ds]
    return {
        "manifests": [r for r, _, _ in trips.values()],
        "events": [e for _, es, _ in trips.values() for e in es],
        "items": [item(f"D{n // 2}", n % 2 + 1, **d) for n, d in enumerate(declarations)],
        "bookings": [
            {**booking(f"B{n}", "1", "2025-01-01"), **b}
            for n, b in enumerate(draw(st.lists(booked, max_size=8)))
        ],
    }


@few(8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(corridor=corridors())
def test_the_marts_equal_plain_loops(corridor: dict[str, list[Row]]) -> None:
    records = current(**corridor)
    found = weekly_marts(records, SETTINGS)
    expected = {}
    for plain in (plain_marts, plain_chain_marts, plain_port_marts, plain_open_marts, plain_booking_use):
        expected |= plain(records, SETTINGS)
    assert set(found) == set(expected)
    for name, rows in expected.items():
        assert set(found[name].rows()) == rows, name
        assert found[name].height == len(rows), name


@few(5, many=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(corridor=corridors(), data=st.data())
def test_the_order_of_records_does_not_matter(corridor: dict[str, list[Row]], data: Any) -> None:
    shuffled = {kind: data.draw(st.permutations(rows)) for kind, rows in corridor.items()}
    before, after = weekly_marts(current(**corridor), SETTINGS), weekly_marts(current(**shuffled), SETTINGS)
    assert all(before[name].equals(after[name]) for name in before)


@few(5, many=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(corridor=corridors(), data=st.data())
def test_records_in_several_deliveries_give_the_same_marts(corridor: dict[str, list[Row]], data: Any) -> None:
    whole = current(**corridor)
    cuts = {kind: data.draw(st.integers(0, frame.height)) for kind, frame in whole.items()}
    parts = {kind: pl.concat([f[cuts[kind] :], f[: cuts[kind]]], rechunk=False) for kind, f in whole.items()}
    before, after = weekly_marts(whole, SETTINGS), weekly_marts(parts, SETTINGS)
    assert all(before[name].equals(after[name]) for name in before)
