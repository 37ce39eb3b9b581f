"""Bookings of container slots per departure, from the booking desk."""

from __future__ import annotations

from corridor_etl.sources._delimited import Delimited, source
from corridor_etl.sources._headers import Layout

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

SOURCE = source(
    name="booking_csv",
    record_kind="booking",
    meaning="bookings of container slots per departure",
    form=Delimited(lambda: LAYOUT),
)
