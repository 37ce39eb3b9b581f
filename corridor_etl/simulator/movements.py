"""Where each box is when: the events of a trip in the order of the way, with the clock of the world.

Trains move as one; boxes enter the first gate and leave the last one by themselves. What is reported of a box between
these milestones belongs to ``between``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from corridor_etl.reference.calendar import week_of
from corridor_etl.reference.place import nodes
from corridor_etl.simulator.dice import dice
from corridor_etl.simulator.records import Event
from corridor_etl.simulator.story import LEFT_BEHIND_HOURS, LEFT_BEHIND_PCT, Hours
from corridor_etl.simulator.trains import Box, Train

SEA_PORTS = {"JP": "JPOSA", "KR": "KRPUS"}
PORT = "NGB"
GATE_REMARK = "CHECKED: OK'D + SEALED, DAMAGE?"
GATE_REMARK_PCT = 4


@dataclass(frozen=True)
class Passage:
    """When a train passes the nodes of its route."""

    departed: datetime
    border_arrived: datetime
    border_departed: datetime
    arrived: datetime


def passage(seed: int, train: Train) -> Passage:
    """The way of one train; every nth week (by ``congested_every``) the border is congested."""
    route, departed = train.route, train.departure.departed_at_utc
    source = dice(seed, "way", train.departure.train_no, train.departure.departure_on)
    border_arrived = later(departed, source, route.to_border)
    week = int(week_of(border_arrived.date())[-2:])
    is_congested = week % route.congested_every == 2
    border_departed = later(border_arrived, source, route.border_congested if is_congested else route.border)
    return Passage(
        departed, border_arrived, border_departed, later(border_departed, source, route.from_border)
    )


def later(start: datetime, source: Random, hours: Hours) -> datetime:
    """Some hours after an instant, between the least and the most."""
    return start + timedelta(minutes=round(source.uniform(*hours) * 60))


def earlier(end: datetime, source: Random, hours: Hours) -> datetime:
    """Some hours before an instant."""
    return end - timedelta(minutes=round(source.uniform(*hours) * 60))


def trip_events(seed: int, train: Train) -> Iterator[tuple[Box, list[Event]]]:
    """Every box of a train with its events; the last one is the gate-out at the far door."""
    way = passage(seed, train)
    for place, box in enumerate(train.boxes):
        source = dice(seed, "box", train.departure.train_no, train.departure.departure_on, box.number)
        yield box, [unambiguous(e) for e in _trip(source, train, box, way, place)]


def _trip(source: Random, train: Train, box: Box, way: Passage, place: int) -> Iterator[Event]:
    at, route = train.nodes, train.route
    gate_in = earlier(way.departed, source, route.gate_before)
    lifted = (
        way.border_arrived + (way.border_departed - way.border_arrived) * 0.6 + timedelta(minutes=2 * place)
    )
    left, arrived = way.border_departed, way.arrived
    if source.random() * 100 < LEFT_BEHIND_PCT:
        wait = timedelta(minutes=round(source.uniform(*LEFT_BEHIND_HOURS) * 60))
        left, arrived = left + wait, arrived + wait
    if box.goods is not None and box.goods.origin in SEA_PORTS and at["door_origin"] == PORT:
        yield _discharge(source, train, box, gate_in)
    remarks = GATE_REMARK if source.random() * 100 < GATE_REMARK_PCT else ""
    yield replace(moved(train, box, "GTIN", at["door_origin"], gate_in), remarks=remarks)
    if route.feeder and at["door_origin"] == PORT:
        yield moved(
            train, box, "RAIL_LOAD", PORT, gate_in + timedelta(minutes=240 + 3 * place), by_train=False
        )
    yield moved(train, box, "RAIL_LOAD", at["origin"], way.departed - timedelta(minutes=90 + 4 * place))
    yield moved(train, box, "DEPA", at["origin"], way.departed)
    yield moved(train, box, "ARRI", at["border_in"], way.border_arrived)
    break_of_gauge = next(at[r] for r in ("border_in", "border_out") if nodes()[at[r]]["country"] == "KZ")
    yield moved(train, box, "XSHIP", break_of_gauge, whole_minute(min(lifted, left)))
    yield moved(train, box, "DEPA", at["border_out"], left, by_train=False)
    yield moved(train, box, "ARRI", at["destination"], arrived, by_train=False)
    yield moved(
        train, box, "GTOT", at["door_destination"], later(arrived, source, route.delivery), by_train=False
    )


def moved(train: Train, box: Box, code: str, node: str, at_utc: datetime, by_train: bool = True) -> Event:
    """An event; wagon and train are those of the first leg, so they are known up to the border only."""
    is_gate = code in ("GTIN", "GTOT")
    on_wagon = by_train and not is_gate and code != "XSHIP"
    return Event(
        code=code,
        container_no=box.number,
        size_type=box.size_type,
        full_empty="F" if box.goods else "E",
        node=node,
        at_utc=at_utc,
        channel="codeco" if is_gate and node == PORT else "terminal",
        service_id=train.route.service_id,
        train_no=train.departure.train_no if by_train else "",
        wagon_no=box.wagon_no if on_wagon else "",
        gross_gross_g=box.gross_gross_g,
        seal_no=box.seal_no,
        booking_no=box.booking_no,
    )


def _discharge(source: Random, train: Train, box: Box, gate_in: datetime) -> Event:
    """Japanese and Korean goods come over the sea before they go on by rail."""
    assert box.goods is not None
    load_port = SEA_PORTS[box.goods.origin]
    return Event(
        code="DISC", container_no=box.number, size_type=box.size_type, full_empty="F", node=PORT,
        at_utc=earlier(gate_in, source, (28, 60)), channel="coarri",
        service_id=train.route.service_id, gross_gross_g=box.gross_gross_g, seal_no=box.seal_no,
        vessel=vessel(load_port, gate_in), far_port=load_port,
    )  # fmt: skip


def vessel(far_port: str, near: datetime) -> tuple[str, str, str]:
    """(IMO number, name, voyage) of the invented feeder of a port in the week of an instant."""
    imo, name = _feeder(far_port)
    return imo, name, f"{near.isocalendar()[1]:03d}W"


@cache
def _feeder(far_port: str) -> tuple[str, str]:
    digits, name = {"JPOSA": ("913004", "SAMPLE TRADER"), "KRPUS": ("942117", "SAMPLE FEEDER")}[far_port]
    check = sum(int(d) * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10
    return f"{digits}{check}", name


def whole_minute(instant: datetime) -> datetime:
    """The minute an instant is in: files give no seconds."""
    return instant.replace(second=0, microsecond=0)


def unambiguous(event: Event) -> Event:
    """An event in the hour a clock repeats happens an hour later: files carry no mark for the second one."""
    local = event.at_local
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return event
    later = (event.at_utc + timedelta(hours=2)).astimezone(UTC)
    return replace(event, at_utc=later)
