"""Judging each different value once: what repeats over many rows costs no more than what it says."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def by_distinct(column: pl.Expr, judge: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """``judge`` of a text column, evaluated on its distinct values; null stays null."""

    def looked_up(cells: pl.Series) -> pl.Series:
        known = cells.unique().drop_nulls()
        if known.is_empty():
            return pl.Series(cells.name, [None], dtype=pl.Boolean).new_from_index(0, len(cells))
        verdicts = known.to_frame("x").select(judge(pl.col("x"))).to_series()
        return cells.replace_strict(known, verdicts, default=None, return_dtype=pl.Boolean)

    return column.map_batches(looked_up, return_dtype=pl.Boolean(), is_elementwise=True)
