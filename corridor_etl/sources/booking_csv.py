"""Bookings of container slots per departure, from the booking desk."""

from __future__ import annotations

from functools import partial

from corridor_etl.sources import _delimited
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._source import Source

LAYOUT = Layout(
    name="booking_csv",
    spellings={
        "booking_no": "booking_no",
        "service_id": "service_id",
        "direction": "direction",
        "train_no": "train_no",
        "departure_date": "departure_date",
        "containers": "containers",
        "teu": "teu",
        "booked_at": "booked_at",
        "status": "status",
    },
    mandatory=(
        "booking_no",
        "service_id",
        "direction",
        "train_no",
        "departure_date",
        "containers",
        "teu",
        "booked_at",
        "status",
    ),
)

SOURCE = Source(
    name="booking_csv",
    record_kind="booking",
    meaning="bookings of container slots per departure",
    claims=lambda head, _file_name: _delimited.claims(LAYOUT, head),
    read=partial(_delimited.read, LAYOUT),
)
