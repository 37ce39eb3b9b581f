"""Checks of what happened after what: instants in order, legs of a plausible length, cycles, seals."""

from __future__ import annotations

import polars as pl


def instants_in_order(*instants: pl.Expr, tolerance_minutes: int) -> pl.Expr:
    """No instant that is known lies before an earlier one; judged where two are known."""
    allowed = pl.duration(minutes=tolerance_minutes)
    steps = [
        (later + allowed >= pl.max_horizontal(instants[:i])).fill_null(True)
        for i, later in enumerate(instants)
        if i
    ]
    known = pl.sum_horizontal(instant.is_not_null() for instant in instants)
    return pl.when(known > 1).then(pl.all_horizontal(steps))


def leg_is_plausible(
    hours: pl.Expr,
    least: pl.Expr,
    most: pl.Expr,
    p95: pl.Expr,
    trips: pl.Expr,
    *,
    times: float,
    min_trips: int,
) -> pl.Expr:
    """A leg takes time, not less than is possible, and not several times what nearly all trips need.

    The longest time is ``times`` the percentile where enough trips tell it, else that of corridor.toml.
    """
    taken = hours.cast(pl.Float64)
    longest = pl.when(trips >= min_trips).then(p95.cast(pl.Float64) * times).otherwise(most.cast(pl.Float64))
    is_long_enough = (taken > 0) & (taken >= least.cast(pl.Float64)).fill_null(True)
    return pl.when(hours.is_not_null()).then(is_long_enough & (taken <= longest).fill_null(True))


def cycle_is_possible(gap: pl.Expr, *, days: int) -> pl.Expr:
    """A box is not laden westbound again before it can have come back."""
    return gap > days


def seal_is_kept(changes: pl.Expr) -> pl.Expr:
    """The seal does not change unless somebody inspected or sealed the box anew."""
    return changes == 0
