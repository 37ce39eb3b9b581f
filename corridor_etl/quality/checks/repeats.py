"""Checks that look at several rows of one batch: repeated keys, near repeats, gaps in numbering, shared seals."""

from __future__ import annotations

import polars as pl


def is_first_of_key(*key: pl.Expr) -> pl.Expr:
    """No earlier row of the batch has the same key and version; nulls count as equal."""
    return pl.int_range(pl.len()).over(*key) == 0


def is_no_near_repeat(instant: pl.Expr, *same: pl.Expr, within_minutes: int) -> pl.Expr:
    """No row that is otherwise the same lies within some minutes before; the very same instant is no near repeat."""
    earlier = instant.shift(1).over(*same, order_by=instant)
    since = instant - earlier
    is_near = (since > pl.duration()) & (since <= pl.duration(minutes=within_minutes))
    return ~is_near.fill_null(False)


def are_numbered_from_one(number: pl.Expr, *group: pl.Expr) -> pl.Expr:
    """The numbers of a group run from one without a gap."""
    is_whole = (number.max() == number.n_unique()) & (number.min() == 1)
    return is_whole.over(*group)


def seals_are_used_once(seals: pl.Expr, container: pl.Expr, *list_keys: pl.Expr) -> pl.Expr:
    """No other container of the same list carries the same seals."""
    return pl.when(seals.is_not_null()).then(container.n_unique().over(seals, *list_keys) == 1)
