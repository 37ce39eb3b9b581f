"""What trade a movement is: domestic export, re-export, import or re-import.

The flow of a declared item follows from its own flag and origin; the flow of a trip from the declarations that
name its container. What is no trade is told apart in ``facts.untraded``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.money import in_currency
from corridor_etl.facts.numbered import TRIP, beside
from corridor_etl.facts.rates import Rates, rate_date
from corridor_etl.facts.untraded import DECLARED_WITHIN_DAYS, is_domestic, is_empty, with_untraded
from corridor_etl.settings import Settings

_ITEM = ("regime", "declaration_no", "item_no")


def counted(declarations: pl.DataFrame) -> pl.DataFrame:
    """The items that trade is counted from: China's, of exports and imports; goods that stay in China are no trade."""
    is_trade = (pl.col("regime") == "CN") & pl.col("ie_flag").is_in(["E", "I"])
    return declarations.filter(is_trade & ~is_domestic())


def declared_flow() -> pl.Expr:
    """Flow of a declaration item by ``ie_flag`` and ``origin_country``; a country not given counts as not China."""
    is_chinese = (pl.col("origin_country") == "CN").fill_null(False)
    return (
        pl.when(pl.col("ie_flag") == "E")
        .then(pl.when(is_chinese).then(pl.lit("EXPORT_DOMESTIC")).otherwise(pl.lit("RE_EXPORT")))
        .otherwise(pl.when(is_chinese).then(pl.lit("RE_IMPORT")).otherwise(pl.lit("IMPORT")))
    )


def declared_direction() -> pl.Expr:
    """Direction of a declaration item: goods exported from China go west."""
    return pl.when(pl.col("ie_flag") == "E").then(pl.lit("W")).otherwise(pl.lit("E"))


def with_flow(
    trips: pl.DataFrame, declarations: pl.DataFrame, settings: Settings, rates: Rates
) -> pl.DataFrame:
    """``trips`` with ``flow`` and ``empty_kind``. Of several declared flows the one of the largest value in CNY wins,
    then the alphabet; where none is declared, see :func:`corridor_etl.facts.untraded.with_untraded`.

    ``trips`` needs the numbers of ``facts.numbered``, service_id, container_no, direction, departure_on_local and
    full_empty. A value whose rate is missing weighs nothing.
    """
    named = _items_naming(trips, declarations, rates)
    flows = _flows(named)
    several = flows.filter("is_mixed").select(TRIP)
    largest = _largest_flow(named.join(several, on=TRIP, how="semi"), rates)
    flows = pl.concat([flows.filter(~pl.col("is_mixed")).select(TRIP, "flow"), largest])
    return with_untraded(beside(trips, flows, TRIP), declarations, settings)


def _items_naming(trips: pl.DataFrame, declarations: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """One row per trip and item whose declaration names the container near the departure, with ``flow``."""
    trade = counted(declarations)
    items = (
        trade.lazy()
        .select(
            *_ITEM,
            pl.col("container_nos")
            .str.extract_all(r"\S+")
            .list.unique(maintain_order=True)
            .alias("container_no"),
            declared_direction().alias("direction"),
            declared_flow().alias("flow"),
            "declared_on_local",
            rate_date(trade, rates.policy).alias("rate_date"),
            "total_price",
            "currency",
        )
        .explode("container_no", empty_as_null=True)
    )
    distance = (pl.col("declared_on_local") - pl.col("departure_on_local")).dt.total_days()
    return (
        trips.lazy()
        .filter(~is_empty())
        .select(TRIP, "container_no", "departure_on_local", way="direction")
        .join(items, on="container_no")
        .filter(
            pl.col("way") == pl.col("direction"),
            distance.is_between(-DECLARED_WITHIN_DAYS, DECLARED_WITHIN_DAYS),
        )
        .collect()
    )


def _flows(named: pl.DataFrame) -> pl.DataFrame:
    """Per trip one of its flows, and whether it has others."""
    number = pl.col("flow").cast(pl.Categorical).to_physical().alias("flow_number")
    flows = named.select(TRIP, "flow", number).group_by(TRIP)
    return flows.agg(
        pl.col("flow").first(),
        (pl.col("flow_number").min() != pl.col("flow_number").max()).alias("is_mixed"),
    )


def _largest_flow(mixed: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    value = in_currency(mixed, "CNY", on="rate_date", max_age_days=rates.max_age_days, rates=rates)
    return (
        mixed.with_columns(value)
        .group_by(TRIP, "flow")
        .agg(pl.col("value_cny").sum())
        .sort(TRIP, "value_cny", "flow", descending=[False, True, False])
        .unique(TRIP, keep="first", maintain_order=True)
        .select(TRIP, "flow")
    )
