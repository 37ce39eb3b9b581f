"""The true weekly figures of how bookings are used, from the bookings and the boxes of each train."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from corridor_etl.reference.calendar import week_of
from corridor_etl.settings import Settings
from corridor_etl.simulator.records import BookedSlots, Departure
from corridor_etl.simulator.truth_numbers import Table, ppm, quantile, seconds, table
from corridor_etl.simulator.truth_trips import Trip

Train = tuple[str, str, str, str]


def booking_use(bookings: Sequence[BookedSlots], found: Sequence[Trip], settings: Settings) -> Table:
    """Rows of the mart, by week of the planned departure."""
    laden: dict[Train, int] = defaultdict(int)
    listed: dict[Train, Departure] = {}
    for trip in found:
        train = trip.box.departure
        if trip.box.full_empty != "E":
            laden[_train(train)] += trip.box.teu_x100
        listed[_train(train)] = train
    groups: dict[tuple[str, ...], list[BookedSlots]] = defaultdict(list)
    for booking in bookings:
        if booking.status == "confirmed":
            train = booking.departure
            groups[week_of(train.departure_on), train.service_id, train.direction].append(booking)
    fewest = settings.thresholds.percentile_min_trips
    rows = {key: _figures(booked, laden, listed, fewest) for key, booked in groups.items()}
    return table(("iso_week", "service_id", "direction"), rows)


def _train(departure: Departure) -> Train:
    return departure.service_id, departure.direction, departure.train_no, departure.departure_on.isoformat()


def _figures(
    booked: Sequence[BookedSlots], laden: dict[Train, int], listed: dict[Train, Departure], fewest: int
) -> dict[str, int | None]:
    trains: dict[Train, int] = defaultdict(int)
    leads = []
    for booking in booked:
        train = _train(booking.departure)
        trains[train] += booking.teu_x100
        if train in listed:
            leads.append(seconds(booking.booked_at_utc, listed[train].planned_at_utc))
    leads.sort()
    left = {train: teu for train, teu in trains.items() if train in laden}
    total, aboard = sum(left.values()), sum(laden[train] for train in left)
    short = sum(max(teu - laden[train], 0) for train, teu in left.items())
    return {
        "bookings_timed": len(leads),
        "lead_s_median": quantile(leads, Fraction(1, 2)) if leads else None,
        "lead_s_p90": quantile(leads, Fraction(9, 10)) if len(leads) >= fewest else None,
        "departures_loaded": len(left),
        "booked_teu_x100": total,
        "loaded_teu_x100": aboard,
        "load_factor_ppm": ppm(aboard, total),
        "short_teu_x100": short,
        "short_ppm": ppm(short, total),
    }
