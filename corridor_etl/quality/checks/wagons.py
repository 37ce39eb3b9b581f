"""Checks of wagon and ship numbers: three wagon number systems, check digits, and the gauge of the first leg.

A wagon never crosses the gauge break, so the number on a loading list belongs to the leg where the train starts.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.reference import place

DIGITS_OF_GAUGE_1520 = 8
DIGITS_IN_CHINA = 7


def _has_digits(number: pl.Expr, digits: int) -> pl.Expr:
    return number.str.contains(f"^[0-9]{{{digits}}}$")


def _luhn_is_right(number: pl.Expr, digits: int) -> pl.Expr:
    whole = number.cast(pl.Int64, strict=False)
    # counted from the right the check digit has weight 1, its neighbour 2, and so on
    values = [whole // 10**i % 10 * (1 + i % 2) for i in range(digits)]
    total = pl.sum_horizontal(v // 10 + v % 10 if i % 2 else v for i, v in enumerate(values))
    return pl.when(_has_digits(number, digits)).then(total % 10 == 0)


def has_check_digit_1520(number: pl.Expr) -> pl.Expr:
    """Eight digits: weights 2 and 1 from the left, digit sums, complement to ten."""
    return _luhn_is_right(number, DIGITS_OF_GAUGE_1520)


def has_check_digit_uic(number: pl.Expr) -> pl.Expr:
    """Twelve digits of a European vehicle number: Luhn over the first eleven."""
    return _luhn_is_right(number, 12)


def has_imo_check_digit(vessel: pl.Expr) -> pl.Expr:
    """A seven-digit ship number, with or without the letters IMO, ends with its check digit (weights 7 to 2)."""
    number = vessel.str.extract("^(?:IMO ?)?([0-9]{7})$", 1)
    whole = number.cast(pl.Int32)
    total = pl.sum_horizontal(whole // 10**i % 10 * (i + 1) for i in range(1, 7))
    return pl.when(number.is_not_null()).then(total % 10 == whole % 10)


def is_container_wagon_1520(number: pl.Expr, *, first_digits: list[str]) -> pl.Expr:
    """An eight-digit number starts with a digit of the wagon types that carry containers."""
    return pl.when(_has_digits(number, DIGITS_OF_GAUGE_1520)).then(number.str.slice(0, 1).is_in(first_digits))


def is_known_system(number: pl.Expr) -> pl.Expr:
    """Seven, eight or twelve digits: China, 1520 mm, or Europe."""
    return number.str.contains("^([0-9]{7}|[0-9]{8}|[0-9]{12})$")


def fits_gauge(number: pl.Expr, origin_node: pl.Expr) -> pl.Expr:
    """Seven digits where the train starts in China, eight where it starts on 1520 mm; other places not judged."""
    wanted = {node: _digits_at(row) for node, row in place.nodes().items()}
    known = {node: digits for node, digits in wanted.items() if digits is not None}
    digits = origin_node.replace_strict(
        list(known), list(known.values()), default=None, return_dtype=pl.UInt32
    )
    return pl.when(is_known_system(number)).then(number.str.len_chars() == digits)


def _digits_at(node: dict[str, str | None]) -> int | None:
    if node["gauge_mm"] == "1520":
        return DIGITS_OF_GAUGE_1520
    return DIGITS_IN_CHINA if node["country"] == "CN" and node["gauge_mm"] == "1435" else None
