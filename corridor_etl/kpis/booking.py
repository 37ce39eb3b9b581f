"""Booking: slots booked and offered per departure, and how fast trains sell out."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.kpis import _exact
from corridor_etl.kpis._example import Example, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "departures", "bookings", "booked_teu_x100", "capacity_teu_x100", "sell_out_s_median", "departures_sold_out",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_booking_week: booked departures added up per planned departure week."""
    return (
        facts.booked_departures.with_columns(pl.col("departure_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("departures"),
            pl.col("bookings", "booked_teu_x100", "capacity_teu_x100").sum(),
            _exact.median("sell_out_s").alias("sell_out_s_median"),
            pl.col("sell_out_s").count().cast(pl.Int64).alias("departures_sold_out"),
        )
    )


KPI = Kpi(
    name="booking",
    title=Translated(
        en="Slots booked",
        zh="已订舱位",
        ru="Забронированные места",
        kk="Броньдалған орындар",
    ),
    formula=(
        "Utilisation: booked_teu_x100 / capacity_teu_x100. Sell-out time: from a departure's first booking to "
        "the one "
        "that brings its booked TEU to the capacity"
    ),
    unit="0.01 TEU; s",
    basis="Confirmed bookings; capacity of the service in corridor.toml for each departure that has a booking.",
    is_additive=True,
    unsummed=("sell_out_s_median",),
    week_date="Planned departure date at the origin",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "A departure nobody booked is not seen. Capacity is today's setting. sell_out_s_median "
            "cannot be added."
        ),
        zh="无人订舱的班次不在统计之列；运力取当前配置值；sell_out_s_median 不可相加。",
        ru=(
            "Отправления без единой брони не видны. Вместимость берётся из текущих настроек. Значения "
            "sell_out_s_median складывать нельзя."
        ),
        kk=(
            "Бірде-бір брондауы жоқ жөнелтім көрінбейді. Сыйымдылық ағымдағы баптаудан алынады. "
            "sell_out_s_median мәндерін қосуға болмайды."
        ),
    ),
    small_number_rule="The median is over sold-out departures only and is given with their number.",
    mart="mart_booking_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    example=Example(
        given={
            "booked_departures": rows_of(
                {"train_no": "1", "bookings": 3, "booked_teu_x100": 4000, "sell_out_s": 86_400},
                {"train_no": "2", "bookings": 2, "booked_teu_x100": 4200, "sell_out_s": 43_200},
                {"train_no": "3", "bookings": 1, "booked_teu_x100": 1000},
                {"train_no": "4", "bookings": 1, "booked_teu_x100": 4000, "sell_out_s": 43_200},
                departure_week="2025-W23",
                capacity_teu_x100=4000,
            )
        },
        figures=(("2025-W23", "YIN-ALA", "W", 4, 7, 13_200, 16_000, 43_200, 3),),
    ),
)
