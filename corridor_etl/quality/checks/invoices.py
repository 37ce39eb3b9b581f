"""Checks of what a declaration is worth as a whole: items against the invoice, charges against the goods.

The rows of one declaration are those of one delivery, regime, number and version.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks.values import latest_rate

RATE, PER_TONNE, AMOUNT = "1", "2", "3"
KG_PER_TONNE = 1000
PATCH = "patch"


def items_add_up(
    total: pl.Expr, currency: pl.Expr, stated: pl.Expr, stated_currency: pl.Expr, action: pl.Expr,
    *declaration: pl.Expr, share: float,
) -> pl.Expr:  # fmt: skip
    """Item totals add up to the invoice total within a share of it.

    Judged where all items are priced in the invoice's currency and none only says what a correction changes.
    """
    wanted = stated_currency.fill_null(currency)
    is_comparable = total.is_not_null() & (currency == wanted).fill_null(False) & (action != PATCH)
    is_judged = is_comparable.all().over(*declaration) & (stated > 0)
    cents = (total.cast(pl.Float64) * 100).round().cast(pl.Int64).sum().over(*declaration)
    wanted_cents = (stated.cast(pl.Float64) * 100).round().cast(pl.Int64)
    return pl.when(is_judged).then((cents - wanted_cents).abs() <= wanted_cents * share)


def charges_are_plausible(
    total: pl.Expr, currency: pl.Expr, weight: pl.Expr, on: pl.Expr,
    freight: pl.Expr, freight_mark: pl.Expr, freight_currency: pl.Expr,
    insurance: pl.Expr, insurance_mark: pl.Expr, insurance_currency: pl.Expr,
    *declaration: pl.Expr, most_share: float, max_age_days: int,
) -> pl.Expr:  # fmt: skip
    """Freight and insurance together are at most a share of the goods' value, by their marks.

    Judged where at least one of the two is stated by a mark that is known and every amount can be converted.
    """
    usd = total.cast(pl.Float64) / latest_rate(currency, on, max_age_days)
    goods_usd = pl.when(~usd.is_null().any()).then(usd.sum()).over(*declaration)
    tonnes = weight.cast(pl.Float64) / KG_PER_TONNE
    charges = ((freight, freight_mark, freight_currency), (insurance, insurance_mark, insurance_currency))
    stated = [amount.is_not_null() & (amount != 0) for amount, *_ in charges]
    shares = [_rate_share(amount, mark) for amount, mark, _ in charges]
    amounts = [
        _amount_usd(amount, mark, latest_rate(code, on, max_age_days), tonnes)
        for amount, mark, code in charges
    ]
    is_known = pl.all_horizontal(
        ~s | share.is_not_null() | fixed.is_not_null()
        for s, share, fixed in zip(stated, shares, amounts, strict=True)
    )
    # a billionth absorbs what floating point adds
    left_usd = (most_share + 1e-9 - pl.sum_horizontal(shares)) * goods_usd
    return pl.when(pl.any_horizontal(stated) & is_known & (total > 0)).then(
        pl.sum_horizontal(amounts) <= left_usd
    )


def _rate_share(amount: pl.Expr, mark: pl.Expr) -> pl.Expr:
    """A rate in per cent as a share; null for charges that are amounts."""
    return pl.when(mark == RATE).then(amount.cast(pl.Float64) / 100)


def _amount_usd(amount: pl.Expr, mark: pl.Expr, rate: pl.Expr, tonnes: pl.Expr) -> pl.Expr:
    """An amount, for the declaration or per tonne of it, in dollars; null for rates."""
    dollars = amount.cast(pl.Float64) / rate
    return pl.when(mark == PER_TONNE).then(dollars * tonnes).when(mark == AMOUNT).then(dollars)
