"""Mean, quantiles and ratios of whole numbers, exact and rounded half to even; no floating point.

For columns as Polars expressions, for a handful of values as functions.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.whole_numbers import divided_half_even

MILLION = 1_000_000


def rounded_quotient(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` (positive) as the nearest whole number, halves to the even one."""
    quotient, rest = divmod(numerator, denominator)
    is_up = 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
    return quotient + is_up


def mean(column: str) -> pl.Expr:
    """The rounded mean of a group's values; null of none."""
    values = pl.col(column).drop_nulls()
    return pl.when(values.len() > 0).then(divided_half_even(values.sum(), values.len().cast(pl.Int64)))


def quantile(column: str, percent: int) -> pl.Expr:
    """The rounded quantile of a group's values, interpolated linearly between neighbours; null of none."""
    return quantile_of(pl.col(column).drop_nulls().sort(), percent)


def quantile_of(ordered: pl.Expr, percent: int) -> pl.Expr:
    """The same of values in ascending order without nulls."""
    place = (ordered.len().cast(pl.Int64) - 1) * percent
    below, hundredths = place.floordiv(100), place % 100
    above = pl.min_horizontal(below + 1, ordered.len().cast(pl.Int64) - 1)
    low = ordered.get(below, null_on_oob=True)
    high = ordered.get(above, null_on_oob=True)
    return divided_half_even(low * (100 - hundredths) + high * hundredths, 100)


def median(column: str) -> pl.Expr:
    """The rounded median of a group's values; null of none."""
    return quantile(column, 50)


def ppm(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """``part / whole`` in millionths, rounded; null where the whole is not positive."""
    return pl.when(whole > 0).then(divided_half_even(part * MILLION, whole))
