"""Departures: trains, their wagons and their punctuality at the origin."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._kpi import Kpi
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_departure_week: one train counts once, in the week its first container left."""
    tolerance_s = settings.thresholds.departure_on_time_minutes * 60
    return (
        facts.departures.with_columns(pl.col("departure_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("trains"),
            pl.col("wagons").sum(),
            pl.col("delay_s").count().cast(pl.Int64).alias("trains_timed"),
            (pl.col("delay_s").abs() <= tolerance_s).sum().cast(pl.Int64).alias("trains_on_time"),
            pl.col("delay_s").sum().alias("delay_s_sum"),
        )
    )


KPI = Kpi(
    name="departures",
    title="Trains and punctuality",
    formula=(
        "Trains: distinct train number and departure date. On time: |actual - planned departure| at most "
        "thresholds.departure_on_time_minutes. Mean delay: delay_s_sum / trains_timed"
    ),
    unit="trains; wagons; s",
    basis="Loading lists for trains, wagons and timetable; departure events at the origin for the actual departure.",
    is_additive=True,
    week_date="Earliest departure date among the train's containers, on the origin's calendar",
    caveat="An early train lowers delay_s_sum. Wagons are those of the first leg; the gauge break changes them.",
    small_number_rule="A punctuality share is given only with its number of trains.",
    mart="mart_departure_week",
    dimensions=DIMENSIONS,
    columns=("trains", "wagons", "trains_timed", "trains_on_time", "delay_s_sum"),
    compute=compute,
)
