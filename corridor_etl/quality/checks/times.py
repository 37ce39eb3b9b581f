"""Checks of dates and instants: not before the corridor, not in the future, in order, and in a true zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

import polars as pl


def are_not_before(*columns: pl.Expr, earliest_on: str) -> pl.Expr:
    """Every date or instant that is filled is on or after the floor; spreadsheet and system zero dates are not."""
    floor = date.fromisoformat(earliest_on)
    is_any_filled = pl.any_horizontal(c.is_not_null() for c in columns)
    return pl.when(is_any_filled).then(
        pl.all_horizontal((c.cast(pl.Date) >= floor).fill_null(True) for c in columns)
    )


def is_not_after(instant: pl.Expr, *, latest_at_utc: str) -> pl.Expr:
    """An instant is not later than the limit."""
    return instant <= datetime.fromisoformat(latest_at_utc)


def actual_is_not_after(instant: pl.Expr, classifier: pl.Expr, *, latest_at_utc: str) -> pl.Expr:
    """An actual event is not later than the limit; estimates and plans may be."""
    return pl.when(classifier == "ACT").then(is_not_after(instant, latest_at_utc=latest_at_utc))


def day_is_not_after(*days: pl.Expr, latest_at_utc: str) -> pl.Expr:
    """No date is later than the UTC day of the limit, which lies ahead of now by more than any zone does."""
    limit = datetime.fromisoformat(latest_at_utc).date()
    return pl.all_horizontal((day <= limit).fill_null(True) for day in days)


def are_in_order(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """The first date is not after the second."""
    return first <= second


def instant_is_until_day(instant: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The UTC date of an instant is not after a day."""
    return instant.dt.date() <= day


def clocks_agree(at_utc: pl.Expr, at_local: pl.Expr, zone: pl.Expr) -> pl.Expr:
    """The wall clock is what the named zone shows at that instant, by the zone's own history of offsets.

    A zone that nobody knows shows nothing and agrees with no clock.
    """
    clock = pl.struct(at_utc.alias("utc"), zone.alias("zone")).map_batches(
        _wall_clock, return_dtype=pl.Datetime("us"), is_elementwise=True
    )
    is_judged = at_utc.is_not_null() & at_local.is_not_null() & zone.is_not_null()
    return pl.when(is_judged).then((clock == at_local).fill_null(False))


def _wall_clock(pairs: pl.Series) -> pl.Series:
    frame = pairs.struct.unnest()
    shown = pl.lit(None, dtype=pl.Datetime("us"))
    for name in filter(_is_zone, sorted(frame["zone"].drop_nulls().unique().to_list())):
        local = pl.col("utc").dt.convert_time_zone(name).dt.replace_time_zone(None)
        shown = pl.when(pl.col("zone") == name).then(local).otherwise(shown)
    return frame.select(shown.alias(pairs.name)).to_series()


@cache
def _is_zone(name: str) -> bool:
    try:
        pl.Series([], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(name)
    except pl.exceptions.ComputeError:
        return False
    return name != ""  # which Polars takes for no zone at all
