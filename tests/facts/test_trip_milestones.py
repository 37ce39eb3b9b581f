"""A trip's milestones are the right events of its container, also when the container comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.facts.milestones import MILESTONES
from corridor_etl.facts.trips import COLUMNS, container_trips
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, event, frame, journey, manifest, utc

OUT = (
    "2025-06-01 09:00",
    "2025-06-04 17:00",
    "2025-06-05 10:00",
    "2025-06-06 08:00",
    "2025-06-07 12:00",
    "2025-06-08 09:00",
)
BACK = (
    "2025-06-15 09:00",
    "2025-06-18 10:00",
    "2025-06-19 09:00",
    "2025-06-20 11:00",
    "2025-06-21 12:00",
    "2025-06-27 15:00",
)
AGAIN = (
    "2025-07-01 09:00",
    "2025-07-04 17:00",
    "2025-07-05 10:00",
    "2025-07-06 08:00",
    "2025-07-07 12:00",
    "2025-07-08 09:00",
)
EAST = ("ALA", "ALA", "ALT", "HRS", "YIN", "NGB")


def trips(settings: Settings, manifests: list[Row], events: list[Row]) -> list[dict[str, Any]]:
    found = container_trips(
        frame("manifest_container", manifests), frame("port_event", events), None, settings
    )
    assert tuple(found.columns) == COLUMNS
    return found.to_dicts()


def milestones(trip: dict[str, Any]) -> list[Any]:
    return [trip[m.name] for m in MILESTONES]


def test_a_westbound_trip_gets_its_six_milestones_and_local_dates(settings: Settings) -> None:
    (trip,) = trips(settings, [manifest()], journey(*OUT))
    assert trip["trip_id"] == "YIN-ALA|X9001|2025-06-04|MSCU1234566"
    places = ("NGB", "YIN", "HRS", "ALT", "ALA", "ALA")
    assert milestones(trip) == [utc(node, at) for node, at in zip(places, OUT, strict=True)]
    assert trip["departed_on_local"] == date(2025, 6, 4)
    assert trip["border_departed_on_local"] == date(2025, 6, 6)
    assert trip["delivered_on_local"] == date(2025, 6, 8)
    assert (trip["delivery_id"], trip["line_no"]) == ("a" * 16, 1)


def test_a_container_that_comes_back_and_leaves_again_keeps_its_trips_apart(settings: Settings) -> None:
    manifests = [
        manifest("2025-06-04"),
        manifest("2025-06-18", direction="E", train_no="X9002"),
        manifest("2025-07-04", train_no="X9003"),
    ]
    events = [*journey(*OUT), *journey(*BACK, route=EAST), *journey(*AGAIN)]
    out, back, again = sorted(trips(settings, manifests, events), key=lambda t: t["departure_on_local"])
    assert milestones(out) == [
        utc(n, at) for n, at in zip(("NGB", "YIN", "HRS", "ALT", "ALA", "ALA"), OUT, strict=True)
    ]
    assert milestones(back) == [utc(n, at) for n, at in zip(EAST, BACK, strict=True)]
    assert milestones(again) == [
        utc(n, at) for n, at in zip(("NGB", "YIN", "HRS", "ALT", "ALA", "ALA"), AGAIN, strict=True)
    ]


def test_a_later_trip_does_not_lend_its_events_to_one_that_has_none(settings: Settings) -> None:
    manifests = [manifest("2025-06-04"), manifest("2025-07-04", train_no="X9003")]
    out, again = sorted(trips(settings, manifests, journey(*AGAIN)), key=lambda t: t["departure_on_local"])
    assert milestones(out) == [None] * 6
    assert None not in milestones(again)
    assert (out["departed_on_local"], out["departure_week"]) == (date(2025, 6, 4), "2025-W23")


def test_the_trip_before_does_not_lend_its_gate_in(settings: Settings) -> None:
    manifests = [manifest("2025-06-04"), manifest("2025-06-20", train_no="X9003")]
    _, second = sorted(trips(settings, manifests, journey(*OUT)), key=lambda t: t["departure_on_local"])
    assert second["gate_in_at_utc"] is None


def test_the_last_gate_in_and_the_first_of_everything_else_count(settings: Settings) -> None:
    events = [
        event("GTIN", "NGB", "2025-05-20 08:00"),
        event("GTIN", "NGB", "2025-06-01 08:00"),
        event("GTOT", "ALA", "2025-06-09 08:00"),
        event("GTOT", "ALA", "2025-06-12 08:00"),
    ]
    (trip,) = trips(settings, [manifest()], events)
    assert trip["gate_in_at_utc"] == utc("NGB", "2025-06-01 08:00")
    assert trip["delivered_at_utc"] == utc("ALA", "2025-06-09 08:00")


def test_a_gate_in_on_the_day_of_the_trip_before_is_not_the_next_ones(settings: Settings) -> None:
    manifests = [manifest("2025-06-04"), manifest("2025-06-20", train_no="X9003")]
    events = [event("GTIN", "NGB", "2025-06-04 12:00")]
    first, second = sorted(trips(settings, manifests, events), key=lambda t: t["departure_on_local"])
    assert (first["gate_in_at_utc"] is not None, second["gate_in_at_utc"]) == (True, None)


def test_dates_are_on_the_calendar_of_the_milestones_own_place(settings: Settings) -> None:
    at = (
        "2025-06-01 09:00",
        "2025-06-04 17:00",
        "2025-06-05 10:00",
        "2025-06-06 23:00",
        "2025-06-07 12:00",
        "2025-06-08 22:30",
    )
    (trip,) = trips(settings, [manifest()], journey(*at))
    assert trip["border_departed_on_local"] == date(2025, 6, 6)
    assert trip["delivered_on_local"] == date(2025, 6, 8)


@pytest.mark.parametrize(
    ("code", "node", "day", "milestone", "is_taken"),
    [
        ("GTIN", "NGB", "2025-05-04", "gate_in_at_utc", False),
        ("GTIN", "NGB", "2025-05-05", "gate_in_at_utc", True),
        ("GTIN", "NGB", "2025-06-06", "gate_in_at_utc", True),
        ("GTIN", "NGB", "2025-06-07", "gate_in_at_utc", False),
        ("DEPA", "YIN", "2025-06-02", "departed_at_utc", False),
        ("DEPA", "YIN", "2025-06-03", "departed_at_utc", True),
        ("GTOT", "ALA", "2025-08-03", "delivered_at_utc", True),
        ("GTOT", "ALA", "2025-08-04", "delivered_at_utc", False),
        ("ARRI", "ALT", "2025-06-06", "border_arrived_at_utc", False),
        ("DEPA", "HRS", "2025-06-06", "border_departed_at_utc", False),
    ],
)
def test_an_event_counts_only_within_its_window_and_at_its_node(
    settings: Settings, code: str, node: str, day: str, milestone: str, is_taken: bool
) -> None:
    (trip,) = trips(settings, [manifest()], [event(code, node, f"{day} 12:00")])
    assert (trip[milestone] is not None) is is_taken


def test_only_actual_events_of_the_same_container_count(settings: Settings) -> None:
    events = [
        event("DEPA", "YIN", "2025-06-04 17:00", classifier="EST"),
        event("DEPA", "YIN", "2025-06-04 18:00", classifier="PLN"),
        event("DEPA", "YIN", "2025-06-04 19:00", container_no="TGHU7654321"),
        event("DEPA", "YIN", "2025-06-04 20:00", facility_node=None),
    ]
    (trip,) = trips(settings, [manifest()], events)
    assert milestones(trip) == [None] * 6


def test_the_departure_day_is_that_of_the_origin(settings: Settings) -> None:
    events = journey(None, "2025-06-09 02:30", None, None, None, None)
    (trip,) = trips(settings, [manifest("2025-06-08")], events)
    assert trip["departed_at_utc"].date() == date(2025, 6, 8)
    assert (trip["departed_on_local"], trip["departure_week"]) == (date(2025, 6, 9), "2025-W24")


@pytest.mark.parametrize(
    ("departure", "week"),
    [
        ("2024-12-30", "2025-W01"),
        ("2025-12-29", "2026-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ],
)
def test_weeks_follow_iso_8601_at_new_year(settings: Settings, departure: str, week: str) -> None:
    (trip,) = trips(settings, [manifest(departure)], [])
    assert trip["departure_week"] == week


@pytest.mark.parametrize(
    ("overrides", "chapter"),
    [({}, "85"), ({"hs_code": None}, ""), ({"full_empty": "E"}, ""), ({"full_empty": None}, "85")],
)
def test_the_chapter_is_empty_where_goods_are_unknown_or_absent(
    settings: Settings, overrides: Row, chapter: str
) -> None:
    (trip,) = trips(settings, [manifest(**overrides)], [])
    assert trip["hs_chapter"] == chapter


def test_a_service_that_is_not_configured_is_named(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="no id 'LYG-ALA'"):
        trips(settings, [manifest(service_id="LYG-ALA")], [])
