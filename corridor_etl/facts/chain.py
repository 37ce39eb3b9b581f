"""The milestones between a trip's six: stuffing, the domestic leg, both sides of the border, the lift between gauges,
the empty box handed back.

Each is looked for between instants the trip already has and those of the container's neighbouring trips, so that a
train of the trip before is never read as the feeder of the next. The six themselves belong to ``facts.milestones``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from corridor_etl.facts.milestones import INSTANTS, left_at_utc
from corridor_etl.facts.numbered import BOX, SPOT, TRIP, Spots, beside

BEFORE, AFTER = pl.duration(days=30), pl.duration(days=60)
INSTANT = pl.duration(microseconds=1)
EARLY = pl.duration(
    days=1
)  # a train may leave before its timetable, which stands in where nobody saw it leave
ANYWHERE = ""
_WAY = ("service_id", "direction")


@dataclass(frozen=True)
class Link:
    """One instant: the events that may tell it, the best first, where they happen, and between which two bounds.

    ``roles`` are nodes of the service; where ``unless`` names a role at the same node there is no such leg. ``load``
    is what the box of the event, and ``of_trip`` what that of the trip has to be; empty means either.
    """

    name: str
    event_codes: tuple[str, ...]
    roles: tuple[str, ...]
    after: str
    before: str
    takes: Literal["first", "last"] = "first"
    unless: str = ""
    load: str = ""
    of_trip: str = ""


_LEAVING = ("DEPA", "GTOT", "RAIL_LOAD")
LINKS = (
    Link("stuffed_at_utc", ("STUF",), (ANYWHERE,), "previous_end", "left", "last", of_trip="F"),
    Link("domestic_departed_at_utc", _LEAVING, ("door_origin",), "gate", "left", "last", unless="origin"),
    Link("origin_arrived_at_utc", ("ARRI",), ("origin",), "gate", "left", "last", unless="door_origin"),
    Link("border_in_departed_at_utc", ("DEPA",), ("border_in",), "on_way", "next_start"),
    Link("border_out_arrived_at_utc", ("ARRI",), ("border_out",), "on_way", "next_start"),
    Link("transshipped_at_utc", ("XSHIP",), ("border_in", "border_out"), "on_way", "next_start"),
    Link("turned_back_at_utc", ("ARRI",), ("origin",), "left", "next_start"),
    Link("domestic_departed_at_utc", _LEAVING, ("destination",), "train_end", "way_end", unless="door_destination"),
    Link("door_arrived_at_utc", ("ARRI",), ("door_destination",), "train_end", "way_end", unless="destination"),
    Link("empty_returned_at_utc", ("DROP", "GTIN"), (ANYWHERE,), "handed_out", "next_left", load="E", of_trip="F"),
)  # fmt: skip
NAMES = tuple(dict.fromkeys(link.name for link in LINKS))
EVENT_CODES = frozenset(code for link in LINKS for code in link.event_codes)


def _of(bound: str) -> list[str]:
    return sorted({getattr(link, bound) for link in LINKS})


# A name among a few is compared as a number.
_COLUMNS = {
    "role": pl.String(), "event_code": pl.String(), "rank": pl.UInt8(), "link": pl.Enum(NAMES),
    "after": pl.Enum(_of("after")), "before": pl.Enum(_of("before")), "takes": pl.Enum(["first", "last"]),
    "unless": pl.String(), "load": pl.String(), "of_trip": pl.String(),
}  # fmt: skip
_OF_TRIP = (
    TRIP, BOX, *_WAY, "full_empty", "departure_on_local", "planned_departure_at_utc", *INSTANTS,
)  # fmt: skip


def with_chain(trips: pl.DataFrame, moves: pl.DataFrame, places: pl.DataFrame, spots: Spots) -> pl.DataFrame:
    """``trips`` with the columns :data:`NAMES`, instants in UTC; null where no actual event fits.

    ``trips`` needs the six milestones, trip_id, service_id, direction, full_empty, departure_on_local,
    planned_departure_at_utc and the numbers of ``facts.numbered``, whose ``box_events`` of ``spots`` the ``moves`` are;
    ``places`` is :func:`corridor_etl.facts.places.role_nodes`. A service that has a domestic leg at either end has it
    at one only: that before the train counts.
    """
    bounds = _bounds(trips).lazy()
    anywhere = _table(k for k in LINKS if k.roles == (ANYWHERE,)).cast({"event_code": spots.codes})
    # The few places first: most events happen where no link is looked for, and need not be brought to a trip.
    placed = (
        moves.lazy()
        .join(_spots(places, spots).lazy(), on=SPOT)
        .join(bounds, on=BOX)
        .filter(pl.all_horizontal(pl.col(name) == pl.col(f"{name}_of_spot") for name in _WAY))
    )
    unplaced = moves.lazy().join(anywhere.lazy(), on="event_code").join(bounds, on=BOX)
    named = [TRIP, "link", "rank", "takes", "event_at_utc"]
    found = pl.concat([_fitting(placed).select(named), _fitting(unplaced).select(named)])
    return beside(trips, _instants(found).collect(), TRIP)


def _bounds(trips: pl.DataFrame) -> pl.DataFrame:
    """Per trip the instants links are looked for between; the neighbours are the container's in order of departure."""
    box = pl.col(BOX)
    beyond = [pl.col(name) for name in ("delivered_at_utc", "arrived_at_utc", "border_departed_at_utc")]
    dated = (
        trips.select(_OF_TRIP)
        .with_columns(left_at_utc().alias("left"))
        .with_columns(
            pl.min_horizontal(*INSTANTS, "left").alias("start"),
            pl.max_horizontal(*INSTANTS, "left").alias("end"),
        )
    )
    dated = dated.sort(BOX, "left", TRIP).with_columns(
        pl.when(box == box.shift(1)).then(pl.col("end").shift(1)).alias("previous_end"),
        pl.when(box == box.shift(-1)).then(pl.col("start").shift(-1) - INSTANT).alias("next_start"),
        pl.when(box == box.shift(-1)).then(pl.col("left").shift(-1)).alias("next_left"),
        (pl.col("left") - EARLY).alias("on_way"),
        pl.coalesce(*beyond[1:], "left").alias("train_end"),
        pl.coalesce(*beyond, "left").alias("handed_out"),
    )
    return dated.select(
        TRIP, BOX, *_WAY, "full_empty", "left", "previous_end", "next_start", "next_left", "on_way", "train_end",
        "handed_out",
        pl.max_horizontal("gate_in_at_utc", "previous_end").alias("gate"),
        pl.coalesce("delivered_at_utc", "next_start").alias("way_end"),
    )  # fmt: skip


