"""The marts of open trips and of speed once more, in loops; see ``plain_marts``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl

from corridor_etl.settings import Settings
from tests.marts.plain_chain import KM, ppm
from tests.marts.plain_marts import Row, Table, _on, _week, plain_trips

SIX = ("gate_in", "departed", "border_arrived", "border_departed", "arrived", "delivered")


def plain_open_marts(
    current: Mapping[str, pl.DataFrame], settings: Settings
) -> dict[str, set[tuple[Any, ...]]]:
    laden = [t for t in plain_trips(current, settings) if t["full_empty"] != "E"]
    tables = {"mart_open_trip_week": _open(laden), "mart_speed_week": _speed(laden, settings)}
    return {name: {(*key, *figures) for key, figures in table.items()} for name, table in tables.items()}


def _open(laden: list[Row]) -> Table:
    begun = [t for t in laden if t["gate_in"]]
    last = max((t[name] for t in begun for name in SIX if t[name]), default=None)
    groups: dict[tuple[Any, ...], list[tuple[int, bool, bool]]] = defaultdict(list)
    for t in begun:
        assert last is not None
        day = t["gate_in"].date()
        for n in range(9):
            start = datetime.combine(day - timedelta(days=day.weekday()), time(), UTC) + timedelta(weeks=n)
            until = min(start + timedelta(weeks=1), last)
            ended = t["delivered"] is not None and t["delivered"] <= until
            lasted = ((t["delivered"] if ended else until) - t["gate_in"]).total_seconds()
            if start <= last and lasted >= 0:
                key = (_week(start.date()), t["service_id"], t["direction"])
                groups[key].append((int(lasted), ended, ended and all(t[name] for name in SIX)))
    return {key: _figures(states) for key, states in groups.items()}


def _figures(states: list[tuple[int, bool, bool]]) -> tuple[int | None, ...]:
    still = [lasted for lasted, ended, _ in states if not ended]
    done, complete = len(states) - len(still), sum(c for _, _, c in states)
    survival, median = Fraction(1), None
    for t in sorted({lasted for lasted, ended, _ in states if ended}):
        gone = sum(lasted == t and ended for lasted, ended, _ in states)
        survival *= 1 - Fraction(gone, sum(lasted >= t for lasted, _, _ in states))
        if survival <= Fraction(1, 2):
            median = t
            break
    return len(states), done, len(still), max(still, default=None), median, complete, ppm(complete, done)


def _speed(laden: list[Row], settings: Settings) -> Table:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 4)
    for t in laden:
        nodes = settings.service(t["service_id"]).nodes(t["direction"])
        roles = ("origin", "border_in", "border_out", "destination")
        way = [KM.get(f"{nodes[a]}-{nodes[b]}") for a, b in pairwise(roles)]
        stops = [t[name] for name in SIX[1:5]]
        if None in way or None in stops or sorted(stops) != stops:
            continue
        left, near, far, arrived = stops
        row = sums[_week(_on(arrived, nodes["destination"])), t["service_id"], t["direction"]]  # type: ignore[arg-type]
        moving = int(((near - left) + (arrived - far)).total_seconds())
        for at, add in enumerate((1, sum(way) * 1000, moving, int((arrived - left).total_seconds()))):  # type: ignore[arg-type]
            row[at] += add
    return {key: (*row, *_rates(*row[1:])) for key, row in sums.items()}


def _rates(way: int, moving: int, total: int) -> tuple[int | None, ...]:
    speeds = [round(Fraction(way * 3600, s)) if s else None for s in (moving, total)]
    share = ppm(moving, total)
    return (*speeds, None if share is None else 10**6 - share)
