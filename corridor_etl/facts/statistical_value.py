"""The statistical value of declared goods: exports as free on board, imports with freight and insurance to China.

The price as invoiced follows the terms of the sale; freight, insurance and other charges of the declaration turn it
into the value trade statistics count. Conversion belongs to ``facts.money``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.allocation import allocated
from corridor_etl.facts.money import as_money, converted
from corridor_etl.facts.rates import Rates
from corridor_etl.facts.whole_numbers import divided_half_even, scaled

FOB, CIF, AS_DECLARED = "FOB", "CIF", "AS_DECLARED"
RATE, PER_TONNE, AMOUNT = "1", "2", "3"
# China's transaction modes -> which charges the price holds: 1 CIF, 2 C&F, 3 FOB, 4 C&I, 7 EXW
_HOLDS = {"1": ("freight", "insurance"), "2": ("freight",), "3": (), "4": ("insurance",), "7": ()}
CHARGES = ("freight", "insurance")
_DECLARATION = ("_declaration",)
_AMOUNT_DIGITS, _KG_DIGITS = 5, 3
_PER_CENT = 100 * 10**_AMOUNT_DIGITS
_G_PER_TONNE = 1_000_000


def with_statistical_value(items: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """``items`` with ``stat_value_cny``, ``stat_value_usd`` and ``stat_value_basis``.

    ``items`` are whole declarations with ``value_cny``, ``value_usd`` and ``rate_date``. Exports lose the freight and
    insurance their price holds, imports gain what it does not hold; other charges, below 0 where they have to come off,
    are added to both. A charge of mark 1 is a per cent of the price, of mark 2 an amount per tonne of the declaration,
    of mark 3 an amount; amounts are split over the items by price. Where the terms of sale are not known, or a charge
    that is needed is not stated or cannot be converted, the basis is AS_DECLARED and the value the declared price.
    """
    whole = pl.struct("regime", "declaration_no").rank("dense").alias("_declaration")
    keyed = items.with_row_index("_row").with_columns(whole, *_needs())
    for target, value, stat in (
        ("CNY", "value_cny", "stat_value_cny"),
        ("USD", "value_usd", "stat_value_usd"),
    ):
        keyed = keyed.with_columns(scaled(value, 2).alias("_price"))
        for charge in (*CHARGES, "other"):
            keyed = keyed.with_columns(_charge(keyed, charge, target, rates).alias(f"_{charge}"))
        keyed = keyed.with_columns(_statistical().alias(f"_{stat}"))
    is_known = pl.col("_stat_value_cny").is_not_null() & pl.col("_stat_value_usd").is_not_null()
    basis = pl.when(pl.col("ie_flag") == "E").then(pl.lit(FOB)).otherwise(pl.lit(CIF))
    found = keyed.select(
        pl.when(is_known).then("_stat_value_cny").otherwise(scaled("value_cny", 2)).alias("cny"),
        pl.when(is_known).then("_stat_value_usd").otherwise(scaled("value_usd", 2)).alias("usd"),
        pl.when(is_known).then(basis).otherwise(pl.lit(AS_DECLARED)).alias("basis"),
    )
    return items.with_columns(
        as_money(found["cny"]).alias("stat_value_cny"),
        as_money(found["usd"]).alias("stat_value_usd"),
        found["basis"].alias("stat_value_basis"),
    )


def _needs() -> list[pl.Expr]:
    """Per charge -1 where it has to come off the price, 1 where it has to come to it, 0 where neither; else null."""
    is_export = pl.col("ie_flag") == "E"
    exprs = []
    for charge in CHARGES:
        holds = pl.col("transaction_mode").replace_strict(
            {mode: charge in held for mode, held in _HOLDS.items()}, default=None, return_dtype=pl.Boolean()
        )
        exprs.append(
            pl.when(holds.is_null())
            .then(None)
            .when(is_export)
            .then(-holds.cast(pl.Int64))
            .otherwise(1 - holds.cast(pl.Int64))
            .alias(f"_{charge}_sign")
        )
    return exprs


def _charge(items: pl.DataFrame, charge: str, target: str, rates: Rates) -> pl.Series:
    """What an item bears of a charge, in 0.01 of ``target``; null where it is not stated or cannot be converted."""
    amount = scaled(f"{charge}_amount", _AMOUNT_DIGITS)
    mark = pl.col(f"{charge}_mark")
    by_rate = _wide_half_even(pl.col("_price"), amount, _PER_CENT)
    per_tonne = _wide_half_even(amount, scaled("gross_kg", _KG_DIGITS), _G_PER_TONNE)
    whole = pl.when(mark == PER_TONNE).then(per_tonne).when(mark == AMOUNT).then(amount)
    fixed = items.select(
        "_row", *_DECLARATION, "_price", currency=f"{charge}_currency", on="rate_date", amount=whole
    )
    charged = fixed.filter(pl.col("amount") != 0).select(_DECLARATION).unique()
    shared = _shared(fixed.join(charged, on=_DECLARATION, how="semi"), target, rates)
    born = pl.when(amount == 0).then(0).when(mark == RATE).then(by_rate).otherwise("_shared")
    return (
        items.join(shared, on="_row", how="left", maintain_order="left")
        .select(born.cast(pl.Int64))
        .to_series()
    )


def _wide_half_even(left: pl.Expr, right: pl.Expr, divisor: int) -> pl.Expr:
    product = left.cast(pl.Int128()) * right.cast(pl.Int128())
    return divided_half_even(product, divisor)


def _shared(fixed: pl.DataFrame, target: str, rates: Rates) -> pl.DataFrame:
    """``_row`` and ``_shared``: the amount of a declaration split over its items by price, alike where none has one."""
    if fixed.is_empty():
        return fixed.select("_row", _shared=pl.lit(None, pl.Int64()))
    priced = fixed.with_columns(
        converted(fixed, target, rates, digits=_AMOUNT_DIGITS)["value"].alias("_shared")
    )
    total = pl.col("_price").sum().over(_DECLARATION)
    weight = pl.when(total > 0).then(pl.col("_price").fill_null(0)).otherwise(1)
    parts = priced.select("_row", *_DECLARATION, "_shared", weight.alias("_weight"))
    parts = allocated(parts, ["_shared"], weight="_weight", whole=_DECLARATION, tie=["_row"])
    return parts.select("_row", "_shared")


def _statistical() -> pl.Expr:
    """The price with the charges it needs; null where one of them is not known."""
    value = pl.col("_price")
    for charge in CHARGES:
        sign = pl.col(f"_{charge}_sign")
        value = value + pl.when(sign == 0).then(0).otherwise(sign * pl.col(f"_{charge}"))
    other = pl.when(pl.col("other_amount").fill_null(0) == 0).then(0).otherwise(pl.col("_other"))
    return value + other
