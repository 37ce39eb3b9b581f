"""The weekly marts once more, in loops over dictionaries with zoneinfo and fractions, to compare with.

Slow and plain on purpose, written from the definitions of the figures and sharing no code with the product but
the reference data and the configuration.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.reference.currency import converted
from corridor_etl.reference.place import nodes
from corridor_etl.settings import Settings

Row = dict[str, Any]
Table = dict[tuple[Any, ...], Any]
STOPS = (
    ("gate_in", "GTIN", "door_origin"), ("departed", "DEPA", "origin"), ("border_arrived", "ARRI", "border_in"),
    ("border_departed", "DEPA", "border_out"), ("arrived", "ARRI", "destination"), ("delivered", "GTOT", "door_destination"),
)  # fmt: skip
LEGS = ("leg_origin", "leg_to_border", "leg_border", "leg_from_border", "leg_delivery")


def plain_marts(current: Mapping[str, pl.DataFrame], settings: Settings) -> dict[str, set[tuple[Any, ...]]]:
    items, bookings = (current[k].to_dicts() for k in ("declaration_item", "booking"))
    trips = plain_trips(current, settings)
    tables = {
        "mart_throughput_week": _throughput(trips),
        "mart_departure_week": _departures(trips, bookings, settings),
        "mart_trade_week": _trade(items),
        "mart_transit_week": _transit(trips, settings),
        "mart_booking_week": _booking(bookings, settings),
        "mart_match_week": _match(trips),
    }
    return {name: {(*key, *figures) for key, figures in table.items()} for name, table in tables.items()}


def plain_trips(current: Mapping[str, pl.DataFrame], settings: Settings) -> list[Row]:
    manifests, events, items = (
        current[k].to_dicts() for k in ("manifest_container", "port_event", "declaration_item")
    )
    return [_trip(m, manifests, events, items, settings) for m in manifests]


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _trip(m: Row, manifests: list[Row], events: list[Row], items: list[Row], settings: Settings) -> Row:
    places = settings.service(m["service_id"]).nodes(m["direction"])
    day = m["departure_on_local"]
    others = [o["departure_on_local"] for o in manifests if o["container_no"] == m["container_no"]]
    before = max((d for d in others if d < day), default=date.min)
    after = min((d for d in others if d > day), default=date.max)
    trip = dict(m)
    for name, code, role in STOPS:
        hits = [
            e for e in events
            if e["classifier"] == "ACT" and e["container_no"] == m["container_no"]
            and e["event_code"] == code and e["facility_node"] == places[role]
        ]  # fmt: skip
        trip[name] = _first_or_last(name, hits, day, before, after)
        trip[f"{name}_on"] = _on(trip[name], places[role])
    trip["left_on"] = trip["departed_on"] or day
    trip["flow"] = _flow(m, items)
    trip["chapter"] = "" if m["full_empty"] == "E" or not m["hs_code"] else m["hs_code"][:2]
    return trip


def _first_or_last(name: str, hits: list[Row], day: date, before: date, after: date) -> Any:
    if name == "gate_in":
        fitting = [
            e["event_at_utc"] for e in hits
            if day - timedelta(30) <= e["event_on_local"] <= day + timedelta(2) and e["event_on_local"] > before
        ]  # fmt: skip
        return max(fitting, default=None)
    fitting = [
        e["event_at_utc"] for e in hits
        if day - timedelta(1) <= e["event_on_local"] <= day + timedelta(60) and e["event_on_local"] < after
    ]  # fmt: skip
    return min(fitting, default=None)


def _on(at: Any, node: str) -> date | None:
    return at.astimezone(ZoneInfo(str(nodes()[node]["timezone"]))).date() if at else None


def _item_flow(i: Row) -> str:
    names = {
        ("E", True): "EXPORT_DOMESTIC",
        ("E", False): "RE_EXPORT",
        ("I", True): "RE_IMPORT",
        ("I", False): "IMPORT",
    }
    return names[i["ie_flag"], i["origin_country"] == "CN"]


def _worth(i: Row, target: str, on: date) -> Decimal:
    return Decimal(0) if i["total_price"] is None else converted(i["total_price"], i["currency"], target, on)


def _flow(m: Row, items: list[Row]) -> str:
    if m["full_empty"] == "E":
        return "EMPTY"
    worth: dict[str, Decimal] = defaultdict(Decimal)
    for i in items:
        is_same_way = {"W": "E", "E": "I"}[m["direction"]] == i["ie_flag"]
        is_near = abs((i["declared_on_local"] - m["departure_on_local"]).days) <= 30
        if is_same_way and is_near and m["container_no"] in (i["container_nos"] or "").split():
            worth[_item_flow(i)] += _worth(i, "CNY", i["released_on_local"] or i["declared_on_local"])
    return min(worth, key=lambda f: (-worth[f], f)) if worth else "UNDECLARED"


def _whole(value: Decimal | None, times: int) -> int:
    return 0 if value is None else round(Fraction(value) * times)


def _groups(rows: Iterable[Row], key: Any) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _throughput(trips: list[Row]) -> Table:
    groups = _groups(
        trips,
        lambda t: (
            _week(t["left_on"]),
            t["service_id"],
            t["direction"],
            t["flow"],
            t["chapter"],
            t["full_empty"] or "?",
        ),
    )
    return {
        key: (
            len(rows),
            sum(t["teu"] is None for t in rows),
            sum(_whole(t["teu"], 100) for t in rows),
            sum(_whole(t["cargo_gross_kg"], 1000) for t in rows),
            sum(_whole(t["cargo_net_kg"], 1000) for t in rows),
        )
        for key, rows in groups.items()
    }


def _departures(trips: list[Row], bookings: list[Row], settings: Settings) -> Table:
    trains = _groups(
        trips, lambda t: (t["service_id"], t["direction"], t["train_no"], t["departure_on_local"])
    )
    table: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 7)
    for (service, direction, _, _), boxes in trains.items():
        totals = table[_week(min(b["left_on"] for b in boxes)), service, direction]
        planned = min(
            (b["planned_departure_at_utc"] for b in boxes if b["planned_departure_at_utc"]), default=None
        )
        actual = min((b["departed"] for b in boxes if b["departed"]), default=None)
        totals[0] += 1
        totals[1] += len({b["wagon_no"] for b in boxes} - {None})
        if planned and actual:
            late = int((actual - planned).total_seconds())
            totals[2] += 1
            totals[3] += abs(late) <= settings.thresholds.departure_on_time_minutes * 60
            totals[4] += late
    last = max((t["left_on"] for t in trips), default=date.min)
    known = {(b["service_id"], b["direction"], b["train_no"], b["departure_on_local"]) for b in bookings}
    for train in known | set(trains):
        if train[3] <= last:
            totals = table[_week(train[3]), train[0], train[1]]
            totals[5] += 1
            totals[6] += train not in trains
    return {key: tuple(totals) for key, totals in table.items()}


def _trade(items: list[Row]) -> Table:
    released = [i for i in items if i["released_on_local"]]
    groups = _groups(
        released,
        lambda i: (
            _week(i["released_on_local"]), i["service_id"] or "UNKNOWN", "W" if i["ie_flag"] == "E" else "E",
            _item_flow(i), i["hs_code"][:2],
        ),
    )  # fmt: skip
    return {
        key: (
            len(rows),
            len({(i["regime"], i["declaration_no"]) for i in rows}),
            int(100 * sum(_worth(i, "CNY", i["released_on_local"]) for i in rows)),
            int(100 * sum(_worth(i, "USD", i["released_on_local"]) for i in rows)),
            sum(_whole(i["first_quantity"], 1000) for i in rows if i["first_unit_code"] == "035"),
            0,
            # No terms of sale are drawn here, so that every price stands as declared.
            *2 * (int(100 * sum(_worth(i, "CNY", i["released_on_local"]) for i in rows)),),
        )
        for key, rows in groups.items()
    }


def _transit(trips: list[Row], settings: Settings) -> Table:
    durations: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for t in trips:
        spans = [
            ("door_to_door", "gate_in", "delivered", "delivered_on"),
            ("border", "border_arrived", "border_departed", "border_departed_on"),
        ]
        if all(t[name] for name, _, _ in STOPS):
            ends = pairwise(name for name, _, _ in STOPS)
            spans += [(leg, a, b, "delivered_on") for leg, (a, b) in zip(LEGS, ends, strict=True)]
        for measure, start, end, on in spans:
            if t["full_empty"] != "E" and t[start] and t[end] and t[end] >= t[start]:
                durations[_week(t[on]), t["service_id"], t["direction"], measure].append(
                    int((t[end] - t[start]).total_seconds())
                )
    return {key: _spread(key[3], sorted(s), settings) for key, s in durations.items()}


def _spread(measure: str, s: list[int], settings: Settings) -> tuple[int | None, ...]:
    promised = settings.targets.door_to_door_days * 86400
    baseline = Fraction(settings.targets.baseline_days) * 86400
    return (
        len(s), sum(s), round(Fraction(sum(s), len(s))), _quantile(s, Fraction(1, 2)),
        _quantile(s, Fraction(9, 10)) if len(s) >= settings.thresholds.percentile_min_trips else None,
        s[0], s[-1], sum(x <= promised for x in s) if measure == "door_to_door" else None,
        round((1 - _quantile(s, Fraction(1, 2)) / baseline) * 1_000_000) if measure == "door_to_door" else None,
    )  # fmt: skip


def _quantile(s: list[int], share: Fraction) -> int:
    place = share * (len(s) - 1)
    low = int(place)
    high = min(low + 1, len(s) - 1)
    return round(s[low] + (s[high] - s[low]) * (place - low))


def _booking(bookings: list[Row], settings: Settings) -> Table:
    confirmed = [b for b in bookings if b["booking_status"] == "confirmed"]
    trains = _groups(
        confirmed, lambda b: (b["service_id"], b["direction"], b["train_no"], b["departure_on_local"])
    )
    weeks: dict[tuple[Any, ...], list[tuple[int, int, int, int | None]]] = defaultdict(list)
    for (service, direction, _, day), rows in trains.items():
        rows.sort(key=lambda b: b["booked_at_utc"])
        capacity, total, filled = settings.service(service).capacity_teu, Decimal(0), None
        for b in rows:
            total += b["teu"]
            if filled is None and total >= capacity:
                filled = int((b["booked_at_utc"] - rows[0]["booked_at_utc"]).total_seconds())
        weeks[_week(day), service, direction].append((len(rows), _whole(total, 100), capacity * 100, filled))
    table: Table = {}
    for key, found in weeks.items():
        times = sorted(f[3] for f in found if f[3] is not None)
        sums = [sum(f[i] for f in found) for i in range(3)]
        table[key] = (len(found), *sums, _quantile(times, Fraction(1, 2)) if times else None, len(times))
    return table


def _match(trips: list[Row]) -> Table:
    laden = _groups(
        (t for t in trips if t["full_empty"] == "F"), lambda t: (_week(t["left_on"]), t["service_id"])
    )
    return {key: (len(rows), sum(t["flow"] != "UNDECLARED" for t in rows)) for key, rows in laden.items()}