def _spots(places: pl.DataFrame, spots: Spots) -> pl.DataFrame:
    """Per service and direction the events to look for, node by node; a leg from a node to itself is none."""
    node = ["service_id", "direction", "role", "node"]
    others = places.select("service_id", "direction", unless="role", other="node")
    legs = places.select(node).join(_table(k for k in LINKS if k.roles != (ANYWHERE,)), on="role")
    legs = legs.join(others, on=["service_id", "direction", "unless"], how="left")
    legs = legs.filter(pl.col("other").is_null() | (pl.col("other") != pl.col("node")))
    way = ["service_id", "direction", "link"]
    first = legs.with_columns((pl.col("takes") == "last").any().over(way).alias("has_leg_before"))
    return first.filter((pl.col("takes") == "last") | ~pl.col("has_leg_before")).select(
        *(pl.col(name).alias(f"{name}_of_spot") for name in _WAY), *list(_COLUMNS)[2:],
        spots.number("node", "event_code"),
    )  # fmt: skip


def _table(links: Iterable[Link]) -> pl.DataFrame:
    rows = [
        (role, code, rank, k.name, k.after, k.before, k.takes, k.unless, k.load, k.of_trip)
        for k in links
        for role in k.roles
        for rank, code in enumerate(k.event_codes)
    ]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


def _fitting(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs of a trip and an event between the bounds of the link; a bound that is not known bounds nothing."""
    at = pl.col("event_at_utc")
    after = pl.coalesce(pl.when(pl.col("after") == n).then(pl.col(n)) for n in _of("after"))
    before = pl.coalesce(pl.when(pl.col("before") == n).then(pl.col(n)) for n in _of("before"))
    is_near = at.is_between(pl.col("left") - BEFORE, pl.col("left") + AFTER)
    has_load = (pl.col("load") == "") | (pl.col("box_load") == pl.col("load")).fill_null(False)
    is_kind = (pl.col("of_trip") == "") | (pl.col("full_empty").fill_null("F") == pl.col("of_trip"))
    is_between = (at > after).fill_null(True) & (at <= before).fill_null(True)
    return pairs.filter(is_near, has_load, is_kind, is_between)


def _instants(found: pl.LazyFrame) -> pl.LazyFrame:
    """One row per trip: of each link the best event code that occurs, of this the first or the last."""
    ends = found.group_by(TRIP, "link", "takes", "rank").agg(
        first=pl.col("event_at_utc").min(), last=pl.col("event_at_utc").max()
    )
    best = ends.filter(pl.col("rank") == pl.col("rank").min().over(TRIP, "link"))
    return best.group_by(TRIP).agg(_instant(name) for name in NAMES)


def _instant(name: str) -> pl.Expr:
    is_link, is_last = pl.col("link") == name, pl.col("takes") == "last"
    last = pl.when(is_link & is_last).then("last").max()
    return pl.coalesce(last, pl.when(is_link & ~is_last).then("first").min()).alias(name)
