"""Checks of prices, currencies and what a kilogram is worth."""

from __future__ import annotations

from functools import cache

import polars as pl

from corridor_etl.quality.checks.codes import is_currency
from corridor_etl.reference._tables import table

KILOGRAMS = ["035", "166"]
"""The kilogram in the units of China and of the Eurasian union."""


def price_multiplies(
    unit_price: pl.Expr, quantity: pl.Expr, total: pl.Expr, *, share: float, minor_unit: float
) -> pl.Expr:
    """Unit price times quantity is the total, within a share of it or one minor unit."""
    product = unit_price.cast(pl.Float64) * quantity.cast(pl.Float64)
    stated = total.cast(pl.Float64)
    # a ten-thousandth of the minor unit absorbs what floating point adds
    allowed = pl.max_horizontal(stated.abs() * share, pl.lit(minor_unit)) + minor_unit / 10_000
    return (product - stated).abs() <= allowed


def is_worth_something(total: pl.Expr, mode: pl.Expr, *, free_modes: list[str]) -> pl.Expr:
    """A total is above zero; zero is allowed for gifts, samples and free replacements."""
    is_free = mode.is_in(free_modes).fill_null(False)
    return (total > 0) | ((total == 0) & is_free)


def has_rate(code: pl.Expr, on: pl.Expr, *, bases: list[str], max_age_days: int) -> pl.Expr:
    """Market rates of the currency and of the report currencies exist on the date or a few days before."""
    wanted = [_has_rate_of(pl.lit(base), on, max_age_days) for base in bases]
    is_there = pl.all_horizontal(_has_rate_of(code, on, max_age_days), *wanted)
    return pl.when(on.is_not_null() & is_currency(code, on)).then(is_there)


def usd_per_kg(
    total: pl.Expr, code: pl.Expr, quantity: pl.Expr, unit: pl.Expr, net: pl.Expr, on: pl.Expr,
    *, max_age_days: int,
) -> pl.Expr:  # fmt: skip
    """Dollars per kilogram of an item: by its first quantity where that is in kilograms, else by its net weight."""
    weight = pl.when(unit.is_in(KILOGRAMS)).then(quantity.cast(pl.Float64)).otherwise(net.cast(pl.Float64))
    usd = total.cast(pl.Float64) / latest_rate(code, on, max_age_days)
    # nine places, because a quotient that is exactly at a fence may come out just beyond it
    return pl.when((weight > 0) & (total > 0)).then((usd / weight).round(9))


def value_per_kg_is_plausible(
    *item: pl.Expr, lowest_usd: float, highest_usd: float, max_age_days: int
) -> pl.Expr:
    """Dollars per kilogram (columns as in :func:`usd_per_kg`) lie between two fences."""
    return usd_per_kg(*item, max_age_days=max_age_days).is_between(lowest_usd, highest_usd)


def value_per_kg_is_usual(lowest: pl.Expr, highest: pl.Expr, *item: pl.Expr, max_age_days: int) -> pl.Expr:
    """Dollars per kilogram lie in the usual range of the heading, where one is known (see ``quality.history``)."""
    return usd_per_kg(*item, max_age_days=max_age_days).is_between(lowest, highest)


@cache
def _rates() -> pl.DataFrame:
    quoted = (
        table("fx_daily")
        .filter(base="USD", rate_type="market_mid")
        .select(
            pl.col("quote").alias("code"),
            pl.col("rate_date").str.to_date().alias("on"),
            pl.col("rate").cast(pl.Float64),
        )
    )
    own = quoted.select("on").unique().with_columns(pl.lit("USD").alias("code"), pl.lit(1.0).alias("rate"))
    return pl.concat([quoted, own.select("code", "on", "rate")]).sort("on", "code")


def latest_rate(code: pl.Expr, on: pl.Expr, max_age_days: int) -> pl.Expr:
    """Units of a currency for one dollar on a date or at most some days before; null where there is none."""

    def looked_up(pairs: pl.Series) -> pl.Series:
        asked = pairs.struct.unnest()
        found = (
            asked.unique()
            .drop_nulls()
            .sort("on")
            .join_asof(_rates(), on="on", by="code", tolerance=f"{max_age_days}d", check_sortedness=False)
        )
        rates = asked.join(found, on=["code", "on"], how="left", maintain_order="left")
        return rates["rate"].rename(pairs.name)

    pairs = pl.struct(code.alias("code"), on.alias("on"))
    return pairs.map_batches(looked_up, return_dtype=pl.Float64())


def _has_rate_of(code: pl.Expr, on: pl.Expr, max_age_days: int) -> pl.Expr:
    is_dollar = code == "USD"
    return is_dollar | latest_rate(code, on, max_age_days).is_not_null()
