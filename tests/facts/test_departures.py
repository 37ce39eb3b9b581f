"""A train is one departure, however many containers it has and in whatever order they are listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from corridor_etl.facts.departures import train_departures
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, event, frame, manifest, utc

PLANNED = utc("YIN", "2025-06-08 23:00")


def trains(settings: Settings, manifests: list[Row], events: list[Row]) -> list[dict[str, Any]]:
    return train_departures(
        frame("manifest_container", manifests), frame("port_event", events), None, settings
    ).to_dicts()


def test_the_containers_of_a_train_make_one_departure(settings: Settings) -> None:
    boxes = [
        manifest(
            "2025-06-08", container_no="A", wagon_no="1", teu=Decimal(1), planned_departure_at_utc=PLANNED
        ),
        manifest(
            "2025-06-08",
            container_no="B",
            wagon_no="1",
            teu=Decimal("2.25"),
            planned_departure_at_utc=PLANNED,
        ),
        manifest("2025-06-08", container_no="C", wagon_no=None, teu=None),
    ]
    left = [
        event("DEPA", "YIN", at, container_no=box)
        for box, at in (("A", "2025-06-09 02:30"), ("B", "2025-06-09 02:31"), ("C", "2025-06-09 02:31"))
    ]
    (train,) = trains(settings, boxes, left)
    assert (train["containers"], train["teu_x100"], train["wagons"]) == (3, 325, 1)
    assert (train["departed_on_local"], train["departure_week"]) == (date(2025, 6, 9), "2025-W24")
    assert train["delay_s"] == 3 * 3600 + 30 * 60


def test_delay_is_unknown_without_timetable_or_event(settings: Settings) -> None:
    (untimed,) = trains(settings, [manifest("2025-06-08")], [event("DEPA", "YIN", "2025-06-09 02:30")])
    (unseen,) = trains(settings, [manifest("2025-06-08", planned_departure_at_utc=PLANNED)], [])
    assert untimed["delay_s"] is None
    assert unseen["delay_s"] is None


def test_the_same_number_on_another_day_is_another_train(settings: Settings) -> None:
    assert len(trains(settings, [manifest("2025-06-04"), manifest("2025-06-11")], [])) == 2
