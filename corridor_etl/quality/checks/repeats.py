"""Checks that look at several rows of one batch: repeated keys, near repeats, gaps in numbering, shared seals."""

from __future__ import annotations

import polars as pl


def is_first_of_key(*key: pl.Expr) -> pl.Expr:
    """No earlier row of the batch has the same key and version; nulls count as equal."""
    return pl.int_range(pl.len()).over(*key) == 0


def is_no_near_repeat(instant: pl.Expr, *same: pl.Expr, within_minutes: int) -> pl.Expr:
    """No row that is otherwise the same lies within some minutes before; the very same instant is no near repeat."""
    record = pl.struct(instant.alias("instant"), *(part.alias(f"part{n}") for n, part in enumerate(same)))
    return record.map_batches(
        lambda records: _has_no_near_repeat(records, within_minutes), return_dtype=pl.Boolean
    )


def _has_no_near_repeat(records: pl.Series, within_minutes: int) -> pl.Series:
    """One sort of the rows that have company; a window per group costs ten times as much."""
    instant, *parts = records.struct.fields
    since = pl.col(instant).diff()
    near = (
        records.struct.unnest()
        .lazy()
        .with_row_index("row")
        .filter(pl.struct(parts).hash().is_duplicated())
        .sort(*parts, instant)
        .filter(
            pl.all_horizontal(pl.col(part).eq_missing(pl.col(part).shift()) for part in parts),
            since.is_between(pl.duration(), pl.duration(minutes=within_minutes), closed="right"),
        )
        .collect()
    )
    return ~pl.select(
        pl.int_range(len(records), dtype=pl.get_index_type()).is_in(near["row"].implode())
    ).to_series()


def are_numbered_from_one(number: pl.Expr, *group: pl.Expr) -> pl.Expr:
    """The numbers of a group run from one without a gap."""
    is_whole = (number.max() == number.n_unique()) & (number.min() == 1)
    return is_whole.over(*group)


def seals_are_used_once(seals: pl.Expr, container: pl.Expr, *list_keys: pl.Expr) -> pl.Expr:
    """No other container of the same list carries the same seals."""
    return pl.when(seals.is_not_null()).then(container.n_unique().over(seals, *list_keys) == 1)
