"""The instants of a trip between its six milestones, from the simulated moves of its box, in plain Python.

Which moves count as which instant follows the definitions of the figures; the six are ``truth_trips``'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor_etl.simulator.records import Event
from corridor_etl.simulator.truth_trips import Trip

_LEAVING = ("DEPA", "GTOT", "RAIL_LOAD")


@dataclass(frozen=True)
class _Neighbours:
    """What bounds a trip in the life of its box; None where there is no trip before or after."""

    left: datetime
    previous_end: datetime | None
    next_start: datetime | None
    next_left: datetime | None


def find_chain(found: Sequence[Trip], events: Sequence[Event]) -> None:
    """Adds the instants of the chain to each trip's ``at``."""
    moves: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        moves[event.container_no].append(event)
    boxes: dict[str, list[Trip]] = defaultdict(list)
    for trip in found:
        boxes[trip.box.container_no].append(trip)
    for number, journeys in boxes.items():
        journeys.sort(key=lambda t: (_left(t), _identity(t)))
        bounds = [_bounds(journeys, place) for place in range(len(journeys))]
        for trip, near in zip(journeys, bounds, strict=True):
            trip.chain = _instants(trip, near, moves[number])


def _identity(trip: Trip) -> str:
    return "|".join(trip.box.key)


def _left(trip: Trip) -> datetime:
    return trip.at.get("departed", trip.box.departure.planned_at_utc)


def _bounds(journeys: Sequence[Trip], place: int) -> _Neighbours:
    before = journeys[place - 1] if place else None
    after = journeys[place + 1] if place + 1 < len(journeys) else None
    return _Neighbours(
        _left(journeys[place]),
        None if before is None else max([_left(before), *before.at.values()]),
        None if after is None else min([_left(after), *after.at.values()]) - timedelta(microseconds=1),
        None if after is None else _left(after),
    )


def _instants(trip: Trip, near: _Neighbours, moves: Sequence[Event]) -> dict[str, datetime]:
    at, node = trip.at, trip.nodes
    arrived = at.get("arrived") or at.get("border_departed") or near.left
    gates = [instant for instant in (at.get("gate_in"), near.previous_end) if instant]
    gate = max(gates) if gates else None
    on_way, over = near.left - timedelta(days=1), at.get("delivered") or near.next_start
    chain: dict[str, datetime | None] = {}
    if node["door_origin"] != node["origin"]:
        chain["domestic_departed"] = _seen(moves, _LEAVING, [node["door_origin"]], gate, near.left, near, max)
        chain["origin_arrived"] = _seen(moves, ("ARRI",), [node["origin"]], gate, near.left, near, max)
    elif node["destination"] != node["door_destination"]:
        chain["domestic_departed"] = _seen(moves, _LEAVING, [node["destination"]], arrived, over, near, min)
    if node["destination"] != node["door_destination"]:
        chain["door_arrived"] = _seen(moves, ("ARRI",), [node["door_destination"]], arrived, over, near, min)
    border = [node["border_in"], node["border_out"]]
    chain["border_in_departed"] = _seen(moves, ("DEPA",), border[:1], on_way, near.next_start, near, min)
    chain["border_out_arrived"] = _seen(moves, ("ARRI",), border[1:], on_way, near.next_start, near, min)
    chain["transshipped"] = _seen(moves, ("XSHIP",), border, on_way, near.next_start, near, min)
    if trip.box.full_empty != "E":
        empty = [move for move in moves if move.full_empty == "E" and move.code in ("DROP", "GTIN")]
        handed_out = at.get("delivered") or arrived
        between = [m.at_utc for m in empty if _fits(m, handed_out, near.next_left, near)]
        chain["empty_returned"] = min(between, default=None)
    return {name: instant for name, instant in chain.items() if instant}


def _seen(
    moves: Sequence[Event],
    codes: Sequence[str],
    places: Sequence[str],
    after: datetime | None,
    before: datetime | None,
    near: _Neighbours,
    takes: Callable[[list[datetime]], datetime],
) -> datetime | None:
    """The first or last fitting move of the best code that occurs."""
    for code in codes:
        fitting = [
            m.at_utc for m in moves if m.code == code and m.node in places and _fits(m, after, before, near)
        ]
        if fitting:
            return takes(fitting)
    return None


def _fits(move: Event, after: datetime | None, before: datetime | None, near: _Neighbours) -> bool:
    is_near = near.left - timedelta(days=30) <= move.at_utc <= near.left + timedelta(days=60)
    return is_near and (after is None or move.at_utc > after) and (before is None or move.at_utc <= before)
