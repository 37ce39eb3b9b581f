"""A whole number split over parts by weight, so that the parts add up to the whole exactly.

Largest remainder: each part gets the floor of its share, and what is left over goes one by one to the parts with the
largest remainders. Nothing depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_WIDE = pl.Int128()  # an amount of 10^16 times a weight of 10^10 still fits


def with_estimated_weights(parts: pl.DataFrame, weight: str, whole: Sequence[str]) -> pl.DataFrame:
    """``parts`` with whole-number ``weight`` where a part has none: the mean of the known ones of its ``whole``.

    A weight of 0 or below is not known. To stay whole, all weights of a whole are scaled alike; where none is known
    all parts weigh 1.
    """
    known = pl.when(pl.col(weight) > 0).then(pl.col(weight))
    count, total = known.count().over(whole).cast(pl.Int64), known.sum().over(whole)
    scaled = pl.when(count > 0).then(pl.coalesce(known * count, total)).otherwise(1)
    return parts.with_columns(scaled.alias(weight))


def allocated(
    parts: pl.DataFrame, amounts: Sequence[str], *, weight: str, whole: Sequence[str], tie: Sequence[str]
) -> pl.DataFrame:
    """``parts`` with each of ``amounts``, the same in all parts of a ``whole``, replaced by the part's own.

    Amounts are Int64, weights Int64 above 0; null stays null. Of equal remainders the first by ``tie``, which tells
    the parts of a whole apart, is served first.
    """
    parts = parts.sort([*whole, *tie]).with_row_index("_tie")
    parts = parts.with_columns(pl.struct(whole).rle_id().alias("_whole"))  # numbers sort faster than keys
    total = pl.col(weight).sum().over("_whole").cast(_WIDE)
    for amount in amounts:
        share = pl.col(amount).cast(_WIDE) * pl.col(weight).cast(_WIDE)
        parts = parts.with_columns(_floor=share.floordiv(total), _rest=share - share.floordiv(total) * total)
        parts = parts.sort("_whole", "_rest", "_tie", descending=[False, True, False])
        left = pl.col(amount) - pl.col("_floor").cast(pl.Int64).sum().over("_whole")
        is_served = pl.int_range(pl.len()).over("_whole") < left
        parts = parts.with_columns((pl.col("_floor").cast(pl.Int64) + is_served.cast(pl.Int64)).alias(amount))
    return parts.sort("_tie").drop("_floor", "_rest", "_tie", "_whole")
