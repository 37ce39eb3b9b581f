"""The trade line: one released item of a Chinese declaration with its declared and statistical value in CNY and USD.

Items not released are not trade yet and have no line; what other administrations declare of the same goods would
count them twice, and transit is no trade. Which container carried the goods is the trips' business.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.flows import counted, declared_direction, declared_flow
from corridor_etl.facts.money import converted, in_currency
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.rates import Rates, rate_date, rates_of
from corridor_etl.facts.records import records
from corridor_etl.facts.statistical_value import with_statistical_value
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import divided_half_even, scaled
from corridor_etl.settings import Settings

KILOGRAM = "035"
NO_SERVICE = "UNKNOWN"
COLUMNS = (
    "regime", "declaration_no", "item_no", "service_id", "direction", "flow", "origin_country", "hs_code",
    "hs_chapter", "released_on_local", "release_week", "rate_date", "currency", "total_price", "value_cny",
    "value_usd", "stat_value_cny", "stat_value_usd", "stat_value_basis", "rate_policy", "rate_cny", "rate_usd",
    "rate_on_local", "rate_source", "is_rate_missing", "net_g", "delivery_id", "line_no",
)  # fmt: skip
_RATE_DIGITS = 8
_READ = (
    "regime", "declaration_no", "item_no", "ie_flag", "service_id", "origin_country", "hs_code", "declared_on_local",
    "released_on_local", "currency", "total_price", "first_quantity", "first_unit_code", "transaction_mode", "gross_kg",
    *(f"{charge}_{part}" for charge in ("freight", "insurance", "other") for part in ("amount", "mark", "currency")),
    "delivery_id", "line_no",
)  # fmt: skip


def trade_lines(
    declarations: pl.DataFrame | None, settings: Settings, rates: Rates | None = None
) -> pl.DataFrame:
    """One row per released item, columns :data:`COLUMNS`, sorted by item.

    ``value_cny`` and ``value_usd`` are the declared price, ``stat_value_*`` the statistical value on its
    ``stat_value_basis`` (FOB, CIF or AS_DECLARED); two decimals, rounded half to even per item at the rate of
    ``rate_date``, and null where ``is_rate_missing``. ``rate_cny`` and ``rate_usd`` are worth of one unit of
    ``currency`` (8 decimals, shown and not computed with), ``rate_on_local`` the oldest day and ``rate_source`` the
    publishers of the rates, null where none was needed. ``net_g`` is grams, 0 unless the first statutory unit is the
    kilogram. Without ``rates`` those built in count.
    """
    rates = rates or rates_of(None, settings)
    items = counted(records("declaration_item", declarations)).filter(
        pl.col("released_on_local").is_not_null()
    )
    items = (
        items.select(_READ)
        .sort("regime", "declaration_no", "item_no")
        .with_columns(
            pl.col("service_id").fill_null(NO_SERVICE),
            declared_direction().alias("direction"),
            declared_flow().alias("flow"),
            pl.col("hs_code").str.head(2).alias("hs_chapter"),
            pl.col("released_on_local").dt.strftime(ISO_WEEK).alias("release_week"),
            rate_date(items, rates.policy).alias("rate_date"),
            pl.lit(rates.policy).alias("rate_policy"),
            _net_g().alias("net_g"),
        )
    )
    priced = _with_rates(items, rates)
    return with_statistical_value(priced, rates).select(COLUMNS)


def _with_rates(items: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """``items`` with their values and the rates these came by."""
    days = rates.max_age_days
    values = [in_currency(items, t, on="rate_date", max_age_days=days, rates=rates) for t in ("CNY", "USD")]
    priced = items.with_columns(
        *values, pl.any_horizontal(v.is_null() for v in values).alias("is_rate_missing")
    )
    return beside(priced, _rates_shown(items, rates), ["currency", "rate_date"], nulls_equal=True)


def _rates_shown(items: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """What one unit of each currency is worth on each day the items need, and whose rates these are."""
    pairs = items.select("currency", "rate_date").unique()
    unit = pairs.select(amount=pl.lit(10**_RATE_DIGITS), currency="currency", on="rate_date")
    cny, usd = (converted(unit, target, rates, digits=2) for target in ("CNY", "USD"))
    both = pl.concat_str(cny["source"], usd["source"], separator="; ", ignore_nulls=True)
    return pairs.with_columns(
        _as_rate(cny["value"]).alias("rate_cny"),
        _as_rate(usd["value"]).alias("rate_usd"),
        pl.min_horizontal(cny["rate_on"], usd["rate_on"]).alias("rate_on_local"),
        both.str.split("; ").list.unique().list.sort().list.join("; ").replace("", None).alias("rate_source"),
    )


def _as_rate(scaled_up: pl.Series) -> pl.Series:
    smallest = pl.lit("0.00000001").cast(pl.Decimal(38, _RATE_DIGITS))
    return pl.select(scaled_up.cast(pl.Decimal(38, _RATE_DIGITS)) * smallest).to_series()


def _net_g() -> pl.Expr:
    is_kilogram = (pl.col("first_unit_code") == KILOGRAM).fill_null(False)
    grams = divided_half_even(scaled("first_quantity", 5), 100)
    return pl.when(is_kilogram).then(grams.fill_null(0)).otherwise(0)
