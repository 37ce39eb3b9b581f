"""Bookings of container slots per departure, from the booking desk."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources._booking_list import layout
from corridor_etl.sources._delimited import source

SOURCE = source(
    name="booking_csv",
    record_kind="booking",
    meaning="bookings of container slots per departure",
    layout=partial(layout, "booking_csv"),
)
