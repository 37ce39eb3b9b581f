"""Which trips of a container are one journey, and how each trip ended: trains that split, merge or turn back.

A box that changes trains on the way is listed once per train. Milestones of a single trip belong to
``facts.milestones`` and ``facts.chain``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.milestones import left_at_utc
from corridor_etl.facts.numbered import BOX, TRIP, beside

CYCLE = pl.duration(days=6)  # no box goes, comes back and leaves again within so little time
COMPLETED, OPEN, TURNED_BACK, SPLIT = "completed", "open", "turned_back", "split"


def with_journeys(trips: pl.DataFrame) -> pl.DataFrame:
    """``trips`` with ``journey_id`` (trip_id of the journey's first trip) and ``outcome``.

    ``trips`` are sorted by trip_id and have the numbers of ``facts.numbered``. A trip goes on with the journey of the
    one before where the box leaves in the same direction within six days and had not arrived. ``outcome``: completed
    once it reached the train's destination or was handed out; split where another train took the box on; turned_back
    where it came back to the train's origin; else open. ``turned_back_at_utc`` is kept only for trips that turned back.
    """
    in_turn = trips.select(
        TRIP,
        BOX,
        "trip_id",
        "direction",
        left_at_utc().alias("left"),
        pl.min_horizontal("arrived_at_utc", "delivered_at_utc").alias("arrived"),
        (pl.col("turned_back_at_utc").is_not_null() & pl.col("departed_at_utc").is_not_null()).alias(
            "came_back"
        ),
    ).sort(BOX, "left", TRIP)
    journey = in_turn.with_columns(_goes_on().alias("goes_on"))
    found = journey.with_columns(pl.col("goes_on").shift(-1, fill_value=False).alias("is_taken_on")).select(
        TRIP,
        pl.when(~pl.col("goes_on")).then("trip_id").forward_fill().alias("journey_id"),
        _outcome().alias("outcome"),
    )
    joined = beside(trips, found, TRIP)
    is_back = pl.col("outcome") == TURNED_BACK
    return joined.with_columns(pl.when(is_back).then("turned_back_at_utc").alias("turned_back_at_utc"))


def _goes_on() -> pl.Expr:
    """Whether a trip, in the order of a container's departures, is on the way of the one before."""
    box, direction, left, arrived, came_back = (
        pl.col(name).shift(1) for name in (BOX, "direction", "left", "arrived", "came_back")
    )
    is_same_way = (box == pl.col(BOX)) & (direction == pl.col("direction"))
    was_under_way = (arrived > pl.col("left")).fill_null(True) & ~came_back
    return (is_same_way & was_under_way & (pl.col("left") - left <= CYCLE)).fill_null(False)


def _outcome() -> pl.Expr:
    return (
        pl.when(pl.col("is_taken_on"))
        .then(pl.lit(SPLIT))
        .when(pl.col("arrived").is_not_null())
        .then(pl.lit(COMPLETED))
        .when(pl.col("came_back"))
        .then(pl.lit(TURNED_BACK))
        .otherwise(pl.lit(OPEN))
    )
