"""What stood in quarantine at the end of a span, how old it was, and what left during the span, by whom."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.kpis import _exact
from corridor_etl.warehouse import BY_ITSELF, ORPHAN_RULE


def stock(held: pl.DataFrame, start: datetime, end: datetime) -> pl.DataFrame:
    """By source_id: open_rows, open_age_median_s, open_age_most_s, healed_rows, decided_rows, orphans_waiting.

    ``held`` are rows of the quarantine with ``source_id``. Open is what was first seen before ``end`` and not decided
    before it, as old as it was then, or is now if that is sooner. ``healed_rows`` left by themselves from ``start`` to
    before ``end``; ``decided_rows`` because a person said so.
    """
    is_open, is_left = _is_open(end), _is_left(start, end)
    age = (pl.lit(min(end, now_utc())) - pl.col("first_seen_at_utc")).dt.total_seconds()
    waits = pl.col("rule_ids").str.split(",").list.contains(ORPHAN_RULE)
    by_itself = pl.col("decided_by").eq_missing(BY_ITSELF)
    aged = held.with_columns(pl.when(is_open).then(age).alias("age_s"))
    return aged.group_by("source_id").agg(
        is_open.sum().alias("open_rows"),
        _exact.median("age_s").alias("open_age_median_s"),
        pl.col("age_s").max().alias("open_age_most_s"),
        (is_left & by_itself).sum().alias("healed_rows"),
        (is_left & ~by_itself).sum().alias("decided_rows"),
        (is_open & waits).sum().alias("orphans_waiting"),
    )


def _is_open(end: datetime) -> pl.Expr:
    decided = pl.col("decided_at_utc")
    return (pl.col("first_seen_at_utc") < end) & (decided.is_null() | (decided >= end))


def _is_left(start: datetime, end: datetime) -> pl.Expr:
    decided = pl.col("decided_at_utc")
    return (pl.col("state") != "open") & ((decided >= start) & (decided < end)).fill_null(False)
