"""The trade line: one released item of a Chinese declaration with its value in CNY and USD.

Items not released are not trade yet and have no line; what other administrations declare of the same goods would
count them twice, and transit is no trade. Which container carried the goods is the trips' business.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.flows import counted, declared_direction, declared_flow
from corridor_etl.facts.money import in_currency
from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import divided_half_even, scaled
from corridor_etl.settings import Settings

KILOGRAM = "035"
NO_SERVICE = "UNKNOWN"
COLUMNS = (
    "regime", "declaration_no", "item_no", "service_id", "direction", "flow", "origin_country", "hs_code",
    "hs_chapter", "released_on_local", "release_week", "rate_date", "currency", "total_price", "value_cny",
    "value_usd", "net_g", "delivery_id", "line_no",
)  # fmt: skip


def trade_lines(declarations: pl.DataFrame | None, settings: Settings) -> pl.DataFrame:
    """One row per released item, columns :data:`COLUMNS`, sorted by item.

    ``value_cny`` and ``value_usd`` have two decimals, rounded half to even per item at the rate of the release
    date; ``net_g`` is grams, 0 unless the first statutory unit is the kilogram. ``ReferenceMissing`` for a
    currency or date without a rate.
    """
    items = counted(records("declaration_item", declarations)).filter(
        pl.col("released_on_local").is_not_null()
    )
    items = items.sort("regime", "declaration_no", "item_no").with_columns(
        pl.col("service_id").fill_null(NO_SERVICE),
        declared_direction().alias("direction"),
        declared_flow().alias("flow"),
        pl.col("hs_code").str.head(2).alias("hs_chapter"),
        pl.col("released_on_local").dt.strftime(ISO_WEEK).alias("release_week"),
        pl.col("released_on_local").alias("rate_date"),
        _net_g().alias("net_g"),
    )
    days = settings.corridor.fx_max_age_days
    values = [in_currency(items, target, on="rate_date", max_age_days=days) for target in ("CNY", "USD")]
    return items.with_columns(values).select(COLUMNS)


def _net_g() -> pl.Expr:
    is_kilogram = (pl.col("first_unit_code") == KILOGRAM).fill_null(False)
    grams = divided_half_even(scaled("first_quantity", 5), 100)
    return pl.when(is_kilogram).then(grams.fill_null(0)).otherwise(0)
