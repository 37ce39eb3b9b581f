"""The marts of balance, load, legs and the whole chain once more, in loops; see ``plain_marts``.

The instants between the six milestones are taken from the container trips, whose own tests tell them; what is made of
them is counted here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import Any

import polars as pl

from corridor_etl.facts.trips import container_trips
from corridor_etl.settings import Settings
from tests.marts.plain_marts import Row, Table, _groups, _on, _quantile, _week, _whole, plain_trips

KM = {"YIN-HRS": 90, "HRS-ALT": 15, "ALT-ALA": 343, "AKL-DOS": 12}
KM |= {"-".join(reversed(leg.split("-"))): km for leg, km in KM.items()}
Stretch = tuple[str, Any, Any, date | None, float | None]


def plain_chain_marts(
    current: Mapping[str, pl.DataFrame], settings: Settings
) -> dict[str, set[tuple[Any, ...]]]:
    trips = plain_trips(current, settings)
    kinds = ("manifest_container", "port_event", "declaration_item")
    known = container_trips(*(current[k] for k in kinds), settings).to_dicts()
    chain = {(t["service_id"], t["train_no"], t["departure_on_local"], t["container_no"]): t for t in known}
    for t in trips:
        found = chain[t["service_id"], t["train_no"], t["departure_on_local"], t["container_no"]]
        names = ("domestic_departed", "origin_arrived", "border_in_departed", "border_out_arrived")
        for name in (*names, "transshipped", "door_arrived", "empty_returned"):
            t[name] = found[f"{name}_at_utc"]
    tables = {
        "mart_balance_week": _balance(trips),
        "mart_load_week": _load(trips, settings),
        "mart_leg_week": _legs(trips, settings),
        "mart_chain_week": _chain(trips, settings),
    }
    return {name: {(*key, *figures) for key, figures in table.items()} for name, table in tables.items()}


def ppm(part: int, all_of_it: int) -> int | None:
    return round(Fraction(part * 10**6, all_of_it)) if all_of_it > 0 else None


def _balance(trips: list[Row]) -> Table:
    known = [t for t in trips if t["full_empty"] in ("F", "E")]
    table: Table = {}
    for key, rows in _groups(known, lambda t: (_week(t["left_on"]), t["service_id"])).items():
        teu: dict[tuple[str, str], int] = defaultdict(int)
        for t in rows:
            teu[t["full_empty"], t["direction"]] += _whole(t["teu"], 100)
        west, east, empty = teu["F", "W"], teu["F", "E"], teu["E", "E"]
        table[key] = (
            west, east, teu["E", "W"], empty, west - east, ppm(empty, empty + east), ppm(east, west),
        )  # fmt: skip
    return table


def _trains(trips: list[Row]) -> dict[tuple[Any, ...], list[list[Row]]]:
    """Week, service and direction of a train's departure -> its boxes."""
    trains = _groups(
        trips, lambda t: (t["service_id"], t["direction"], t["train_no"], t["departure_on_local"])
    )
    found: dict[tuple[Any, ...], list[list[Row]]] = defaultdict(list)
    for (service, direction, _, _), boxes in trains.items():
        found[_week(min(b["left_on"] for b in boxes)), service, direction].append(boxes)
    return found


def _of_week(t: Row) -> tuple[Any, ...]:
    return _week(t["left_on"]), t["service_id"], t["direction"]


def _load(trips: list[Row], settings: Settings) -> Table:
    trains, table = _trains(trips), {}
    for key, rows in _groups(trips, _of_week).items():
        weighed = [
            t for t in rows
            if t["tare_kg"] is not None and (t["cargo_gross_kg"] is not None or t["full_empty"] == "E")
        ]  # fmt: skip
        teu = sum(_whole(t["teu"], 100) for t in rows)
        laden = sum(_whole(t["teu"], 100) for t in rows if t["full_empty"] == "F")
        capacity = len(trains.get(key, ())) * settings.service(key[1]).capacity_teu * 100
        grams = sum(_whole(t["tare_kg"], 1000) + _whole(t["cargo_gross_kg"], 1000) for t in weighed)
        table[key] = (
            len(rows), len(weighed), grams, teu, laden, capacity or None, ppm(teu, capacity), ppm(laden, capacity),
        )  # fmt: skip
    return table


