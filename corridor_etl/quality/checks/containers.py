"""Checks of container numbers: shape, check digit, owner, and the oddities worth counting (ISO 6346).

A box that its list marks as one without an ISO number is judged by :func:`is_marked_rightly` alone.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.reference import container_number

_RAIL_NUMBER = "^[0-9]{8}$"
"""How railways number boxes of their own."""


def has_shape(number: pl.Expr, is_non_iso: pl.Expr | None = None) -> pl.Expr:
    """Three letters, U, J or Z, seven digits."""
    return _unless(is_non_iso, number.str.contains(container_number.SHAPE))


def has_check_digit(number: pl.Expr, is_non_iso: pl.Expr | None = None) -> pl.Expr:
    """The eleventh character is the check digit; judged only where the shape is right."""
    verdict = pl.when(has_shape(number)).then(container_number.is_valid_expr(number))
    return _unless(is_non_iso, verdict)


def is_advised_serial(number: pl.Expr) -> pl.Expr:
    """The weighted sum does not leave remainder 10, which prints as 0 and hides some typing errors."""
    return container_number.remainder_expr(number) != 10


def is_freight_container(number: pl.Expr) -> pl.Expr:
    """The category letter is U; J and Z are detachable equipment and trailers."""
    return pl.when(has_shape(number)).then(number.str.slice(3, 1) == "U")


def has_known_owner(number: pl.Expr, *, owner_prefixes: list[str]) -> pl.Expr:
    """The owner is one of the list (three letters, or four with the category); without a list nothing is judged."""
    owners = sorted({prefix[:3] for prefix in owner_prefixes})
    is_judged = has_shape(number) & pl.lit(bool(owners))
    return pl.when(is_judged).then(number.str.slice(0, 3).is_in(owners))


def is_marked_rightly(number: pl.Expr, is_non_iso: pl.Expr) -> pl.Expr:
    """A box marked as non-ISO has no ISO number, and one with a railway's eight digits is marked."""
    is_marked = is_non_iso.fill_null(False)
    is_judged = is_marked | number.str.contains(_RAIL_NUMBER)
    return pl.when(is_judged).then(is_marked & ~number.str.contains(container_number.SHAPE))


def all_valid(numbers: pl.Expr) -> pl.Expr:
    """Every number of a list separated by blanks has the right shape and check digit."""
    listed = numbers.str.split(" ").list
    verdict = listed.eval(container_number.is_valid_expr(pl.element())).list.all()
    return pl.when(numbers.is_not_null()).then(verdict)


def _unless(is_non_iso: pl.Expr | None, verdict: pl.Expr) -> pl.Expr:
    return verdict if is_non_iso is None else pl.when(~is_non_iso.fill_null(False)).then(verdict)
