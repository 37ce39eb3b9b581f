"""Checks of a whole train as one list describes it: how heavy its boxes are together, how many wagons it has."""

from __future__ import annotations

import polars as pl

GRAMS_PER_TONNE = 1_000_000


def train_is_within(cargo: pl.Expr, tare: pl.Expr, *list_keys: pl.Expr, limit_t: float) -> pl.Expr:
    """Cargo and tare of all boxes of one list are at most the limit; the wagons' own weight comes on top."""
    grams = sum(
        ((weight.cast(pl.Float64).fill_null(0.0) * 1000).round().cast(pl.Int64) for weight in (cargo, tare)),
        start=pl.lit(0, dtype=pl.Int64),
    )
    is_weighed = (cargo.is_not_null() | tare.is_not_null()).any().over(*list_keys)
    return pl.when(is_weighed).then(grams.sum().over(*list_keys) <= int(limit_t * GRAMS_PER_TONNE))


def train_is_short_enough(wagon: pl.Expr, *list_keys: pl.Expr, most_wagons: int) -> pl.Expr:
    """One list names at most so many wagons; a list that names none is not judged."""
    wagons = wagon.drop_nulls().n_unique().over(*list_keys)
    return pl.when(wagons > 0).then(wagons <= most_wagons)