def _legs(trips: list[Row], settings: Settings) -> Table:
    trains, table = _trains(trips), {}
    for (week, service, direction), rows in _groups(trips, _of_week).items():
        nodes = settings.service(service).nodes(direction)
        for start, end in pairwise(("origin", "border_in", "border_out", "destination")):
            leg = f"{nodes[start]}-{nodes[end]}"
            km, wagons = KM.get(leg), None
            if start == "origin" and (week, service, direction) in trains:
                boxes = trains[week, service, direction]
                wagons = sum(len({b["wagon_no"] for b in train} - {None}) for train in boxes)
            teu = sum(_whole(t["teu"], 100) for t in rows)
            grams = sum(_whole(t["cargo_gross_kg"], 1000) for t in rows)
            table[week, service, direction, leg] = (
                len(rows), wagons, km, None if km is None else teu * km, None if km is None else grams * km,
            )  # fmt: skip
    return table


def _chain(trips: list[Row], settings: Settings) -> Table:
    seconds: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    limits: dict[str, float | None] = {}
    for t in trips:
        nodes = settings.service(t["service_id"]).nodes(t["direction"])
        spans = [_turn(t, trips)] if t["direction"] == "W" else []
        if t["full_empty"] != "E":
            spans += _stretches(t, nodes)
        for measure, start, end, on, limit in spans:
            if start and end and on and end >= start:
                limits[measure] = limit
                seconds[_week(on), t["service_id"], t["direction"], measure].append(
                    int((end - start).total_seconds())
                )
    return {key: spread(sorted(s), limits[key[3]], settings) for key, s in seconds.items()}


def _stretches(t: Row, nodes: dict[str, str]) -> Iterator[Stretch]:
    arrived_on = _on(t["arrived"], nodes["destination"])
    yield "train_to_train", t["departed"], t["arrived"], arrived_on, None
    left, train = t["domestic_departed"], t["departed"]
    if left and train and left <= train:
        yield "stop_door_origin", t["gate_in"], left, t["departed_on"], None
        yield "leg_domestic", left, t["origin_arrived"], t["departed_on"], None
        yield "stop_origin", t["origin_arrived"], train, t["departed_on"], None
    else:
        yield "stop_destination", t["arrived"], left, arrived_on, None
        yield "leg_domestic", left, t["door_arrived"], t["delivered_on"], None
        yield "stop_door_destination", t["door_arrived"], t["delivered"], t["delivered_on"], None
    crossed_on = t["border_departed_on"]
    yield "tfi1_near_side", t["border_arrived"], t["border_in_departed"], crossed_on, None
    yield "tfi1_crossing", t["border_in_departed"], t["border_out_arrived"], crossed_on, None
    yield "tfi1_far_side", t["border_out_arrived"], t["border_departed"], crossed_on, None
    yield "tfi1_both_sides", t["border_arrived"], t["border_departed"], crossed_on, 3
    yield "border_wait_for_lift", t["border_arrived"], t["transshipped"], crossed_on, None
    yield "border_after_lift", t["transshipped"], t["border_departed"], crossed_on, None
    returned_on = _on(t["empty_returned"], nodes["door_destination"])
    yield "empty_return", t["delivered"], t["empty_returned"], returned_on, None


def _turn(t: Row, trips: list[Row]) -> Stretch:
    later = [
        o for o in trips
        if o["container_no"] == t["container_no"] and o["direction"] == "W" and o["departed"] and t["departed"]
        and (o["departed"], o["service_id"], o["train_no"], o["departure_on_local"])
        > (t["departed"], t["service_id"], t["train_no"], t["departure_on_local"])
    ]  # fmt: skip
    then = min(
        later,
        default=None,
        key=lambda o: (o["departed"], o["service_id"], o["train_no"], o["departure_on_local"]),
    )
    return "turn", t["departed"], then and then["departed"], then and then["left_on"], None


def spread(s: list[int], limit: float | None, settings: Settings) -> tuple[int | None, ...]:
    n, total = len(s), sum(s)
    variation = None
    if n > 1 and total:
        mean = Fraction(total, n)
        squared = sum((x - mean) ** 2 for x in s) / n / mean**2 * 10**12
        variation = isqrt(squared.numerator // squared.denominator)
    is_enough = n >= settings.thresholds.percentile_min_trips
    return (
        n, total, round(Fraction(total, n)), _quantile(s, Fraction(1, 2)),
        _quantile(s, Fraction(9, 10)) if is_enough else None, s[0], s[-1], variation,
        None if limit is None else sum(x <= limit * 86400 for x in s),
    )  # fmt: skip
