"""The true weekly figures of what is under way at the end of each week, and of the speed of the trains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from corridor_etl.reference.calendar import monday, week_of
from corridor_etl.simulator.truth_numbers import Table, ppm, seconds, table
from corridor_etl.simulator.truth_trips import ALL_SIX, Trip
from corridor_etl.simulator.truth_way import KM

_WEEK = timedelta(weeks=1)
_COHORT_WEEKS = 9
Key = tuple[str, ...]


def open_marts(found: Sequence[Trip]) -> dict[str, Table]:
    """Mart table -> rows, from trips with their six milestones."""
    laden = [trip for trip in found if trip.box.full_empty != "E"]
    names = ("iso_week", "service_id", "direction")
    return {
        "mart_open_trip_week": table(names, _open(laden)),
        "mart_speed_week": table(names, _speed(laden)),
    }


def _open(laden: Sequence[Trip]) -> dict[Key, dict[str, int | None]]:
    begun = [trip for trip in laden if "gate_in" in trip.at]
    last = max((instant for trip in begun for instant in trip.at.values()), default=None)
    groups: dict[Key, list[tuple[int, bool, bool]]] = defaultdict(list)
    for trip in begun:
        train = trip.box.departure
        for week_end in _ends(trip.at["gate_in"]):
            if last is None or week_end - _WEEK > last:
                continue
            state = _state(trip, min(week_end, last))
            if state[0] >= 0:
                key = week_of((week_end - timedelta(days=1)).date()), train.service_id, train.direction
                groups[key].append(state)
    return {key: _figures(states) for key, states in groups.items()}


def _ends(handed_over: datetime) -> list[datetime]:
    """The ends (UTC) of the nine weeks in whose cohort a trip is."""
    start = datetime.combine(monday(week_of(handed_over.date())), time(), UTC)
    return [start + n * _WEEK for n in range(1, _COHORT_WEEKS + 1)]


def _state(trip: Trip, until: datetime) -> tuple[int, bool, bool]:
    """(seconds so far, whether it is open, whether all is known) at an instant."""
    delivered = trip.at.get("delivered")
    is_open = delivered is None or delivered > until
    end = until if is_open or delivered is None else delivered
    return seconds(trip.at["gate_in"], end), is_open, not is_open and all(n in trip.at for n in ALL_SIX)


def _figures(states: Sequence[tuple[int, bool, bool]]) -> dict[str, int | None]:
    still = [lasted for lasted, is_open, _ in states if is_open]
    complete, delivered = sum(c for _, _, c in states), len(states) - len(still)
    return {
        "trips": len(states),
        "trips_delivered": delivered,
        "trips_open": len(still),
        "oldest_open_s": max(still, default=None),
        "median_s": _kaplan_meier([(lasted, is_open) for lasted, is_open, _ in states]),
        "trips_complete": complete,
        "coverage_ppm": ppm(complete, delivered),
    }


def _kaplan_meier(states: Sequence[tuple[int, bool]]) -> int | None:
    survival = Fraction(1)
    for t in sorted({lasted for lasted, is_open in states if not is_open}):
        at_risk = sum(lasted >= t for lasted, _ in states)
        survival *= 1 - Fraction(sum(lasted == t and not is_open for lasted, is_open in states), at_risk)
        if survival <= Fraction(1, 2):
            return t
    return None


def _speed(laden: Sequence[Trip]) -> dict[Key, dict[str, int | None]]:
    sums: dict[Key, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(("trips", "way_m_sum", "moving_s_sum", "total_s_sum"), 0)
    )
    for trip in laden:
        stops = [trip.at.get(n) for n in ("departed", "border_arrived", "border_departed", "arrived")]
        ways = [KM.get(frozenset(pair)) for pair in _pairs(trip)]
        if None in stops or None in ways or stops != sorted(stops):  # type: ignore[type-var]
            continue
        left, near, far, arrived = (s for s in stops if s is not None)
        train = trip.box.departure
        row = sums[week_of(trip.local_date("arrived", "destination")), train.service_id, train.direction]
        row["trips"] += 1
        row["way_m_sum"] += sum(km for km in ways if km is not None) * 1000
        row["moving_s_sum"] += seconds(left, near) + seconds(far, arrived)
        row["total_s_sum"] += seconds(left, arrived)
    return {key: {**row, **_rates(row)} for key, row in sums.items()}


def _pairs(trip: Trip) -> list[tuple[str, str]]:
    roles = ("origin", "border_in", "border_out", "destination")
    nodes = [trip.nodes[role] for role in roles]
    return list(pairwise(nodes))


def _rates(row: dict[str, int]) -> dict[str, int | None]:
    way, moving, total = row["way_m_sum"] * 3600, row["moving_s_sum"], row["total_s_sum"]
    share = ppm(moving, total)
    return {
        "swod_m_per_hour": round(Fraction(way, moving)) if moving else None,
        "swd_m_per_hour": round(Fraction(way, total)) if total else None,
        "delay_ppm": None if share is None else 1_000_000 - share,
    }
