"""Departures: trains, their wagons and their punctuality at the origin."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
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
    title=Translated(
        en="Trains and punctuality",
        zh="班列数与准点率",
        ru="Поезда и пунктуальность",
        kk="Пойыздар және кестенің сақталуы",
    ),
    formula=(
        "Trains: distinct train number and departure date. On time: |actual - planned departure| at most "
        "thresholds.departure_on_time_minutes. Mean delay: delay_s_sum / trains_timed"
    ),
    unit="trains; wagons; s",
    basis="Loading lists for trains, wagons and timetable; departure events at the origin for the actual departure.",
    is_additive=True,
    week_date="Earliest departure date among the train's containers, on the origin's calendar",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "An early train lowers delay_s_sum. Wagons are those of the first leg; the gauge break "
            "changes them."
        ),
        zh="提前发车会降低 delay_s_sum；车辆数为第一区段的车辆，换轨后车辆会变。",
        ru="Ранний отход уменьшает delay_s_sum. Вагоны — первого участка: на стыке колеи они меняются.",
        kk=(
            "Ерте жөнелген пойыз delay_s_sum мәнін азайтады. Вагондар бірінші учаскенікі: табан ені "
            "ауысқанда олар өзгереді."
        ),
    ),
    small_number_rule="A punctuality share is given only with its number of trains.",
    mart="mart_departure_week",
    dimensions=DIMENSIONS,
    columns=("trains", "wagons", "trains_timed", "trains_on_time", "delay_s_sum"),
    compute=compute,
    example=Example(
        given={
            "departures": rows_of(
                {"train_no": "1", "wagons": 40, "delay_s": 7200},
                {"train_no": "2", "wagons": 41, "delay_s": -7201},
                {"train_no": "3", "wagons": 0, "delay_s": None},
                {"train_no": "4", "wagons": 20, "delay_s": -60},
                departure_week="2025-W23",
            )
        },
        figures=(("2025-W23", "YIN-ALA", "W", 4, 101, 3, 2, -61),),
    ),
)
