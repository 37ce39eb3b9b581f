"""Trade value: declared goods released in a week, in CNY and USD."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import Facts
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.kpis._kpi import Kpi
from corridor_etl.settings import Settings

DIMENSIONS = ("iso_week", "service_id", "direction", "flow", "hs_chapter")


def compute(facts: Facts, settings: Settings) -> pl.DataFrame:
    """Rows of mart_trade_week: trade lines added up per release week, flow and HS chapter."""
    return (
        facts.trade_lines.with_columns(pl.col("release_week").alias("iso_week"))
        .group_by(DIMENSIONS)
        .agg(
            pl.len().cast(pl.Int64).alias("items"),
            pl.struct("regime", "declaration_no").n_unique().cast(pl.Int64).alias("declarations"),
            scaled("value_cny", 2).sum().alias("value_cny_fen"),
            scaled("value_usd", 2).sum().alias("value_usd_cent"),
            pl.col("net_g").sum(),
        )
    )


KPI = Kpi(
    name="trade_value",
    title="Trade value",
    formula="Sum of round_half_even(total_price x rate(currency, release date), 0.01) over released items",
    unit="0.01 CNY; 0.01 USD; g",
    basis="Declared price as invoiced, not adjusted to FOB or CIF; market mid rate of the release date.",
    is_additive=True,
    week_date="Release date at the customs office",
    caveat=(
        "declarations is a distinct count and cannot be added over chapters or flows. net_g counts only items whose "
        "first statutory unit is the kilogram. A country of origin not given counts as not China."
    ),
    small_number_rule="Below thresholds.percent_min_base items a change is shown as a difference, not in per cent.",
    mart="mart_trade_week",
    dimensions=DIMENSIONS,
    columns=("items", "declarations", "value_cny_fen", "value_usd_cent", "net_g"),
    compute=compute,
)
