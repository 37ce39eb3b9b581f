"""Checks of container numbers: shape, check digit, and the two oddities worth counting (ISO 6346)."""

from __future__ import annotations

import polars as pl

from corridor_etl.reference import container_number


def has_shape(number: pl.Expr) -> pl.Expr:
    """Three letters, U, J or Z, seven digits."""
    return number.str.contains(container_number.SHAPE)


def has_check_digit(number: pl.Expr) -> pl.Expr:
    """The eleventh character is the check digit; judged only where the shape is right."""
    return pl.when(has_shape(number)).then(container_number.is_valid_expr(number))


def is_advised_serial(number: pl.Expr) -> pl.Expr:
    """The weighted sum does not leave remainder 10, which prints as 0 and hides some typing errors."""
    return container_number.remainder_expr(number) != 10


def is_freight_container(number: pl.Expr) -> pl.Expr:
    """The category letter is U; J and Z are detachable equipment and trailers."""
    return pl.when(has_shape(number)).then(number.str.slice(3, 1) == "U")


def all_valid(numbers: pl.Expr) -> pl.Expr:
    """Every number of a list separated by blanks has the right shape and check digit."""
    listed = numbers.str.split(" ").list
    verdict = listed.eval(container_number.is_valid_expr(pl.element())).list.all()
    return pl.when(numbers.is_not_null()).then(verdict)
