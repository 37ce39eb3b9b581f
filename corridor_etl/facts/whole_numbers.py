"""Exact whole numbers out of decimals: grams, fen, hundredths of a TEU. No floating point on the way."""

from __future__ import annotations

import polars as pl


def scaled(column: str, digits: int) -> pl.Expr:
    """A decimal column times 10^``digits`` as Int64; the column must have at most that many decimals."""
    return pl.col(column).cast(pl.Decimal(38, digits)).to_physical().cast(pl.Int64)


def divided_half_even(value: pl.Expr, divisor: int | pl.Expr) -> pl.Expr:
    """``value / divisor`` (positive) for a whole-number column, rounded half to even, as Int64."""
    quotient = value.floordiv(divisor)
    twice_rest = (value - quotient * divisor) * 2
    is_up = (twice_rest > divisor) | ((twice_rest == divisor) & (quotient % 2 != 0))
    return quotient + is_up.cast(pl.Int64)
