"""The weekly figures a perfect pipeline must report, from the records that count.

The definitions are those of the marts (weeks on the calendar of the place, whole grams, fen, cents, seconds); the
way there is plain Python with integers and fractions. Reading files belongs to the platform, not here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from corridor_etl.reference.calendar import week_of
from corridor_etl.settings import Settings
from corridor_etl.simulator.records import (
    BookedSlots,
    DailyRate,
    DeclaredItem,
    Departure,
    Event,
    ListedBox,
    Record,
)
from corridor_etl.simulator.truth_bookings import booking_use
from corridor_etl.simulator.truth_chain import find_chain
from corridor_etl.simulator.truth_numbers import Sums, Table, quantile, seconds, table
from corridor_etl.simulator.truth_open import open_marts
from corridor_etl.simulator.truth_port import port_marts
from corridor_etl.simulator.truth_rates import DollarRates, dollar_rates
from corridor_etl.simulator.truth_trips import ALL_SIX, Trip, flow_of_item, newest, trips, value
from corridor_etl.simulator.truth_way import way_marts

# measure, from, to; the door-to-door and border measures need only their own two ends
STRETCHES = (
    ("door_to_door", "gate_in", "delivered"),
    ("border", "border_arrived", "border_departed"),
    ("leg_origin", "gate_in", "departed"),
    ("leg_to_border", "departed", "border_arrived"),
    ("leg_border", "border_arrived", "border_departed"),
    ("leg_from_border", "border_departed", "arrived"),
    ("leg_delivery", "arrived", "delivered"),
)


def marts(records: Iterable[Record], settings: Settings) -> dict[str, Table]:
    """Mart table -> rows sorted by their dimensions, from every record that was loaded."""
    loaded = list(records)
    items = newest(r for r in loaded if isinstance(r, DeclaredItem))
    boxes = newest(r for r in loaded if isinstance(r, ListedBox))
    events = [r for r in loaded if isinstance(r, Event)]
    rates = dollar_rates((r for r in loaded if isinstance(r, DailyRate)), settings)
    found = trips(boxes, events, items, settings, rates)
    find_chain(found, events)
    return {
        "mart_throughput_week": _throughput(found),
        "mart_departure_week": _departures(
            found, [r for r in loaded if isinstance(r, BookedSlots)], settings
        ),
        "mart_trade_week": _trade(items, rates),
        "mart_transit_week": _transit(found, settings),
        "mart_booking_week": _bookings([r for r in loaded if isinstance(r, BookedSlots)], settings),
        "mart_match_week": _matches(found),
        **way_marts(found, settings),
        **port_marts(events, settings),
        **open_marts(found),
        "mart_booking_use_week": booking_use(
            [r for r in loaded if isinstance(r, BookedSlots)], found, settings
        ),
    }


def _throughput(found: Sequence[Trip]) -> Table:
    names = ("boxes", "boxes_unknown_size", "teu_x100", "cargo_gross_g", "cargo_net_g")
    sums: Sums = defaultdict(lambda: dict.fromkeys(names, 0))
    for trip in found:
        box, train = trip.box, trip.box.departure
        key = (
            week_of(trip.departed_on),
            train.service_id,
            train.direction,
            trip.flow,
            trip.hs_chapter,
            box.full_empty,
        )
        for name, add in zip(names, (1, 0, box.teu_x100, box.gross_g or 0, box.net_g or 0), strict=True):
            sums[key][name] += add
    return table(("iso_week", "service_id", "direction", "flow", "hs_chapter", "full_empty"), dict(sums))


def _departures(found: Sequence[Trip], bookings: Sequence[BookedSlots], settings: Settings) -> Table:
    names = (
        "trains", "wagons", "trains_timed", "trains_on_time", "delay_s_sum", "trains_planned", "trains_not_left",
    )  # fmt: skip
    sums: Sums = defaultdict(lambda: dict.fromkeys(names, 0))
    limit_s = settings.thresholds.departure_on_time_minutes * 60
    for train, aboard in _by_train(found).items():
        left = min((t.at["departed"] for t in aboard if "departed" in t.at), default=None)
        late_s = seconds(train.planned_at_utc, left) if left else 0
        row = sums[week_of(min(t.departed_on for t in aboard)), train.service_id, train.direction]
        row["trains"] += 1
        row["wagons"] += len({t.box.wagon_no for t in aboard if t.box.wagon_no})
        row["trains_timed"] += left is not None
        row["trains_on_time"] += left is not None and abs(late_s) <= limit_s
        row["delay_s_sum"] += late_s
    last = max((t.departed_on for t in found), default=date.min)
    gone = set(_by_train(found))
    for train in gone | {b.departure for b in bookings}:
        if train.departure_on <= last:
            row = sums[week_of(train.departure_on), train.service_id, train.direction]
            row["trains_planned"] += 1
            row["trains_not_left"] += train not in gone
    return table(("iso_week", "service_id", "direction"), dict(sums))


def _by_train(found: Sequence[Trip]) -> dict[Departure, list[Trip]]:
    trains: dict[Departure, list[Trip]] = defaultdict(list)
    for trip in found:
        trains[trip.box.departure].append(trip)
    return trains


def _trade(items: Sequence[DeclaredItem], rates: DollarRates) -> Table:
    groups: dict[tuple[str, ...], list[DeclaredItem]] = defaultdict(list)
    for item in items:
        if item.released_on is not None:
            direction = "W" if item.ie_flag == "E" else "E"
            week = week_of(item.released_on)
            groups[
                week, item.service_id or "UNKNOWN", direction, flow_of_item(item), item.hs_code[:2]
            ].append(item)
    rows = {
        key: {
            "items": len(group),
            "declarations": len({i.declaration_no for i in group}),
            "value_cny_fen": sum(int(value(i, "CNY", rates) * 100) for i in group),
            "value_usd_cent": sum(int(value(i, "USD", rates) * 100) for i in group),
            "net_g": sum(int(i.first_quantity * 1000) for i in group if i.first_unit_code == "035"),
            "items_without_rate": 0,
            # The story sells FOB and buys CIF, so that the price is the statistical value.
            "stat_value_cny_fen": sum(int(value(i, "CNY", rates) * 100) for i in group),
            "as_declared_cny_fen": sum(
                int(value(i, "CNY", rates) * 100)
                for i in group
                if (i.ie_flag, i.transaction_mode) not in (("E", "3"), ("I", "1"))
            ),
        }
        for key, group in groups.items()
    }
    return table(("iso_week", "service_id", "direction", "flow", "hs_chapter"), rows)


def _transit(found: Sequence[Trip], settings: Settings) -> Table:
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for trip in found:
        train = trip.box.departure
        for measure, day, took_s in _stretches(trip):
            groups[week_of(day), train.service_id, train.direction, measure].append(took_s)
    rows = {key: _spread(key[-1], sorted(values), settings) for key, values in groups.items()}
    return table(("iso_week", "service_id", "direction", "measure"), rows)


def _stretches(trip: Trip) -> Iterator[tuple[str, date, int]]:
    """(measure, day that dates it, seconds) of every stretch of a laden trip that can be measured."""
    if trip.box.full_empty == "E":
        return
    for measure, start, end in STRETCHES:
        needed = ALL_SIX if measure.startswith("leg_") else (start, end)
        if all(name in trip.at for name in needed):
            is_border = measure == "border"
            ends = ("border_departed", "border_out") if is_border else ("delivered", "door_destination")
            took_s = seconds(trip.at[start], trip.at[end])
            if took_s >= 0:
                yield measure, trip.local_date(*ends), took_s


def _spread(measure: str, values: list[int], settings: Settings) -> dict[str, int | None]:
    target_s = settings.targets.door_to_door_days * 86_400
    baseline_s = Fraction(settings.targets.baseline_days) * 86_400
    is_door = measure == "door_to_door"
    is_enough = len(values) >= settings.thresholds.percentile_min_trips
    return {
        "trips": len(values),
        "sum_s": sum(values),
        "mean_s": round(Fraction(sum(values), len(values))),
        "median_s": quantile(values, Fraction(1, 2)),
        "p90_s": quantile(values, Fraction(9, 10)) if is_enough else None,
        "min_s": values[0],
        "max_s": values[-1],
        "within_target": sum(v <= target_s for v in values) if is_door else None,
        "saving_ppm": round((1 - quantile(values, Fraction(1, 2)) / baseline_s) * 1_000_000)
        if is_door
        else None,
    }


def _bookings(bookings: Sequence[BookedSlots], settings: Settings) -> Table:
    by_train: dict[tuple[str, ...], list[BookedSlots]] = defaultdict(list)
    for booking in bookings:
        if booking.status == "confirmed":
            train = booking.departure
            week = week_of(train.departure_on)
            by_train[
                week, train.service_id, train.direction, train.train_no, train.departure_on.isoformat()
            ].append(booking)
    groups: dict[tuple[str, ...], list[list[BookedSlots]]] = defaultdict(list)
    for key, booked in by_train.items():
        groups[key[:3]].append(booked)
    rows = {
        key: _sales(trains, settings.service(key[1]).capacity_teu * 100) for key, trains in groups.items()
    }
    return table(("iso_week", "service_id", "direction"), rows)


def _sales(trains: Sequence[Sequence[BookedSlots]], capacity_x100: int) -> dict[str, int | None]:
    sold = sorted(s for s in (_sell_out_s(booked, capacity_x100) for booked in trains) if s is not None)
    return {
        "departures": len(trains),
        "bookings": sum(len(booked) for booked in trains),
        "booked_teu_x100": sum(b.teu_x100 for booked in trains for b in booked),
        "capacity_teu_x100": capacity_x100 * len(trains),
        "sell_out_s_median": quantile(sold, Fraction(1, 2)) if sold else None,
        "departures_sold_out": len(sold),
    }


def _sell_out_s(booked: Sequence[BookedSlots], capacity_x100: int) -> int | None:
    """Seconds from the first booking to the one that filled the train."""
    so_far = 0
    in_order = sorted(booked, key=lambda b: (b.booked_at_utc, b.booking_no))
    for booking in in_order:
        so_far += booking.teu_x100
        if so_far >= capacity_x100:
            return seconds(in_order[0].booked_at_utc, booking.booked_at_utc)
    return None


def _matches(found: Sequence[Trip]) -> Table:
    sums: Sums = defaultdict(lambda: {"laden_boxes": 0, "declared_boxes": 0})
    for trip in found:
        if trip.box.full_empty != "E":
            row = sums[week_of(trip.departed_on), trip.box.departure.service_id]
            row["laden_boxes"] += 1
            row["declared_boxes"] += trip.flow != "UNDECLARED"
    return table(("iso_week", "service_id"), dict(sums))
