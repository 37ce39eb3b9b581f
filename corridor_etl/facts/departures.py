"""The departure: one train on one day, from the trips of its containers.

The train's own timetable and departure are those of its containers: the earliest of each.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.trips import ISO_WEEK, container_trips
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.settings import Settings

TRAIN = ("service_id", "direction", "train_no", "departure_on_local")


def train_departures(
    manifests: pl.DataFrame | None,
    events: pl.DataFrame | None,
    declarations: pl.DataFrame | None,
    settings: Settings,
) -> pl.DataFrame:
    """Departures straight from current records; see :func:`departures_of`."""
    return departures_of(container_trips(manifests, events, declarations, settings))


def departures_of(trips: pl.DataFrame) -> pl.DataFrame:
    """One row per train, sorted by service_id, direction, train_no, departure_on_local.

    Adds departed_on_local and departure_week (the earliest date among the containers), planned_departure_at_utc,
    departed_at_utc, delay_s (actual less planned; null unless both are known), containers, teu_x100 (unknown
    lengths add nothing) and wagons (distinct numbers).
    """
    departed = pl.col("departed_on_local").min()
    delay = pl.col("departed_at_utc") - pl.col("planned_departure_at_utc")
    return (
        trips.group_by(TRAIN)
        .agg(
            departed,
            departed.dt.strftime(ISO_WEEK).alias("departure_week"),
            pl.col("planned_departure_at_utc").min(),
            pl.col("departed_at_utc").min(),
            pl.len().cast(pl.Int64).alias("containers"),
            scaled("teu", 2).sum().alias("teu_x100"),
            pl.col("wagon_no").drop_nulls().n_unique().cast(pl.Int64).alias("wagons"),
        )
        .with_columns(delay.dt.total_seconds().alias("delay_s"))
        .sort(TRAIN)
    )
