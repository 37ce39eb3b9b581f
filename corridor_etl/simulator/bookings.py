"""Bookings of a train: one for each lot, within days of each other, and a few that are cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from corridor_etl.simulator.containers import TEU_X100
from corridor_etl.simulator.dice import dice
from corridor_etl.simulator.records import BookedSlots, zone_of_node
from corridor_etl.simulator.trains import Train

DESK = "YIN"  # the booking desk keeps Beijing time
_DESK_HOURS = (8 * 60 + 30, 18 * 60)
_PREFIX = {"YIN-ALA": "NYA", "YIU-EU": "YXE"}
_CANCELLED_PCT = 45


def booked_slots(seed: int, train: Train) -> Iterator[BookedSlots]:
    """The bookings of a train in any order; writes their numbers into the boxes."""
    departure = train.departure
    source = dice(seed, "bookings", departure.train_no, departure.departure_on)
    opens = departure.departure_on - timedelta(days=source.randint(*train.route.booked_before_days))
    days = source.randint(2, 6)
    stem = f"{_PREFIX[train.route.service_id]}{departure.departure_on:%y%m%d}{departure.train_no[-3:]}"
    sizes = [(len(lot.boxes), sum(TEU_X100[b.size_type] for b in lot.boxes)) for lot in train.lots]
    if source.random() * 100 < _CANCELLED_PCT:
        sizes.append((2, 400))
    for no, (containers, teu_x100) in enumerate(sizes, 1):
        day = opens + timedelta(days=source.randint(0, days))
        minute = source.randint(*_DESK_HOURS)
        at = datetime.combine(day, time(minute // 60, minute % 60), zone_of_node(DESK)).astimezone(UTC)
        is_cancelled = no > len(train.lots)
        number = f"{stem}{no:02d}"
        if not is_cancelled:
            for box in train.lots[no - 1].boxes:
                box.booking_no = number
        yield BookedSlots(
            number, departure, containers, teu_x100, at, "cancelled" if is_cancelled else "confirmed"
        )
