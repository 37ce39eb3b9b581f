"""Departures: trains, their wagons and their punctuality at the origin."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "trains", "wagons", "trains_timed", "trains_on_time", "delay_s_sum", "trains_planned", "trains_not_left",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_departure_week: one train counts once, in the week its first container left; planned ones in theirs.

    A week with planned trains of which none left has a row with 0 trains; a week without any has no row.
    """
    tolerance_s = settings.thresholds.departure_on_time_minutes * 60
    left = (
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
    both = left.join(_planned(facts), on=DIMENSIONS, how="full", coalesce=True)
    return both.with_columns(pl.col(COLUMNS).fill_null(0))


def _planned(facts: Facts) -> pl.DataFrame:
    """Planned trains per week of the timetable, and those of them that never left."""
    return (
        facts.planned_departures.with_columns(pl.col("planned_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("trains_planned"),
            (~pl.col("has_left")).sum().cast(pl.Int64).alias("trains_not_left"),
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
        "thresholds.departure_on_time_minutes. Mean delay: delay_s_sum / trains_timed. Planned: trains of loading "
        "lists and of bookings, also cancelled ones; not left: planned trains without a loading list"
    ),
    unit="trains; wagons; s",
    basis=(
        "Loading lists for trains, wagons and timetable; departure events at the origin for the actual departure; "
        "bookings for trains that were planned and did not leave."
    ),
    is_additive=True,
    week_date=(
        "Earliest departure date among the train's containers, on the origin's calendar; of planned trains "
        "the planned date"
    ),
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "An early train lowers delay_s_sum. Wagons are those of the first leg; the gauge break "
            "changes them. 0 trains with trains_planned is a cancelled week; a week without a row had no service. "
            "trains_not_left falls when a list still comes; a train nobody booked is not seen."
        ),
        zh=(
            "提前发车会降低 delay_s_sum；车辆数为第一区段的车辆，换轨后车辆会变。班列数为 0 而有 trains_planned "
            "为停运周；无记录的周为无班列服务。装车清单补到后 trains_not_left 会下降；无人订舱的班次不可见。"
        ),
        ru=(
            "Ранний отход уменьшает delay_s_sum. Вагоны — первого участка: на стыке колеи они меняются. 0 поездов при "
            "trains_planned — отменённая неделя; неделя без строки — без сообщения. trains_not_left уменьшается, когда "
            "ведомость приходит позже; поезд без броней не виден."
        ),
        kk=(
            "Ерте жөнелген пойыз delay_s_sum мәнін азайтады. Вагондар бірінші учаскенікі: табан ені "
            "ауысқанда олар өзгереді. trains_planned болып, пойыз саны 0 болса — тоқтатылған апта; жолы жоқ апта — "
            "қатынас болмаған апта. Тізім кейін келсе, trains_not_left азаяды; броньы жоқ пойыз көрінбейді."
        ),
    ),
    small_number_rule="A punctuality share is given only with its number of trains.",
    mart="mart_departure_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_planned,),
    example=Example(
        given={
            "departures": rows_of(
                {"train_no": "1", "wagons": 40, "delay_s": 7200},
                {"train_no": "2", "wagons": 41, "delay_s": -7201},
                {"train_no": "3", "wagons": 0, "delay_s": None},
                {"train_no": "4", "wagons": 20, "delay_s": -60},
                departure_week="2025-W23",
            ),
            "planned_departures": (
                *rows_of(
                    {"has_left": True}, {"has_left": True}, {"has_left": False}, planned_week="2025-W23"
                ),
                *rows_of({"has_left": False}, {"has_left": False}, planned_week="2025-W24"),
            ),
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", 4, 101, 3, 2, -61, 3, 1),
            ("2025-W24", "YIN-ALA", "W", 0, 0, 0, 0, 0, 2, 2),
        ),
    ),
)
