"""The record ``booking``: one booking of slots on one departure."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import COUNT, DAY, TEU, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="booking",
    meaning="one booking of container slots on one departure",
    key=("booking_no",),
    week_of=("departure_on_local",),
    compared=("train_no", "departure_on_local", "teu", "booking_status"),
    is_corrected_by_reference=False,
    columns=(
        Column("booking_no", TEXT, "number of the booking", "", True),
        Column("service_id", TEXT, "service of corridor.toml", "", True),
        Column("direction", TEXT, "W toward Kazakhstan and Europe, E toward China", "", True),
        Column("train_no", TEXT, "block train number", "", True),
        Column("departure_on_local", DAY, "planned departure date at the train's origin", "", True),
        Column("containers", COUNT, "containers booked", "containers", True),
        Column("teu", TEU, "slots booked", "TEU", True),
        Column("booked_at_utc", UTC, "instant the booking was confirmed", "", True),
        Column("booking_status", TEXT, "confirmed or cancelled", "", True),
        *VERSIONED,
    ),
)
