"""The planned departure: a train the timetable had, whether it left or not, as bookings and loading lists know it.

A train with a loading list counts as left, as its trips do. A train that was booked, also by somebody who cancelled,
and has no loading list did not leave; how late such a list may come is not known, so the last weeks may change.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.departures import TRAIN
from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK


def planned_departures(bookings: pl.DataFrame | None, departures: pl.DataFrame) -> pl.DataFrame:
    """One row per planned train up to the last day on which any train left, sorted by :data:`TRAIN`: planned_week and
    has_left."""
    left = departures.select(*TRAIN, has_left=pl.lit(True))
    booked = records("booking", bookings).select(*TRAIN, has_left=pl.lit(False))
    last = departures["departed_on_local"].max()
    return (
        pl.concat([left, booked])
        .group_by(TRAIN)
        .agg(pl.col("has_left").any())
        .filter(pl.col("departure_on_local") <= pl.lit(last, dtype=pl.Date()))
        .with_columns(pl.col("departure_on_local").dt.strftime(ISO_WEEK).alias("planned_week"))
        .sort(TRAIN)
    )
