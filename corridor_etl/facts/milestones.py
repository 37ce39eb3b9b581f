"""The six milestones of a trip, found among the events of its container.

A container comes back: an event belongs to the trip in whose window it lies, and the container's neighbouring
trips bound the window. The gate-in is the last before the train, every other milestone the first after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl


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
INSTANTS = tuple(milestone.name for milestone in MILESTONES)
GATE_IN_DAYS = (-30, 2)
JOURNEY_DAYS = (-1, 60)


def with_milestones(trips: pl.DataFrame, events: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """``trips`` with the six ``*_at_utc`` columns; null where no actual event fits.

    ``trips`` needs trip_id, service_id, direction, container_no, departure_on_local; ``places`` is
    :func:`corridor_etl.facts.places.role_nodes`.
    """
    found = (
        _wanted(trips, places)
        .join(_actual(events), on=["container_no", "facility_node", "event_code"], how="inner")
        .filter(pl.when(pl.col("takes") == "last").then(_in_gate_in_window()).otherwise(_in_journey_window()))
        .group_by("trip_id")
        .agg(_instant(m) for m in MILESTONES)
    )
    return trips.join(found, on="trip_id", how="left", maintain_order="left")


def left_at_utc() -> pl.Expr:
    """When a trip left, as well as is known: seen leaving, else by the timetable, else at noon (UTC) of its day."""
    noon = pl.col("departure_on_local").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=12)
    return pl.coalesce("departed_at_utc", "planned_departure_at_utc", noon)


def _wanted(trips: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """One row per trip and milestone: what to look for, and the neighbouring departures of the container."""
    rows = [(m.role, m.event_code, m.takes, m.name) for m in MILESTONES]
    table = pl.DataFrame(rows, schema=["role", "event_code", "takes", "milestone"], orient="row")
    spots = places.join(table, on="role").select(
        "service_id", "direction", pl.col("node").alias("facility_node"), "event_code", "takes", "milestone"
    )
    return (
        trips.select("trip_id", "service_id", "direction", "container_no", "departure_on_local")
        .join(_neighbours(trips), on=["container_no", "departure_on_local"], how="left")
        .join(spots, on=["service_id", "direction"])
    )


def _neighbours(trips: pl.DataFrame) -> pl.DataFrame:
    """Per container and departure date, the nearest other departure date before and after."""
    dates = (
        trips.select("container_no", "departure_on_local").unique().sort("container_no", "departure_on_local")
    )
    day, box = pl.col("departure_on_local"), pl.col("container_no")
    return dates.with_columns(
        pl.when(box == box.shift(1)).then(day.shift(1)).alias("previous_on_local"),
        pl.when(box == box.shift(-1)).then(day.shift(-1)).alias("next_on_local"),
    )


def _actual(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(
        pl.col("classifier") == "ACT", pl.col("event_code").is_in(sorted({m.event_code for m in MILESTONES}))
    ).select("container_no", "facility_node", "event_code", "event_at_utc", "event_on_local")


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
    instants = pl.col("event_at_utc").filter(pl.col("milestone") == milestone.name)
    return (instants.max() if milestone.takes == "last" else instants.min()).alias(milestone.name)
