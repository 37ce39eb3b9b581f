"""Weekly rows of a duration between two milestones. Which durations are KPIs is decided beside each KPI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isqrt

import polars as pl

from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.kpis import _exact
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "measure")
COLUMNS = ("trips", "sum_s", "mean_s", "median_s", "p90_s", "min_s", "max_s", "within_target", "saving_ppm")
CHAIN_COLUMNS = (*COLUMNS[:-2], "cv_ppm", "within_limit")
_DAY_S = 86400


def with_goods(trips: pl.DataFrame) -> pl.LazyFrame:
    """Trips that carry goods or may: empty boxes wait for other reasons and are not timed."""
    return trips.lazy().filter((pl.col("full_empty") != "E").fill_null(True))


@dataclass(frozen=True)
class Stretch:
    """What is timed: from one instant of a trip to another, in the week of a date; ``limit_days`` where one counts."""

    measure: str
    start: str
    end: str
    week_date: str
    limit_days: float | None = None


def timed(trips: pl.LazyFrame, stretches: Iterable[Stretch]) -> pl.LazyFrame:
    """One row per trip and stretch that has both instants in the right order: ``monday`` of its week, service_id,
    direction, measure (as categories, which are compared as numbers), duration_s, limit_s."""
    return pl.concat(
        trips.filter(pl.col(s.end) >= pl.col(s.start)).select(
            pl.col(s.week_date).dt.truncate("1w").alias("monday"),
            pl.col("service_id", "direction").cast(pl.Categorical),
            pl.lit(s.measure).cast(pl.Categorical).alias("measure"),
            (pl.col(s.end) - pl.col(s.start)).dt.total_seconds().alias("duration_s"),
            pl.lit(None if s.limit_days is None else int(s.limit_days * _DAY_S), dtype=pl.Int64).alias(
                "limit_s"
            ),
        )
        for s in stretches
    )


def duration_rows(durations: pl.LazyFrame, settings: Settings) -> pl.DataFrame:
    """Rows of mart_transit_week from :func:`timed`.

    Seconds. ``p90_s`` is null below ``thresholds.percentile_min_trips``; ``within_target`` counts trips of at most
    the limit and is null without one. ``saving_ppm``: how much shorter the median from door to door is than
    ``targets.baseline_days``; below 0 where it is longer, null for parts of the way.
    """
    count = pl.len().cast(pl.Int64).alias("trips")
    figures = {**spread("duration_s", settings), "within_target": within("duration_s", "limit_s")}
    baseline_s = int(settings.targets.baseline_days * _DAY_S)
    saving = _exact.ppm(baseline_s - pl.col("median_s"), pl.lit(baseline_s))
    is_whole = pl.col("measure") == "door_to_door"
    groups = _grouped(durations, count, **figures)
    return groups.with_columns(pl.when(is_whole).then(saving).alias("saving_ppm"))


def chain_rows(durations: pl.LazyFrame, settings: Settings) -> pl.DataFrame:
    """Rows of mart_chain_week from :func:`timed`: those of :func:`duration_rows`, with the coefficient of variation."""
    count = pl.len().cast(pl.Int64).alias("trips")
    figures = {**spread("duration_s", settings), "within_limit": within("duration_s", "limit_s")}
    groups = _grouped(durations, count, **figures, squares=squares("duration_s"))
    return with_cv(groups, "trips")


def _grouped(durations: pl.LazyFrame, *count: pl.Expr, **figures: pl.Expr) -> pl.DataFrame:
    """The figures of each group, in the order of seconds, with the group's dimensions as texts."""
    key = ["monday", *DIMENSIONS[1:]]
    ordered = durations.sort("duration_s").collect()
    plan = ordered.lazy().group_by(key).agg(*count, **figures)
    # to make the figures of nothing takes as long as to make those of a week
    groups = plan.collect() if ordered.height else pl.DataFrame(schema=plan.collect_schema())
    week = pl.col("monday").dt.strftime(ISO_WEEK).alias("iso_week")
    return groups.with_columns(week, pl.col(DIMENSIONS[1:]).cast(pl.String)).drop("monday")


def with_cv(groups: pl.DataFrame, count: str) -> pl.DataFrame:
    """``groups`` with ``cv_ppm`` in place of ``squares``; they need ``sum_s`` and the number of values."""
    rows = groups.select(count, "sum_s", "squares").iter_rows()
    return groups.with_columns(pl.Series("cv_ppm", [cv_ppm(*row) for row in rows], dtype=pl.Int64)).drop(
        "squares"
    )


def spread(column: str, settings: Settings) -> Mapping[str, pl.Expr]:
    """Sum, mean, median, P90, least and most of a group's seconds; no P90 of fewer than the threshold says.

    The rows must be in the order of ``column``, which has no nulls: sorting once is cheaper than group by group.
    """
    is_enough = pl.col(column).count() >= settings.thresholds.percentile_min_trips
    return {
        "sum_s": pl.col(column).sum(),
        "mean_s": _exact.mean(column),
        "median_s": _exact.quantile_of(pl.col(column), 50),
        "p90_s": pl.when(is_enough).then(_exact.quantile_of(pl.col(column), 90)),
        "min_s": pl.col(column).min(),
        "max_s": pl.col(column).max(),
    }


def within(column: str, limit: str) -> pl.Expr:
    """How many of a group's seconds are at most the group's limit; null without a limit."""
    is_within = (pl.col(column) <= pl.col(limit)).sum().cast(pl.Int64)
    return pl.when(pl.col(limit).count() > 0).then(is_within)


def squares(column: str) -> pl.Expr:
    """The sum of a group's squared values, wide enough for any number of seconds."""
    return (pl.col(column).cast(pl.Int128) ** 2).sum()


def cv_ppm(count: int, total: int, squared: int) -> int | None:
    """The coefficient of variation (population) in millionths, rounded down; None of one value or of zeros."""
    if count < 2 or total <= 0:
        return None
    return isqrt((count * squared - total * total) * _exact.MILLION**2) // total
