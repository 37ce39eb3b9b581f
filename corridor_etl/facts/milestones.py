"""The six milestones of a trip, found among the events of its container.

A container comes back: an event belongs to the trip in whose window it lies, and the container's neighbouring
trips bound the window. The gate-in is the last before the train, every other milestone the first after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from corridor_etl.facts.numbered import BOX, SPOT, TRIP, Spots, beside


@dataclass(frozen=True)
class Milestone:
    """One instant of a trip: which event at which node, and which of several counts."""

    name: str
    event_code: str
    role: str
    takes: Literal["first", "last"] = "first"


MILESTONES = (
    Milestone("gate_in_at_utc", "GTIN", "door_origin", "last"),
    Milestone("departed_at_utc", "DEPA", "origin"),
    Milestone("border_arrived_at_utc", "ARRI", "border_in"),
    Milestone("border_departed_at_utc", "DEPA", "border_out"),
    Milestone("arrived_at_utc", "ARRI", "destination"),
    Milestone("delivered_at_utc", "GTOT", "door_destination"),
)
EVENT_CODES = frozenset(milestone.event_code for milestone in MILESTONES)
INSTANTS = tuple(milestone.name for milestone in MILESTONES)
GATE_IN_DAYS = (-30, 2)
JOURNEY_DAYS = (-1, 60)
_WAY = ("service_id", "direction")
# A name among a few is compared as a number.
_SPOT = {
    "role": pl.String(), "event_code": pl.String(), "takes": pl.Enum(["first", "last"]), "milestone": pl.Enum(INSTANTS),
}  # fmt: skip


def with_milestones(
    trips: pl.DataFrame, moves: pl.DataFrame, places: pl.DataFrame, spots: Spots
) -> pl.DataFrame:
    """``trips`` with the six ``*_at_utc`` columns; null where no actual event fits.

    ``trips`` needs service_id, direction, departure_on_local and the numbers of ``facts.numbered``, whose
    ``box_events`` of ``spots`` the ``moves`` are; ``places`` is :func:`corridor_etl.facts.places.role_nodes`.
    """
    is_last = pl.col("takes") == "last"
    found = (
        moves.lazy()
        .join(_spots(places, spots).lazy(), on=SPOT)
        .join(_wanted(trips).lazy(), on=BOX)
        .filter(
            pl.all_horizontal(pl.col(name) == pl.col(f"{name}_of_spot") for name in _WAY),
            pl.when(is_last).then(_in_gate_in_window()).otherwise(_in_journey_window()),
        )
        .group_by(TRIP)
        .agg(_instant(m) for m in MILESTONES)
        .collect()
    )
    return beside(trips, found, TRIP)


def left_at_utc() -> pl.Expr:
    """When a trip left, as well as is known: seen leaving, else by the timetable, else at noon (UTC) of its day."""
    noon = pl.col("departure_on_local").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=12)
    return pl.coalesce("departed_at_utc", "planned_departure_at_utc", noon)


def _spots(places: pl.DataFrame, spots: Spots) -> pl.DataFrame:
    """Which event at which node is which milestone of a way: of a service in one direction."""
    rows = [(m.role, m.event_code, m.takes, m.name) for m in MILESTONES]
    table = pl.DataFrame(rows, schema=_SPOT, orient="row")
    return places.join(table, on="role").select(
        *(pl.col(name).alias(f"{name}_of_spot") for name in _WAY), "takes", "milestone",
        spots.number("node", "event_code"),
    )  # fmt: skip


def _wanted(trips: pl.DataFrame) -> pl.DataFrame:
    """One row per trip with the nearest other departure dates of its container before and after."""
    wanted = trips.select(TRIP, BOX, *_WAY, "departure_on_local")
    dates = wanted.select(BOX, "departure_on_local").unique().sort(BOX, "departure_on_local")
    day, box = pl.col("departure_on_local"), pl.col(BOX)
    neighbours = dates.with_columns(
        pl.when(box == box.shift(1)).then(day.shift(1)).alias("previous_on_local"),
        pl.when(box == box.shift(-1)).then(day.shift(-1)).alias("next_on_local"),
    )
    return beside(wanted, neighbours, [BOX, "departure_on_local"])


def _in_gate_in_window() -> pl.Expr:
    after_last_trip = pl.col("event_on_local") > pl.col("previous_on_local")
    return _within(GATE_IN_DAYS) & after_last_trip.fill_null(True)


def _in_journey_window() -> pl.Expr:
    before_next_trip = pl.col("event_on_local") < pl.col("next_on_local")
    return _within(JOURNEY_DAYS) & before_next_trip.fill_null(True)


def _within(days: tuple[int, int]) -> pl.Expr:
    offset = (pl.col("event_on_local") - pl.col("departure_on_local")).dt.total_days()
    return offset.is_between(*days)


def _instant(milestone: Milestone) -> pl.Expr:
    instants = pl.when(pl.col("milestone") == milestone.name).then("event_at_utc")
    return (instants.max() if milestone.takes == "last" else instants.min()).alias(milestone.name)
