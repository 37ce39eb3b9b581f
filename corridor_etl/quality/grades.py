"""The grade card: how well each sender delivers, by week of receipt and over the last weeks together.

A pure function of counts from the ledger and of the limits of ``corridor.toml``; whole numbers until the last division.
Where the counts come from belongs to ``jobs.grades``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.settings import LETTERS
from corridor_etl.settings import Grades as Limits

COUNTS: dict[str, pl.DataType] = {
    "sender_id": pl.String(),
    "iso_week": pl.String(),
    "files": pl.Int64(),
    "files_rejected": pl.Int64(),
    "rows_judged": pl.Int64(),
    "rows_held": pl.Int64(),
    "rows_corrected": pl.Int64(),
    "cells": pl.Int64(),
    "cells_empty": pl.Int64(),
    "weeks_due": pl.Int64(),
    "weeks_late": pl.Int64(),
}
"""What is counted per sender and ISO week (UTC) of receipt; what is due, in the week it is about.

Files without repeated ones; rows but exact duplicates, those of them that were held back when they came, and that
corrections mended; cells of mandatory columns and empty ones; weeks of data due and not complete in time.
"""
_WHOLE = tuple(name for name, dtype in COUNTS.items() if dtype == pl.Int64())
MEASURES = ("on_time_pct", "complete_pct", "first_pass_pct", "accepted_pct", "corrected_per_1000")
CARD = ("sender_id", "iso_week", "weeks", *_WHOLE, "rows_first_pass", *MEASURES, "grade", "weakest")


def grade_card(counts: pl.DataFrame, weeks: list[str], limits: Limits) -> pl.DataFrame:
    """Columns :data:`CARD`, by sender, week and number of weeks.

    One row per sender and week of ``counts`` (:data:`COUNTS`) with ``weeks`` 1, and one that ends with the last of
    ``weeks`` and adds all of ``weeks`` up. A measure without anything to judge is null and has no grade; the grade is
    the one of the weakest measure, null where none is judged.
    """
    inside = counts.filter(pl.col("iso_week").is_in(weeks))
    each = _summed(inside, ["sender_id", "iso_week"]).with_columns(weeks=pl.lit(1, dtype=pl.Int64))
    whole = _summed(inside, ["sender_id"]).with_columns(
        iso_week=pl.lit(max(weeks)), weeks=pl.lit(len(weeks), dtype=pl.Int64)
    )
    both = pl.concat([each, whole.select(each.columns)])
    return _graded(_measured(both), limits).select(CARD).sort("sender_id", "iso_week", "weeks")


def _summed(counts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return counts.group_by(by).agg(pl.col(name).sum() for name in _WHOLE)


def _measured(counts: pl.DataFrame) -> pl.DataFrame:
    passed = pl.max_horizontal(pl.col("rows_judged") - pl.col("rows_held") - pl.col("rows_corrected"), 0)
    counts = counts.with_columns(passed.alias("rows_first_pass"))
    return counts.with_columns(
        share("weeks_due", pl.col("weeks_due") - pl.col("weeks_late"), 100).alias("on_time_pct"),
        share("cells", pl.col("cells") - pl.col("cells_empty"), 100).alias("complete_pct"),
        share("rows_judged", pl.col("rows_first_pass"), 100).alias("first_pass_pct"),
        share("files", pl.col("files") - pl.col("files_rejected"), 100).alias("accepted_pct"),
        share("rows_judged", pl.col("rows_corrected"), 1000).alias("corrected_per_1000"),
    )


def share(of: str, part: pl.Expr, times: int) -> pl.Expr:
    """``part`` of the column ``of``, times 100 or 1,000; null where that column is not above 0."""
    return pl.when(pl.col(of) > 0).then(part * times / pl.col(of))


def _graded(measured: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Adds the grade, and the measure that gave it: the first of :data:`MEASURES` where several are as weak."""
    ranks = [_rank(name, getattr(limits, name)).alias(f"rank_{name}") for name in MEASURES]
    ranked = measured.with_columns(ranks)
    worst = pl.max_horizontal(f"rank_{name}" for name in MEASURES)
    weakest = pl.coalesce(pl.when(pl.col(f"rank_{name}") == worst).then(pl.lit(name)) for name in MEASURES)
    letters = dict(enumerate(LETTERS))
    return ranked.with_columns(
        worst.replace_strict(letters, default=None, return_dtype=pl.String).alias("grade"),
        pl.when(worst > 0).then(weakest).alias("weakest"),
    )


def _rank(name: str, limits: tuple[float, float, float, float]) -> pl.Expr:
    """0 for A to 4 for E: how many limits the measure misses; null where there is nothing to judge."""
    value = pl.col(name)
    is_rate = limits[0] < limits[-1]
    missed = [(value > limit if is_rate else value < limit).cast(pl.Int64) for limit in limits]
    return pl.when(value.is_not_null()).then(pl.sum_horizontal(missed))
