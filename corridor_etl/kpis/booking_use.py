"""Booking use: how early slots are booked, and how much of what was booked really left."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.departures import TRAIN
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis import _exact
from corridor_etl.kpis._durations import with_goods
from corridor_etl.kpis._example import Example, on, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "bookings_timed", "lead_s_median", "lead_s_p90", "departures_loaded", "booked_teu_x100", "loaded_teu_x100",
    "load_factor_ppm", "short_teu_x100", "short_ppm",
)  # fmt: skip


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_booking_use_week, by the week of the planned departure."""
    is_enough = pl.col("lead_s").count() >= settings.thresholds.percentile_min_trips
    leads = (
        facts.bookings.with_columns(pl.col("departure_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.col("lead_s").count().cast(pl.Int64).alias("bookings_timed"),
            _exact.median("lead_s").alias("lead_s_median"),
            pl.when(is_enough).then(_exact.quantile("lead_s", 90)).alias("lead_s_p90"),
        )
    )
    short = pl.max_horizontal(pl.col("booked_teu_x100") - pl.col("loaded_teu_x100"), 0)
    sums = (
        _trains(facts)
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("departures_loaded"),
            pl.col("booked_teu_x100", "loaded_teu_x100").sum(),
            short.sum().alias("short_teu_x100"),
        )
    )
    booked = pl.col("booked_teu_x100")
    counts = ("departures_loaded", "booked_teu_x100", "loaded_teu_x100", "short_teu_x100")
    return (
        leads.join(sums, on=DIMENSIONS, how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(
            _exact.ppm(pl.col("loaded_teu_x100"), booked).alias("load_factor_ppm"),
            _exact.ppm(pl.col("short_teu_x100"), booked).alias("short_ppm"),
        )
    )


def _trains(facts: Facts) -> pl.DataFrame:
    """Per train that has both, what was booked and what was laden."""
    booked = facts.bookings.group_by(TRAIN).agg(pl.col("teu_x100").sum().alias("booked_teu_x100"))
    laden = with_goods(facts.trips).group_by(TRAIN).agg(scaled("teu", 2).sum().alias("loaded_teu_x100"))
    week = pl.col("departure_on_local").dt.strftime(ISO_WEEK).alias("iso_week")
    return booked.join(laden.collect(), on=TRAIN).with_columns(week)


KPI = Kpi(
    name="booking_use",
    title=Translated(
        en="Booking lead time and load factor",
        zh="订舱提前期与实装率",
        ru="Срок бронирования и загрузка",
        kk="Алдын ала броньдау мерзімі және жүктелу",
    ),
    formula=(
        "Lead time = planned departure - booked at, median and P90 of bookings. Load factor = laden TEU aboard "
        "/ confirmed "
        "TEU of trains with a loading list. Short (no-show or rolled over): per train max(0, confirmed - laden TEU)"
    ),
    unit="bookings; s; trains; 0.01 TEU; ppm",
    basis="Confirmed bookings; loading lists for the timetable and the laden containers of the same train.",
    is_additive=True,
    unsummed=("lead_s_median", "lead_s_p90", "load_factor_ppm", "short_ppm"),
    week_date="Planned departure date at the origin",
    zone="Origin of the train",
    caveat=Translated(
        en=(
            "Bookings of trains without a loading list have no lead time and no load factor yet. What did not "
            "come and what was "
            "rolled to a later train look the same. Medians and ratios cannot be added."
        ),
        zh="尚无装车清单的班次，其订舱没有提前期和实装率；未到货与顺延到后续班次无法区分。中位数与比率不可相加。",
        ru=(
            "У броней поездов без погрузочной ведомости пока нет ни срока, ни загрузки. Неявка и перенос на "
            "следующий поезд "
            "неразличимы. Медианы и доли складывать нельзя."
        ),
        kk=(
            "Тиеу тізімі жоқ пойыздардың броньдарында әзірге мерзім де, жүктелу де жоқ. Келмегені мен кейінгі "
            "пойызға "
            "ауысқаны бірдей көрінеді. Медианалар мен үлестерді қосуға болмайды."
        ),
    ),
    small_number_rule="No P90 below thresholds.percentile_min_trips bookings.",
    mart="mart_booking_use_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_trains,),
    example=Example(
        given={
            "bookings": rows_of(
                {"train_no": "1", "lead_s": 864_000, "teu_x100": 200},
                {"train_no": "1", "lead_s": 864_000, "teu_x100": 400},
                {"train_no": "2", "lead_s": 432_000, "teu_x100": 200},
                {"train_no": "2", "lead_s": 86_400, "teu_x100": 100},
                {"train_no": "2", "lead_s": 172_800, "teu_x100": 100},
                {"train_no": "3", "lead_s": None, "teu_x100": 200},
                {"train_no": "4", "lead_s": None, "teu_x100": 100},
                departure_week="2025-W23",
                departure_on_local=on(4),
            ),
            "trips": rows_of(
                {"train_no": "1", "teu": Decimal(2)},
                {"train_no": "1", "teu": Decimal(1)},
                {"train_no": "1", "teu": Decimal(2), "full_empty": "E"},
                {"train_no": "2", "teu": Decimal("3.5")},
                {"train_no": "4", "teu": Decimal(2)},
                departure_on_local=on(4),
            ),
        },
        figures=(("2025-W23", "YIN-ALA", "W", 5, 432_000, 864_000, 3, 1_100, 850, 772_727, 350, 318_182),),
    ),
)
