"""What is reported of a box between its milestones: stuffing, domestic leg, both sides of the border, the empty box.

Some of it nobody reports. The milestones themselves and the way of the train belong to ``movements``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random

from corridor_etl.simulator.dice import dice
from corridor_etl.simulator.movements import PORT, earlier, later, moved, passage, unambiguous, whole_minute
from corridor_etl.simulator.records import Event
from corridor_etl.simulator.story import (
    BORDER_SIDES_PCT,
    EMPTY_AFTER_HOURS,
    FEEDER_ARRIVES_BEFORE_HOURS,
    FEEDER_LEAVES_AFTER_HOURS,
    FEEDER_TAKES_HOURS,
    STUFFED_BEFORE_HOURS,
    UNREPORTED_PCT,
)
from corridor_etl.simulator.trains import Box, Train


def between(seed: int, train: Train, box: Box, milestones: Sequence[Event]) -> Iterator[Event]:
    """The events of one box beside its ``milestones``, which are ``movements.trip_events``."""
    at = {(event.code, event.node): event.at_utc for event in milestones}
    names = train.departure.train_no, train.departure.departure_on
    of_train, of_box = dice(seed, "between", *names), dice(seed, "between", *names, box.number)
    told = [*_stuffed(train, box, at, of_box), *_before_train(train, box, of_train)]
    told += [*_border(seed, train, box, at), *_after_train(train, box, at, of_train, of_box)]
    told += _emptied(train, box, at, of_box)
    for event in told:
        if of_box.random() * 100 >= UNREPORTED_PCT:
            yield unambiguous(event)


Instants = dict[tuple[str, str], datetime]


def _stuffed(train: Train, box: Box, at: Instants, source: Random) -> Iterator[Event]:
    """Laden boxes are stuffed at the door some hours before they come to the gate; those from overseas are already."""
    door = train.nodes["door_origin"]
    if box.goods is not None and ("DISC", door) not in at:
        stuffed_at = earlier(at["GTIN", door], source, STUFFED_BEFORE_HOURS)
        yield moved(train, box, "STUF", door, stuffed_at, by_train=False)


def _before_train(train: Train, box: Box, source: Random) -> Iterator[Event]:
    """The feeder from the port comes to the origin of the train."""
    if train.route.feeder and train.nodes["door_origin"] == PORT:
        arrived_at = earlier(train.departure.departed_at_utc, source, FEEDER_ARRIVES_BEFORE_HOURS)
        yield moved(train, box, "ARRI", train.nodes["origin"], arrived_at, by_train=False)


def _border(seed: int, train: Train, box: Box, at: Instants) -> Iterator[Event]:
    """Out of the near side and into the far one; a box is lifted between gauges on the side of the wide one."""
    near, far = train.nodes["border_in"], train.nodes["border_out"]
    way, left_at = passage(seed, train), at["DEPA", far]
    lifted_at = at.get(("XSHIP", near))
    out, into = (
        way.border_arrived + (way.border_departed - way.border_arrived) * (pct / 100)
        for pct in BORDER_SIDES_PCT["before_lift" if lifted_at is None else "after_lift"]
    )
    out = min(max(out, lifted_at or out), left_at)
    yield moved(train, box, "DEPA", near, whole_minute(out))
    yield moved(train, box, "ARRI", far, whole_minute(min(max(into, out), left_at)), by_train=False)


def _after_train(train: Train, box: Box, at: Instants, of_train: Random, of_box: Random) -> Iterator[Event]:
    """The feeder leaves the destination of the train and comes to the port."""
    destination, door = train.nodes["destination"], train.nodes["door_destination"]
    if train.route.feeder and door == PORT:
        left_at = later(at["ARRI", destination], of_train, FEEDER_LEAVES_AFTER_HOURS)
        yield moved(train, box, "DEPA", destination, left_at, by_train=False)
        yield moved(train, box, "ARRI", door, later(left_at, of_box, FEEDER_TAKES_HOURS), by_train=False)


def _emptied(train: Train, box: Box, at: Instants, source: Random) -> Iterator[Event]:
    """Laden boxes are handed back empty where they were delivered."""
    door = train.nodes["door_destination"]
    if box.goods is not None:
        returned_at = later(at["GTOT", door], source, EMPTY_AFTER_HOURS)
        dropped = moved(train, box, "DROP", door, returned_at, by_train=False)
        yield replace(dropped, full_empty="E", gross_gross_g=0, seal_no="", booking_no="")
