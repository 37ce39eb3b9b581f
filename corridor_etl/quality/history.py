"""What a kilogram of goods is usually worth, learnt from accepted declarations, as a range for rows to come.

The range of a row is that of its subheading, else its heading, else its chapter: the first with enough records. Where
none has, starting bands of ``reference/data/value_bands.csv`` stand in. Judging rows belongs to ``checks.values``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks.values import usd_per_kg
from corridor_etl.reference._tables import table
from corridor_etl.settings import Thresholds

KIND = "declaration_item"
SCHEMA = {
    "hs_prefix": pl.String(),
    "records": pl.Int64(),
    "median_log10": pl.Float64(),
    "mad_log10": pl.Float64(),
}
"""Of a history: decimal logarithms of US dollars per kilogram."""
RANGE_COLUMNS = ("lowest_usual_usd_per_kg", "highest_usual_usd_per_kg")
PREFIX_LENGTHS = (6, 4, 2)
NORMAL_SHARE = 1.4826
"""A median absolute deviation times this is a standard deviation, were the values normal."""
LEAST_MAD_LOG10 = 0.03
"""Half of all prices alike would make the range a point; this leaves it a quarter of the value either way."""
_ITEM = ("total_price", "currency", "first_quantity", "first_unit_code", "item_net_kg", "released_on_local")


def value_history(items: pl.DataFrame, *, max_age_days: int) -> pl.DataFrame:
    """Records, median and spread by commodity prefix (:data:`SCHEMA`) of declaration items, one row per prefix.

    Items without a weight, a value or a rate at most ``max_age_days`` old are left out.
    """
    each = usd_per_kg(*(pl.col(c) for c in _ITEM), max_age_days=max_age_days)
    valued = items.select("hs_code", each.log10().alias("x")).drop_nulls()
    prefixed = pl.concat(
        valued.select(pl.col("hs_code").str.slice(0, n).alias("hs_prefix"), "x").filter(
            pl.col("hs_prefix").str.len_chars() == n
        )
        for n in PREFIX_LENGTHS
    )
    centred = prefixed.with_columns(median=pl.col("x").median().over("hs_prefix"))
    return (
        centred.group_by("hs_prefix")
        .agg(
            pl.len().cast(pl.Int64).alias("records"),
            pl.col("median").first().alias("median_log10"),
            (pl.col("x") - pl.col("median")).abs().median().alias("mad_log10"),
        )
        .sort("hs_prefix")
    )


def with_usual_range(
    frame: pl.DataFrame, history: pl.DataFrame | None, thresholds: Thresholds
) -> pl.DataFrame:
    """The frame with :data:`RANGE_COLUMNS` in US dollars per kilogram; null without history, or for other goods."""
    if history is None:
        return frame.with_columns(pl.lit(None, dtype=pl.Float64()).alias(c) for c in RANGE_COLUMNS)
    ranges = [_learnt(history, thresholds), _bands()]
    return frame.with_columns(
        pl.coalesce(_of_prefix(known, column, n) for known in ranges for n in PREFIX_LENGTHS).alias(column)
        for column in RANGE_COLUMNS
    )


def _learnt(history: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    spread = (
        pl.max_horizontal("mad_log10", pl.lit(LEAST_MAD_LOG10)) * NORMAL_SHARE * thresholds.value_range_mads
    )
    bounds = (pl.col("median_log10") - spread, pl.col("median_log10") + spread)
    return history.filter(pl.col("records") >= thresholds.value_range_min_records).select(
        "hs_prefix", *(pl.lit(10.0).pow(b).alias(c) for b, c in zip(bounds, RANGE_COLUMNS, strict=True))
    )


def _bands() -> pl.DataFrame:
    known = table("value_bands")
    bounds = ("lowest_usd_per_kg", "highest_usd_per_kg")
    return known.select(
        "hs_prefix",
        *(pl.col(b).cast(pl.Float64).alias(c) for b, c in zip(bounds, RANGE_COLUMNS, strict=True)),
    )


def _of_prefix(ranges: pl.DataFrame, column: str, length: int) -> pl.Expr:
    prefix = pl.col("hs_code").str.slice(0, length)
    return prefix.replace_strict(ranges["hs_prefix"], ranges[column], default=None, return_dtype=pl.Float64)
