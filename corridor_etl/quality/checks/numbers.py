"""Checks of numbers with a check character: stations of the 1520 network, firms of China and of Kazakhstan.

Wagons, ships and containers have modules of their own.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.quality.checks._distinct import by_distinct

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""What a social credit code is written with: no I, O, S, V and Z, which look like other characters."""
USCC_LENGTH, STATION_LENGTH, BIN_LENGTH = 18, 6, 12
_BIN_WEIGHTS = (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
_STATION_WEIGHTS = (range(1, 6), range(3, 8))


def _weighed(number: pl.Expr, weights: tuple[int, ...] | range) -> pl.Expr:
    """The digits by their weights from the left, modulo 11; nulls where a digit is none."""
    digits = (number.str.slice(i, 1).cast(pl.Int32, strict=False) * w for i, w in enumerate(weights))
    return pl.sum_horizontal(digits) % 11


def has_station_check_digit(station: pl.Expr) -> pl.Expr:
    """A station of six digits ends with its check digit; names and a sender's own numbers are not judged."""
    first, second = (_weighed(station, weights) for weights in _STATION_WEIGHTS)
    # a remainder of 10 is weighed again, and 10 once more prints as 0
    wanted = pl.when(first < 10).then(first).when(second < 10).then(second).otherwise(0)
    last = station.str.slice(STATION_LENGTH - 1, 1).cast(pl.Int32, strict=False)
    return pl.when(station.str.contains(f"^[0-9]{{{STATION_LENGTH}}}$")).then(last == wanted)


def are_stations(*stations: pl.Expr) -> pl.Expr:
    """Every station that is written with six digits ends with its check digit."""
    verdicts = [has_station_check_digit(s) for s in stations]
    is_any_judged = pl.any_horizontal(v.is_not_null() for v in verdicts)
    return pl.when(is_any_judged).then(pl.all_horizontal(v.fill_null(True) for v in verdicts))


def is_train_index(index: pl.Expr) -> pl.Expr:
    """Four digits of the station that formed the train, its number there, four digits of where it is broken up."""
    return index.str.contains("^[0-9]{4}-[0-9]{1,3}-[0-9]{4}$")


def is_credit_code(code: pl.Expr) -> pl.Expr:
    """Eighteen characters of which the last makes the weighted sum right (powers of 3, modulo 31)."""
    return by_distinct(code, _is_credit_code)


def _is_credit_code(code: pl.Expr) -> pl.Expr:
    values = list(range(len(USCC_CHARACTERS)))
    total = pl.sum_horizontal(
        code.str.slice(i, 1).replace_strict(list(USCC_CHARACTERS), values, default=0, return_dtype=pl.Int32)
        * (3**i % 31)
        for i in range(USCC_LENGTH - 1)
    )
    last = code.str.slice(USCC_LENGTH - 1, 1).replace_strict(
        list(USCC_CHARACTERS), values, default=-1, return_dtype=pl.Int32
    )
    has_shape = code.str.contains(f"^[{USCC_CHARACTERS}]{{{USCC_LENGTH}}}$")
    return has_shape & ((31 - total % 31) % 31 == last)


def is_bin_iin(number: pl.Expr) -> pl.Expr:
    """Twelve digits of which the last is the check digit; a number that would need a second 10 is never given."""
    return by_distinct(number, _is_bin_iin)


def _is_bin_iin(number: pl.Expr) -> pl.Expr:
    first, second = (_weighed(number, tuple(weights)) for weights in _BIN_WEIGHTS)
    wanted = pl.when(first < 10).then(first).otherwise(second)
    last = number.str.slice(BIN_LENGTH - 1, 1).cast(pl.Int32, strict=False)
    has_shape = number.str.contains(f"^[0-9]{{{BIN_LENGTH}}}$")
    return has_shape & (last == wanted)


def are_credit_codes(*codes: pl.Expr) -> pl.Expr:
    """Every cell that is filled is a social credit code."""
    return _all_filled([(c, is_credit_code(c)) for c in codes])


def are_bin_iin(*numbers: pl.Expr) -> pl.Expr:
    """Every cell that is filled is a BIN or IIN."""
    return _all_filled([(n, is_bin_iin(n)) for n in numbers])


def _all_filled(cells: list[tuple[pl.Expr, pl.Expr]]) -> pl.Expr:
    is_any_filled = pl.any_horizontal(cell.is_not_null() for cell, _ in cells)
    return pl.when(is_any_filled).then(pl.all_horizontal(verdict.fill_null(True) for _, verdict in cells))
