"""Which exchange rate converts an amount: rates that were delivered, the built-in table, and the policy that chooses.

Each rate is what one unit of a currency is worth in the policy's pivot, as a whole-number fraction, so that a cross
rate is exact. Amounts are converted in ``facts.money``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import polars as pl

from corridor_etl.facts.records import records
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.reference.currency import market_rates
from corridor_etl.reference.holidays import days_off
from corridor_etl.settings import Settings

BUILT_IN = "market_mid, built in"
SCHEMA = {
    "currency": pl.String(),
    "rate_on": pl.Date(),
    "num": pl.Int64(),
    "den": pl.Int64(),
    "source": pl.String(),
}
_DIGITS = 8
_ONE = 10**_DIGITS


@dataclass(frozen=True)
class Policy:
    """How a conversion finds its rate: through which currency, of which day, and whether the built-in table helps.

    ``day`` names the column of a declaration whose date counts; ``is_monthly`` takes the third Wednesday of the month
    before it, or the fourth where that is a holiday of China.
    """

    pivot: str
    day: str
    is_monthly: bool = False
    has_built_in: bool = False


POLICIES = {
    "market_daily": Policy("USD", "released_on_local", has_built_in=True),
    "customs_cn": Policy("CNY", "declared_on_local", is_monthly=True),
    "nbk_dt_date": Policy("KZT", "declared_on_local"),
}


@dataclass(frozen=True)
class Rates:
    """What one unit of each currency is worth in ``pivot`` (``num`` / ``den``): columns :data:`SCHEMA`, by day."""

    policy: str
    pivot: str
    table: pl.DataFrame
    max_age_days: int


@cache
def market(max_age_days: int) -> Rates:
    """The built-in daily market rates alone."""
    return Rates("market_daily", "USD", _built_in(), max_age_days)


def rates_of(delivered: pl.DataFrame | None, settings: Settings) -> Rates:
    """The rates of the policy of corridor.toml from current records ``exchange_rate``.

    A delivered rate goes before the built-in one of its day. Of several publishers of one rate the first in
    ``fx_sources`` counts, then the alphabet; where ``fx_sources`` is set, no other publisher counts.
    """
    policy = POLICIES[settings.corridor.fx_policy]
    if policy.has_built_in and (delivered is None or delivered.is_empty()):
        return market(settings.corridor.fx_max_age_days)
    table = _delivered(records("exchange_rate", delivered), policy.pivot, settings.corridor.fx_sources)
    if policy.has_built_in:
        kept = _built_in().join(table, on=["currency", "rate_on"], how="anti")
        table = pl.concat([kept, table])
    return Rates(
        settings.corridor.fx_policy, policy.pivot, table.sort("rate_on"), settings.corridor.fx_max_age_days
    )


@cache
def _built_in() -> pl.DataFrame:
    found = market_rates().select("currency", "rate_on", num=pl.lit(_ONE), den=scaled("per_usd", _DIGITS))
    return found.with_columns(source=pl.lit(BUILT_IN)).cast(SCHEMA).sort("rate_on")  # type: ignore[arg-type]


def _delivered(found: pl.DataFrame, pivot: str, publishers: Sequence[str]) -> pl.DataFrame:
    """Delivered rates one side of which is the pivot, one per currency and day."""
    rate, units = scaled("rate", _DIGITS), pl.col("units") * _ONE
    is_base = pl.col("base_currency") == pl.lit(pivot)
    rows = found.filter(
        (is_base | (pl.col("currency") == pl.lit(pivot))) & (rate > 0) & (pl.col("units") > 0)
    )
    if publishers:
        rows = rows.filter(pl.col("source_id").is_in(list(publishers)))
    rank = pl.col("source_id").replace_strict(
        {name: n for n, name in enumerate(publishers)}, default=len(publishers), return_dtype=pl.Int64()
    )
    source = pl.format("{}, delivery {}", "source_id", pl.col("delivery_id").fill_null("unknown"))
    priced = rows.select(
        pl.when(is_base).then("currency").otherwise("base_currency").alias("currency"),
        pl.col("rate_on_local").alias("rate_on"),
        pl.when(is_base).then(rate).otherwise(units).alias("num"),
        pl.when(is_base).then(units).otherwise(rate).alias("den"),
        source.alias("source"),
        rank.alias("rank"),
    ).sort("currency", "rate_on", "rank", "source", "num", "den")
    return priced.unique(["currency", "rate_on"], keep="first", maintain_order=True).select(list(SCHEMA))


def rate_date(items: pl.DataFrame, policy_name: str) -> pl.Expr:
    """The day whose rate converts an item under a policy; open items take the day of their declaration."""
    policy = POLICIES[policy_name]
    day = pl.coalesce(policy.day, "declared_on_local")
    if not policy.is_monthly:
        return day
    months = items.select(day.dt.month_start().alias("month"))["month"].drop_nulls().unique().sort()
    wednesdays = {month: _customs_wednesday(month) for month in months}
    return day.dt.month_start().replace_strict(wednesdays, default=None, return_dtype=pl.Date())


def _customs_wednesday(month: date) -> date:
    """The third Wednesday of the month before, or the fourth where that is a holiday of China."""
    first = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    third = first + timedelta(days=(2 - first.weekday()) % 7 + 14)
    return third + timedelta(days=7) if third in days_off("CN") else third
