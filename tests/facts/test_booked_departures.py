"""A departure is sold out at the booking that brings its TEU to the capacity of the service."""

from __future__ import annotations

from datetime import date

import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.facts.booked_departures import booked_departures
from corridor_etl.settings import Settings
from tests.facts.corridor_records import booking, frame


def test_the_booking_that_fills_the_train_ends_the_sale(settings: Settings) -> None:
    rows = [
        booking("B3", "20", "2025-05-23T18:00:00"),
        booking("B2", "20", "2025-05-22T08:00:00"),
        booking("B1", "20", "2025-05-20T08:00:00"),
        booking("B0", "40", "2025-05-19T08:00:00", booking_status="cancelled"),
    ]
    (train,) = booked_departures(frame("booking", rows), settings).to_dicts()
    assert (train["bookings"], train["booked_teu_x100"], train["capacity_teu_x100"]) == (3, 6000, 4000)
    assert train["sell_out_s"] == 2 * 86400
    assert train["departure_week"] == "2025-W23"


def test_a_train_with_slots_left_has_no_sell_out_time(settings: Settings) -> None:
    (train,) = booked_departures(
        frame("booking", [booking("B1", "39.99", "2025-05-20T08:00:00")]), settings
    ).to_dicts()
    assert train["sell_out_s"] is None


def test_a_train_filled_by_its_first_booking_sold_out_at_once(settings: Settings) -> None:
    (train,) = booked_departures(
        frame("booking", [booking("B1", "40", "2025-05-20T08:00:00")]), settings
    ).to_dicts()
    assert train["sell_out_s"] == 0


def test_departures_are_kept_apart(settings: Settings) -> None:
    rows = [
        booking("B1", "30", "2025-05-20T08:00:00"),
        booking("B2", "30", "2025-05-21T08:00:00", departure_on_local=date(2025, 6, 11)),
    ]
    assert booked_departures(frame("booking", rows), settings)["sell_out_s"].to_list() == [None, None]


def test_a_service_that_is_not_configured_is_named(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="no id 'LYG-ALA'"):
        booked_departures(
            frame("booking", [booking("B1", "1", "2025-05-20T08:00:00", service_id="LYG-ALA")]), settings
        )
