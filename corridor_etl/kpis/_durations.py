"""Weekly rows of a duration between two milestones. Which durations are KPIs is decided beside each KPI."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.kpis import _exact
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "measure")
COLUMNS = ("trips", "sum_s", "mean_s", "median_s", "p90_s", "min_s", "max_s", "within_target")
_SCHEMA = {**{d: pl.String() for d in DIMENSIONS}, **{c: pl.Int64() for c in COLUMNS}}


def with_goods(trips: pl.DataFrame) -> pl.DataFrame:
    """Trips that carry goods or may: empty boxes wait for other reasons and are not timed."""
    return trips.filter((pl.col("full_empty") != "E").fill_null(True))


def duration_rows(
    trips: pl.DataFrame,
    settings: Settings,
    *,
    measure: str,
    start: str,
    end: str,
    week_date: str,
    target_days: float | None = None,
) -> pl.DataFrame:
    """Rows of mart_transit_week for one measure, from trips that have both instants in the right order.

    Seconds. ``p90_s`` is null below ``thresholds.percentile_min_trips``; ``within_target`` counts trips of at most
    ``target_days`` and is null without one.
    """
    groups = (
        trips.filter(pl.col(end) >= pl.col(start))
        .group_by(
            pl.col(week_date).dt.strftime(ISO_WEEK).alias("iso_week"),
            "service_id",
            "direction",
            pl.lit(measure).alias("measure"),
        )
        .agg((pl.col(end) - pl.col(start)).dt.total_seconds().alias("durations_s"))
    )
    fewest = settings.thresholds.percentile_min_trips
    rows = [(*keys, *_figures(durations, fewest, target_days)) for *keys, durations in groups.iter_rows()]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _figures(durations_s: Sequence[int], fewest: int, target_days: float | None) -> tuple[int | None, ...]:
    return (
        len(durations_s),
        sum(durations_s),
        _exact.mean(durations_s),
        _exact.median(durations_s),
        _exact.quantile(durations_s, 90) if len(durations_s) >= fewest else None,
        min(durations_s),
        max(durations_s),
        None if target_days is None else sum(s <= target_days * 86400 for s in durations_s),
    )
