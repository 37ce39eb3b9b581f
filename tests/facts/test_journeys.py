"""Trips of one box on one way are one journey, and each trip says how it ended."""

from __future__ import annotations

from typing import Any

import pytest

from corridor_etl.facts.trips import container_trips
from corridor_etl.settings import Settings
from tests.facts.corridor_records import BOX, Row, event, frame, journey, manifest, utc

OUT = ("2025-06-01 09:00", "2025-06-04 17:00", "2025-06-05 10:00", "2025-06-06 08:00")
FIRST = f"YIN-ALA|X9001|2025-06-04|{BOX}"


def trips(settings: Settings, manifests: list[Row], events: list[Row]) -> list[dict[str, Any]]:
    found = container_trips(
        frame("manifest_container", manifests), frame("port_event", events), None, settings
    )
    return sorted(found.to_dicts(), key=lambda t: t["departure_on_local"])


@pytest.mark.parametrize(
    ("arrived", "delivered", "outcome"),
    [
        ("2025-06-07 12:00", None, "completed"),
        (None, "2025-06-08 09:00", "completed"),
        (None, None, "open"),
    ],
)
def test_a_trip_is_completed_once_it_arrived_or_was_delivered(
    settings: Settings, arrived: str | None, delivered: str | None, outcome: str
) -> None:
    (trip,) = trips(settings, [manifest()], journey(*OUT, arrived, delivered))
    assert (trip["journey_id"], trip["outcome"]) == (FIRST, outcome)


def test_a_box_taken_on_by_another_train_is_on_one_journey(settings: Settings) -> None:
    manifests = [manifest(), manifest("2025-06-07", train_no="X9003")]
    events = journey(*OUT[:3], None, "2025-06-09 12:00", None)
    split, last = trips(settings, manifests, events)
    assert (split["journey_id"], last["journey_id"]) == (FIRST, FIRST)
    assert (split["outcome"], last["outcome"]) == ("split", "completed")


@pytest.mark.parametrize(
    ("day", "overrides", "arrived", "is_one"),
    [
        ("2025-06-10", {"planned_departure_at_utc": utc("YIN", "2025-06-10 17:00")}, None, True),
        ("2025-06-10", {"planned_departure_at_utc": utc("YIN", "2025-06-10 17:01")}, None, False),
        ("2025-06-08", {"direction": "E"}, None, False),
        ("2025-06-08", {"container_no": "TGHU7654321"}, None, False),
        ("2025-06-08", {}, "2025-06-07 12:00", False),
    ],
)
def test_another_way_box_or_time_begins_another_journey(
    settings: Settings, day: str, overrides: Row, arrived: str | None, is_one: bool
) -> None:
    manifests = [manifest(), manifest(day, train_no="X9003", **overrides)]
    first, second = trips(settings, manifests, journey(*OUT[:3], None, arrived, None))
    assert first["journey_id"] == FIRST
    assert (second["journey_id"] == FIRST) is is_one
    assert (first["outcome"] == "split") is is_one


def test_a_box_that_comes_back_to_its_origin_has_turned_back_and_leaves_on_a_new_journey(
    settings: Settings,
) -> None:
    manifests = [manifest(), manifest("2025-06-09", train_no="X9003")]
    events = [*journey(*OUT[:3], None, None, None), event("ARRI", "YIN", "2025-06-06 20:00")]
    back, again = trips(settings, manifests, events)
    assert (back["outcome"], back["turned_back_at_utc"]) == ("turned_back", utc("YIN", "2025-06-06 20:00"))
    assert (again["outcome"], again["turned_back_at_utc"]) == ("open", None)
    assert (back["journey_id"], again["journey_id"] == FIRST) == (FIRST, False)


@pytest.mark.parametrize(
    "events",
    [
        [event("DEPA", "YIN", OUT[1]), event("ARRI", "YIN", "2025-06-04 08:00")],
        [event("ARRI", "YIN", "2025-06-06 20:00")],
        [*journey(*OUT, "2025-06-07 12:00", None), event("ARRI", "YIN", "2025-06-15 08:00")],
    ],
    ids=["by the domestic leg", "nobody saw it leave", "after it had arrived"],
)
def test_an_arrival_at_the_origin_is_no_turning_back_unless_it_had_left_and_not_arrived(
    settings: Settings, events: list[Row]
) -> None:
    (trip,) = trips(settings, [manifest()], events)
    assert (trip["outcome"] == "turned_back", trip["turned_back_at_utc"]) == (False, None)
