"""The milestones between the six are found on their own leg and side of the border, and never lent to another trip."""

from __future__ import annotations

from typing import Any

import pytest

from corridor_etl.facts.chain import NAMES
from corridor_etl.facts.trips import container_trips
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, event, frame, journey, manifest, utc

SIX = (
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
EAST = ("ALA", "ALA", "ALT", "HRS", "YIN", "NGB")
WAY = {
    "stuffed_at_utc": ("STUF", "NGB", "2025-05-30 09:00"),
    "domestic_departed_at_utc": ("DEPA", "NGB", "2025-06-02 07:00"),
    "origin_arrived_at_utc": ("ARRI", "YIN", "2025-06-04 08:00"),
    "border_in_departed_at_utc": ("DEPA", "HRS", "2025-06-05 20:00"),
    "border_out_arrived_at_utc": ("ARRI", "ALT", "2025-06-05 19:00"),
    "transshipped_at_utc": ("XSHIP", "ALT", "2025-06-06 03:00"),
    "empty_returned_at_utc": ("DROP", "ALA", "2025-06-11 10:00"),
}
MIRROR = {
    "stuffed_at_utc": ("STUF", "ALA", "2025-06-14 09:00"),
    "border_in_departed_at_utc": ("DEPA", "ALT", "2025-06-19 20:00"),
    "border_out_arrived_at_utc": ("ARRI", "HRS", "2025-06-20 01:00"),
    "transshipped_at_utc": ("XSHIP", "HRS", "2025-06-20 06:00"),
    "domestic_departed_at_utc": ("DEPA", "YIN", "2025-06-22 07:00"),
    "door_arrived_at_utc": ("ARRI", "NGB", "2025-06-26 08:00"),
    "empty_returned_at_utc": ("DROP", "NGB", "2025-06-29 10:00"),
}


def trips(settings: Settings, manifests: list[Row], events: list[Row]) -> list[dict[str, Any]]:
    found = container_trips(
        frame("manifest_container", manifests), frame("port_event", events), None, settings
    )
    return sorted(found.to_dicts(), key=lambda t: t["departure_on_local"])


def moves(way: dict[str, tuple[str, str, str]]) -> list[Row]:
    return [event(*move, full_empty="E" if move[0] == "DROP" else "F") for move in way.values()]


def expected(way: dict[str, tuple[str, str, str]]) -> dict[str, Any]:
    return {**dict.fromkeys(NAMES), **{name: utc(node, at) for name, (_, node, at) in way.items()}}


def chain(trip: dict[str, Any]) -> dict[str, Any]:
    return {name: trip[name] for name in NAMES}


def test_both_ways_of_one_box_get_every_milestone_of_their_own_way(settings: Settings) -> None:
    manifests = [manifest(), manifest("2025-06-18", direction="E", train_no="X9002")]
    events = [*journey(*SIX), *journey(*BACK, route=EAST), *moves(WAY), *moves(MIRROR)]
    out, back = trips(settings, manifests, events)
    assert chain(out) == expected(WAY)
    assert chain(back) == expected(MIRROR)


def test_a_trip_of_which_nothing_between_was_seen_stays(settings: Settings) -> None:
    (trip,) = trips(settings, [manifest()], journey(*SIX))
    assert chain(trip) == dict.fromkeys(NAMES)
    assert trip["arrived_at_utc"] == utc("ALA", SIX[4])


@pytest.mark.parametrize(
    ("seen", "told_by"),
    [(("RAIL_LOAD", "GTOT", "DEPA"), 2), (("RAIL_LOAD", "GTOT"), 1), (("RAIL_LOAD",), 0), ((), None)],
)
def test_leaving_the_port_is_told_by_the_best_event_there_is(
    settings: Settings, seen: tuple[str, ...], told_by: int | None
) -> None:
    events = [event(code, "NGB", f"2025-06-02 0{hour}:00") for hour, code in enumerate(seen)]
    (trip,) = trips(settings, [manifest()], [*journey(*SIX), *events])
    left = None if told_by is None else utc("NGB", f"2025-06-02 0{told_by}:00")
    assert trip["domestic_departed_at_utc"] == left


def test_the_arrival_of_the_trip_before_is_no_arrival_by_the_domestic_leg(settings: Settings) -> None:
    manifests = [
        manifest("2025-06-18", direction="E", train_no="X9002"),
        manifest("2025-06-24", train_no="X9003"),
    ]
    events = journey(*BACK[:5], None, route=EAST)
    again = [event("DEPA", "YIN", "2025-06-24 17:00")]
    back, out = trips(settings, manifests, [*events, *again])
    assert back["arrived_at_utc"] == utc("YIN", BACK[4])
    assert (out["origin_arrived_at_utc"], back["domestic_departed_at_utc"]) == (None, None)


def test_the_gate_in_of_the_empty_trip_that_follows_is_the_return_of_the_empty_box(
    settings: Settings,
) -> None:
    manifests = [
        manifest(),
        manifest("2025-06-18", direction="E", train_no="X9002", full_empty="E", hs_code=None),
    ]
    events = [*journey(*SIX), event("GTIN", "ALA", BACK[0], full_empty="E")]
    out, back = trips(settings, manifests, events)
    assert out["empty_returned_at_utc"] == back["gate_in_at_utc"] == utc("ALA", BACK[0])
    assert (back["empty_returned_at_utc"], back["stuffed_at_utc"]) == (None, None)


@pytest.mark.parametrize(
    ("code", "load", "at", "is_taken"),
    [
        ("DROP", "E", "2025-06-11 10:00", True),
        ("DROP", "F", "2025-06-11 10:00", False),
        ("DROP", None, "2025-06-11 10:00", False),
        ("GTIN", "F", "2025-06-11 10:00", False),
        ("DROP", "E", "2025-06-08 08:59", False),
        ("DROP", "E", "2025-09-11 10:00", False),
    ],
)
def test_only_an_empty_box_handed_back_after_delivery_is_a_return(
    settings: Settings, code: str, load: str | None, at: str, is_taken: bool
) -> None:
    events = [*journey(*SIX), event(code, "ALA", at, full_empty=load)]
    (trip,) = trips(settings, [manifest()], events)
    assert (trip["empty_returned_at_utc"] is not None) is is_taken


def test_planned_events_and_those_of_other_boxes_or_nodes_are_no_milestones(settings: Settings) -> None:
    events = [
        event("ARRI", "ALT", "2025-06-05 19:00", classifier="PLN"),
        event("DEPA", "HRS", "2025-06-05 19:00", container_no="TGHU7654321"),
        event("XSHIP", "DOS", "2025-06-05 19:00"),
        event("DEPA", "HRS", "2025-05-20 19:00"),
    ]
    (trip,) = trips(settings, [manifest()], [*journey(*SIX), *events])
    assert chain(trip) == dict.fromkeys(NAMES)


def test_a_service_that_starts_at_its_door_has_no_domestic_leg(settings: Settings) -> None:
    listed = manifest(service_id="NGB-KZ-DIRECT", train_no="X7001")
    events = [event("RAIL_LOAD", "NGB", "2025-06-04 09:00"), event("ARRI", "NGB", "2025-06-02 09:00")]
    (trip,) = trips(settings, [listed], events)
    assert chain(trip) == dict.fromkeys(NAMES)


def test_of_several_liftings_the_first_counts_and_of_several_stuffings_the_last(settings: Settings) -> None:
    events = [
        event("STUF", "NGB", "2025-05-28 09:00"),
        event("STUF", "NGB", "2025-05-30 09:00"),
        event("XSHIP", "ALT", "2025-06-06 03:00"),
        event("XSHIP", "ALT", "2025-06-06 05:00"),
    ]
    (trip,) = trips(settings, [manifest()], [*journey(*SIX), *events])
    assert trip["stuffed_at_utc"] == utc("NGB", "2025-05-30 09:00")
    assert trip["transshipped_at_utc"] == utc("ALT", "2025-06-06 03:00")
