"""Open trips: what is still under way at the end of a week, and the transit time that takes it into account.

A mean of finished trips is too short while slow ones are still under way. The Kaplan-Meier median counts an open trip
as lasting at least as long as it has lasted so far.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.milestones import INSTANTS
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.kpis import _survival
from corridor_etl.kpis._durations import with_goods
from corridor_etl.kpis._exact import ppm
from corridor_etl.kpis._example import Example, at, rows_of
from corridor_etl.kpis._kpi import Kpi, Translated
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction")
COLUMNS = (
    "trips",
    "trips_delivered",
    "trips_open",
    "oldest_open_s",
    "median_s",
    "trips_complete",
    "coverage_ppm",
)
_KEY = ("sunday", "service_id", "direction")
_ENDS = pl.DataFrame(
    {"weeks": list(range(1, 10))}, schema={"weeks": pl.Int64()}
)  # the nine weeks of a cohort


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_open_trip_week: per week the trips handed over in the nine weeks up to its end, as then known."""
    cohorts = _cohorts(with_goods(facts.trips).drop_nulls("gate_in_at_utc"))
    is_open = pl.col("delivered_at_utc").is_null() | (pl.col("delivered_at_utc") > pl.col("seen_until"))
    until = pl.when(is_open).then("seen_until").otherwise("delivered_at_utc")
    states = cohorts.with_columns(
        is_open.alias("is_open"), (until - pl.col("gate_in_at_utc")).dt.total_seconds().alias("lasted_s")
    ).filter(pl.col("lasted_s") >= 0)
    is_complete = ~pl.col("is_open") & pl.col("is_timed")
    counted = states.group_by(_KEY).agg(
        pl.len().cast(pl.Int64).alias("trips"),
        (~pl.col("is_open")).sum().cast(pl.Int64).alias("trips_delivered"),
        pl.col("is_open").sum().cast(pl.Int64).alias("trips_open"),
        pl.col("lasted_s").filter("is_open").max().alias("oldest_open_s"),
        is_complete.sum().cast(pl.Int64).alias("trips_complete"),
    )
    covered = ppm(pl.col("trips_complete"), pl.col("trips_delivered")).alias("coverage_ppm")
    counts, medians = pl.collect_all([counted.with_columns(covered), _steps(states)])
    found = counts.join(_medians(medians), on=_KEY, how="left")
    week = pl.col("sunday").dt.strftime(ISO_WEEK).alias("iso_week")
    return found.with_columns(week, pl.col(_KEY[1:]).cast(pl.String))


def _cohorts(trips: pl.LazyFrame) -> pl.LazyFrame:
    """Each trip once per week in whose cohort it is, with ``seen_until``: the week's end, or the last known instant."""
    instants = trips.select(pl.max_horizontal(*INSTANTS)).collect().to_series()
    monday = pl.col("gate_in_at_utc").dt.truncate("1w")
    is_timed = pl.all_horizontal(pl.col(name).is_not_null() for name in INSTANTS)
    told = trips.select(
        pl.col("service_id", "direction").cast(pl.Categorical), "gate_in_at_utc", "delivered_at_utc",
        is_timed=is_timed,
    )  # fmt: skip
    ends = told.join(_ENDS.lazy(), how="cross").with_columns(
        (monday + pl.duration(weeks="weeks")).alias("ends_at_utc")
    )
    last = pl.lit(instants.max(), dtype=pl.Datetime("us", "UTC"))
    known = ends.filter(pl.col("ends_at_utc") - timedelta(weeks=1) <= last)
    return known.with_columns(
        pl.min_horizontal("ends_at_utc", last).alias("seen_until"),
        (pl.col("ends_at_utc") - timedelta(days=1)).alias("sunday"),
    )


def _steps(states: pl.LazyFrame) -> pl.LazyFrame:
    """Per group how many trips lasted how long, and whether they are open still."""
    counts = states.group_by(*_KEY, "lasted_s", "is_open").len()
    return counts.group_by(_KEY).agg(pl.struct("lasted_s", "is_open", "len").alias("steps"))


def _medians(steps: pl.DataFrame) -> pl.DataFrame:
    """Per group the Kaplan-Meier median of the time from hand-over to delivery."""
    medians = [_survival.median(tuple(step.values()) for step in group) for group in steps["steps"].to_list()]
    return steps.drop("steps").with_columns(pl.Series("median_s", medians, dtype=pl.Int64))


KPI = Kpi(
    name="open_trips",
    title=Translated(
        en="Open trips and transit time with them",
        zh="在途运次及计入在途的运输时间",
        ru="Незавершённые рейсы и время с их учётом",
        kk="Аяқталмаған рейстер және оларды ескергендегі уақыт",
    ),
    formula=(
        "Of laden trips handed over in the nine weeks up to the end of the week: delivered by then, open then, "
        "age of the "
        "oldest. median_s: least time t with product over times up to t of (1 - delivered / at risk) <= 1/2 "
        "(Kaplan-Meier). Coverage: delivered trips with all six milestones / delivered trips"
    ),
    unit="trips; s; ppm",
    basis="Actual events of laden containers (or not known to be empty), from gate-in to hand-out at the far door.",
    is_additive=False,
    week_date="End of the ISO week; trips are those handed over (gate-in) in it and the eight weeks before",
    zone="UTC, so that one instant ends the week of all services",
    caveat=Translated(
        en=(
            "A trip whose delivery is never reported stays open for nine weeks. The last week ends at the last "
            "instant known. "
            "The median is empty while fewer than half are known to have ended."
        ),
        zh=(
            "始终没有交付报告的运次会在九周内算作在途；最近一周截至最后已知时刻；已知完成不足一半时中位数为空。"
        ),
        ru=(
            "Рейс, о доставке которого не сообщили, девять недель считается незавершённым. Последняя неделя "
            "кончается "
            "последним известным событием. Медианы нет, пока завершилось менее половины."
        ),
        kk=(
            "Жеткізілгені хабарланбаған рейс тоғыз апта бойы аяқталмаған болып саналады. Соңғы апта соңғы белгілі "
            "оқиғамен бітеді. Жартысынан азы аяқталса, медиана болмайды."
        ),
    ),
    small_number_rule="The median is given with its number of trips; of fewer than 3 read the list instead.",
    mart="mart_open_trip_week",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    compute=compute,
    helpers=(_cohorts, _steps, _medians, _survival.median),
    example=Example(
        given={
            "trips": rows_of(
                {"delivered_at_utc": at("04 00:00")},
                *2 * ({
                    "departed_at_utc": at("03 00:00"), "border_arrived_at_utc": at("03 01:00"),
                    "border_departed_at_utc": at("03 02:00"), "arrived_at_utc": at("03 03:00"),
                    "delivered_at_utc": at("06 00:00"),
                },),
                {"gate_in_at_utc": at("06 00:00")},
                {"gate_in_at_utc": at("06 00:00")},
                {"delivered_at_utc": at("10 00:00")},
                {"delivered_at_utc": at("03 00:00"), "full_empty": "E"},
                gate_in_at_utc=at("02 00:00"),
                full_empty="F",
            )
        },
        figures=(
            ("2025-W23", "YIN-ALA", "W", 6, 3, 3, 604_800, 345_600, 2, 666_667),
            ("2025-W24", "YIN-ALA", "W", 6, 4, 2, 345_600, 345_600, 2, 500_000),
        ),
    ),
)  # fmt: skip
