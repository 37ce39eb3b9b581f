"""Amounts of many currencies in one, for whole frames at once, by the conversion rule of ``reference.currency``.

Rounding happens once per amount, half to even at 0.01, so a sum is the same in every order. Which rate counts is told
by ``facts.rates``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

import polars as pl

from corridor_etl.facts.numbered import beside
from corridor_etl.facts.rates import Rates, market
from corridor_etl.facts.whole_numbers import divided_half_even, scaled

MONEY = pl.Decimal(18, 2)
_WIDE = pl.Int128()
_FITS = 1e37  # products of whole numbers up to here, doubled, fit into 128 bits
_HOLDS = 2**63 - 1


def in_currency(
    frame: pl.DataFrame, target: str, *, on: str, max_age_days: int, rates: Rates | None = None
) -> pl.Series:
    """``total_price`` of each row in ``target`` at the rate of the date column ``on``; no price is worth 0.

    Needs ``total_price``, ``currency`` and ``on``. Decimal with two places; null where there is no rate on that date
    or the days before it that the rates may be old. Without ``rates`` the built-in market rates count.
    """
    rates = rates or market(max_age_days)
    minor = converted(
        frame.select(amount=scaled("total_price", 2), currency="currency", on=on), target, rates, digits=2
    )["value"]
    is_priced = frame["total_price"].is_not_null()
    values = pl.select(pl.when(is_priced).then(minor).otherwise(0)).to_series()
    return as_money(values).alias(f"value_{target.lower()}")


def as_money(minor: pl.Series) -> pl.Series:
    """Hundredths as a decimal; null where it has more than sixteen digits before the point."""
    hundredth = pl.lit("0.01").cast(pl.Decimal(38, 2))
    return pl.select(minor.cast(pl.Decimal(38, 2)) * hundredth).to_series().cast(MONEY, strict=False)


def converted(frame: pl.DataFrame, target: str, rates: Rates, *, digits: int) -> pl.DataFrame:
    """Row by row ``value``, 0.01 of ``target``; and ``source`` and ``rate_on``, whose and of which day the rates are.

    ``frame`` has ``amount`` (whole numbers of 10^-``digits`` of ``currency``), ``currency`` and the day ``on``.
    ``source`` joins those of both sides, ``rate_on`` is the older of both; null where no rate is needed. ``value`` is
    null where a rate is missing, and where it does not fit into 64 bits.
    """
    sides = frame.select("currency", "on", target=pl.lit(target)).unique()
    for side in ("currency", "target"):
        sides = _with_rate(sides, side, rates)
    same = pl.col("currency") == pl.col("target")
    sides = sides.with_columns(
        pl.when(same).then(1).otherwise(pl.col(f"{part}_{side}")).alias(f"{part}_{side}")
        for side in ("currency", "target")
        for part in ("num", "den")
    )
    shown = [pl.when(~same).then(pl.col(f"source_{side}")) for side in ("currency", "target")]
    days = [pl.when(~same).then(pl.col(f"rate_on_{side}")) for side in ("currency", "target")]
    sides = sides.with_columns(source=_both(shown), rate_on=pl.min_horizontal(days)).drop("target")
    # A few currencies on a few days: all but the last step is done once for each.
    priced = beside(frame.select("amount", "currency", "on"), sides, ["currency", "on"], nulls_equal=True)
    up = ("amount", "num_currency", "den_target")
    down = ("den_currency", "num_target")
    return priced.select(_quotient(priced, up, down, 10 ** (digits - 2)).alias("value"), "source", "rate_on")


def _both(texts: Sequence[pl.Expr]) -> pl.Expr:
    """The distinct ones of two texts, joined; null where there are none."""
    first, second = texts
    joined = pl.concat_str([first, second], separator="; ", ignore_nulls=True)
    return pl.when(first == second).then(first).otherwise(joined).replace("", None)


def _with_rate(frame: pl.DataFrame, side: str, rates: Rates) -> pl.DataFrame:
    """``frame`` with num, den, source and rate_on of the currency in column ``side`` on the day ``on``."""
    wanted = frame.select(code=side, on="on").drop_nulls().unique().sort("on")
    known = rates.table.filter(pl.col("currency").is_in(wanted["code"].unique().to_list()))
    quotes = known.select(code="currency", found_on="rate_on", num="num", den="den", source="source")
    found = wanted.join_asof(
        quotes, left_on="on", right_on="found_on", by="code", strategy="backward",
        tolerance=f"{rates.max_age_days}d", coalesce=False, check_sortedness=False,
    )  # fmt: skip
    is_pivot = pl.col("code") == pl.lit(rates.pivot)
    found = found.select(
        pl.col("code").alias(side),
        "on",
        pl.when(is_pivot).then(1).otherwise("num").alias(f"num_{side}"),
        pl.when(is_pivot).then(1).otherwise("den").alias(f"den_{side}"),
        pl.when(~is_pivot).then("source").alias(f"source_{side}"),
        pl.when(~is_pivot).then("found_on").alias(f"rate_on_{side}"),
    )
    return frame.join(found, on=[side, "on"], how="left", maintain_order="left")


def _quotient(frame: pl.DataFrame, up: Sequence[str], down: Sequence[str], divisor: int) -> pl.Series:
    """Product of the columns ``up`` over that of ``down`` and ``divisor``, rounded half to even, as Int64."""
    above, below = pl.lit(1, _WIDE), pl.lit(divisor, _WIDE)
    for name in up:
        above = above * pl.col(name).cast(_WIDE)
    for name in down:
        below = below * pl.col(name).cast(_WIDE)
    exact = frame.select(divided_half_even(above, below).cast(pl.Int64, strict=False)).to_series()
    is_large = (
        frame.select((_size(up) > _FITS) | (_size(down) * divisor > _FITS)).to_series().fill_null(False)
    )
    return _with_large(exact, frame, is_large, up, down, divisor) if is_large.any() else exact


def _size(names: Sequence[str]) -> pl.Expr:
    factors = [pl.col(name).cast(pl.Float64).abs() for name in names]
    return reduce(lambda product, factor: product * factor, factors)


def _with_large(
    exact: pl.Series, frame: pl.DataFrame, is_large: pl.Series, up: Sequence[str], down: Sequence[str], divisor: int
) -> pl.Series:  # fmt: skip
    """The few quotients whose products do not fit into 128 bits, one by one."""
    rows = is_large.arg_true()
    values = []
    for row in frame.select(*up, *down)[rows].iter_rows():
        quotient = Fraction(1, divisor)
        for n, factor in enumerate(row):
            quotient = quotient * factor if n < len(up) else quotient / factor
        values.append(round(quotient) if abs(quotient) < _HOLDS else None)
    return exact.scatter(rows, pl.Series(values, dtype=pl.Int64))
