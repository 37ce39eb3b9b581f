"""ISO 6346 container numbers: normal form, shape and check digit, for one value and for a column.

The check digit is the sum of value(character) * 2^position over the first ten characters, modulo 11, and 10
prints as 0. Letters count 10 upwards and skip the multiples of 11.
"""

from __future__ import annotations

import re

import polars as pl

SHAPE = "^[A-Z]{3}[UJZ][0-9]{7}$"
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
_VALUES = {**{str(n): n for n in range(10)}, **_LETTERS}


def normalised(text: str) -> str:
    """Upper case without blanks, dots, hyphens and slashes, as rule ID-001 reads a number."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def normalised_expr(column: pl.Expr) -> pl.Expr:
    """:func:`normalised` for a column."""
    return column.str.replace_all(r"[\s.\-/]", "").str.to_uppercase()


def remainder(first_ten: str) -> int:
    """The weighted sum of the first ten characters modulo 11 (0 to 10)."""
    return sum(_VALUES[c] << i for i, c in enumerate(first_ten)) % 11


def check_digit(first_ten: str) -> int:
    """The digit that must follow the first ten characters of a container number."""
    return remainder(first_ten) % 10


def is_valid(number: str) -> bool:
    """Whether shape and check digit of a container number are right."""
    return re.fullmatch(SHAPE[1:-1], number) is not None and check_digit(number[:10]) == int(number[10])


def remainder_expr(column: pl.Expr) -> pl.Expr:
    """:func:`remainder` for a column of numbers that match :data:`SHAPE`; null for any other."""
    serial = column.str.slice(4, 6).cast(pl.Int32, strict=False)
    letters = [
        column.str.slice(i, 1).replace_strict(_LETTERS, default=0, return_dtype=pl.Int32) * (1 << i)
        for i in range(4)
    ]
    digits = [serial // 10 ** (9 - i) % 10 * (1 << i) for i in range(4, 10)]
    return pl.when(column.str.contains(SHAPE)).then(pl.sum_horizontal(*letters, *digits) % 11)


def is_valid_expr(column: pl.Expr) -> pl.Expr:
    """:func:`is_valid` for a column; null stays null."""
    printed = column.str.slice(10, 1).cast(pl.Int32, strict=False)
    is_right = (remainder_expr(column) % 10 == printed).fill_null(False)
    return pl.when(column.is_not_null()).then(is_right)
