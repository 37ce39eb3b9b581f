"""Checks of what two documents say about one thing: presence, weights, packages, goods, values, loads and bookings.

Whether something is missing is answered only when the other source reaches beyond the rule's window: until then, and
where a subject has nothing to compare, the answer is null. Order in time is in ``sequences``.
"""

from __future__ import annotations

import polars as pl


def _number(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Float64)


def is_declared(
    full_empty: pl.Expr, gap: pl.Expr, is_transit: pl.Expr, ahead: pl.Expr, *, days: int
) -> pl.Expr:
    """A laden box is in transit or has a released declaration within some days of its train."""
    is_found = (gap <= days).fill_null(False) | is_transit
    return pl.when(full_empty == "F").then(pl.when(is_found).then(True).when(ahead > days).then(False))


def came_within(gap: pl.Expr, ahead: pl.Expr, *, days: int, further_days: int) -> pl.Expr:
    """What must follow comes within some days; it is missed once its source reaches beyond them."""
    limit = days + further_days
    return pl.when(gap <= limit).then(True).when((gap > limit) | (ahead > limit)).then(False)


def left_port_before(hours: pl.Expr, ahead: pl.Expr) -> pl.Expr:
    """A box that came through a port left it before its train did; missed once later exits are reported."""
    return pl.when(hours >= 0).then(True).when(ahead > 0).then(False)


def weights_agree(
    stated: pl.Expr,
    declared: pl.Expr,
    *,
    share: float,
    tolerance_kg: float,
    judged_up_to_share: float | None = None,
) -> pl.Expr:
    """Two weights differ by at most a share of the second or a fixed amount; beyond another share nothing is said."""
    apart = (_number(stated) - _number(declared)).abs()
    verdict = apart <= _allowed(declared, share, tolerance_kg)
    if judged_up_to_share is None:
        return verdict
    return pl.when(apart <= _allowed(declared, judged_up_to_share, tolerance_kg)).then(verdict)


def _allowed(weight: pl.Expr, share: float, tolerance_kg: float) -> pl.Expr:
    # a millionth of a gram keeps a difference of exactly the share inside it
    return pl.max_horizontal(_number(weight) * share + 1e-9, pl.lit(tolerance_kg))


def are_equal(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Both documents say the same."""
    return first == second


def goods_agree(listed: pl.Expr, declared: pl.Expr) -> pl.Expr:
    """Every chapter on the list is declared. A list names the main goods of a box only, so more may be declared."""
    undeclared = listed.str.split(" ").list.set_difference(declared.str.split(" "))
    return undeclared.list.len() == 0


def ratio_is_within(exported: pl.Expr, imported: pl.Expr, *, lowest: float, highest: float) -> pl.Expr:
    """The value abroad is a plausible multiple of the value at home."""
    return pl.when(_number(exported) > 0).then(
        (_number(imported) / _number(exported)).is_between(lowest, highest)
    )


def origin_is_explained(
    origin: pl.Expr,
    mode: pl.Expr,
    is_transit: pl.Expr,
    import_gap: pl.Expr,
    ahead: pl.Expr,
    *,
    bonded_modes: list[str],
    days: int,
) -> pl.Expr:
    """Foreign goods on an export declaration come from a bonded zone, from transit or from an earlier import."""
    is_bonded = mode.is_in(bonded_modes).fill_null(False)
    is_explained = is_bonded | is_transit.fill_null(False) | (import_gap <= days).fill_null(False)
    return pl.when(origin.is_not_null()).then(pl.when(is_explained).then(True).when(ahead >= 0).then(False))


def train_is_whole(left_behind: pl.Expr, added: pl.Expr, ahead: pl.Expr, *, days: int) -> pl.Expr:
    """The containers that reach the border leave it, and none beside them; missed once later trains have left it."""
    is_over = ahead > days
    return (
        pl.when(added != "")
        .then(False)
        .when(left_behind == "")
        .then(True)
        .when(left_behind.is_not_null() & is_over)
        .then(False)
    )


def is_not_overbooked(teu: pl.Expr, capacity: pl.Expr, *, over_pct: float) -> pl.Expr:
    """Not more slots are booked than a share of what the train has."""
    return _number(teu) * 100 <= _number(capacity) * over_pct


def none_is_missed(missed: pl.Expr, ahead: pl.Expr, *, days: int) -> pl.Expr:
    """Everything announced came; what is missed counts once its source reaches beyond some days."""
    return pl.when(missed == 0).then(True).when((missed > 0) & (ahead > days)).then(False)
