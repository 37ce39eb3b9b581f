"""Checks of prices, currencies and what a kilogram is worth."""

from __future__ import annotations

from datetime import timedelta
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


def is_worth_something(total: pl.Expr, mode: pl.Expr, *, free_modes: list[str], most: int) -> pl.Expr:
    """A total is above zero and no more than any lot can be worth; zero is allowed for gifts, samples and free
    replacements."""
    is_free = mode.is_in(free_modes).fill_null(False)
    return ((total > 0) | ((total == 0) & is_free)) & (total <= pl.lit(most))


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


_DAYS = 1_000_000  # more than a date has days since 1970, so that a currency and a day are one number


@cache
def _rates_by_day(max_age_days: int) -> tuple[list[str], pl.Series, pl.Series]:
    """The currencies, and for each currency and day the rate of that day or of some days before, by one number."""
    rates = _rates()
    codes = sorted(rates["code"].unique())
    ends = rates["on"].min(), rates["on"].max() + timedelta(days=max_age_days)  # type: ignore[operator]
    days = pl.DataFrame({"on": pl.date_range(*ends, eager=True)})  # type: ignore[arg-type]
    every = days.join(pl.DataFrame({"code": codes}), how="cross").sort("on", "code")
    found = every.join_asof(rates, on="on", by="code", tolerance=f"{max_age_days}d", check_sortedness=False)
    known = found.drop_nulls().select(_number(pl.col("code"), pl.col("on"), codes).alias("number"), "rate")
    return codes, known["number"], known["rate"]


def _number(code: pl.Expr, on: pl.Expr, codes: list[str]) -> pl.Expr:
    place = code.replace_strict(codes, range(len(codes)), default=None, return_dtype=pl.Int64)
    return place * _DAYS + on.to_physical().cast(pl.Int64)


def latest_rate(code: pl.Expr, on: pl.Expr, max_age_days: int) -> pl.Expr:
    """Units of a currency for one dollar on a date or at most some days before; null where there is none."""
    # A lookup in Python would run a query inside a query; enough of them in one suite nest too deep.
    codes, numbers, rates = _rates_by_day(max_age_days)
    number = _number(code, on, codes)
    return number.replace_strict(numbers, rates, default=None, return_dtype=pl.Float64)


def _has_rate_of(code: pl.Expr, on: pl.Expr, max_age_days: int) -> pl.Expr:
    is_dollar = code == "USD"
    return is_dollar | latest_rate(code, on, max_age_days).is_not_null()
