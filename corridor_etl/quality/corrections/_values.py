"""Values of TOML as cells of a column, exactly: what does not fit the column's type is refused, nothing is rounded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import polars as pl

_EXACT = Context(prec=120)
_MOST_DIGITS = 40
_INT64 = 2**63
FACTOR_LIMIT = 10**18
"""A factor is a fraction of two whole numbers no larger than this, so that products fit 128 bits."""


def cell(value: Any, dtype: pl.DataType) -> Any:
    """The value as Python holds a cell of this type; ``ValueError`` says what would fit."""
    return next(read for of_type, read in _READERS if isinstance(dtype, of_type))(value, dtype)


def factor(value: Any) -> Decimal:
    """An exact factor; ``ValueError`` for nought, one, or more digits than can be multiplied exactly."""
    number = _decimal(value)
    if number is None or number in (0, 1):
        raise ValueError('a number other than 0 and 1, like "0.001" or 1000')
    top, bottom = number.as_integer_ratio()
    if max(abs(top), bottom) > FACTOR_LIMIT:
        raise ValueError("a factor of at most 18 digits")
    return number


def _decimal(value: Any) -> Decimal | None:
    """A number, or a text that is one, without loss; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        number = _EXACT.create_decimal(value) if len(str(value)) <= _MOST_DIGITS else None
    except (InvalidOperation, ValueError):
        return None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    return number


def _decimal_cell(value: Any, dtype: pl.DataType) -> Decimal:
    assert isinstance(dtype, pl.Decimal)
    number, scale = _decimal(value), dtype.scale
    limit = Decimal(10) ** ((dtype.precision or 38) - scale)
    if number is not None and abs(number) < limit:
        fitted = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
        if fitted == number:
            return fitted
    raise ValueError(f"a number of at most {scale} decimals below {limit:f}")


def _text_cell(value: Any, _dtype: pl.DataType) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueError("a text in quotes that is not empty")


def _whole_cell(value: Any, _dtype: pl.DataType) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64:
        return value
    raise ValueError("a whole number without quotes")


def _flag_cell(value: Any, _dtype: pl.DataType) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _day_cell(value: Any, _dtype: pl.DataType) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("a date without quotes, like 2025-06-30")


def _instant_cell(value: Any, dtype: pl.DataType) -> datetime:
    assert isinstance(dtype, pl.Datetime)
    if isinstance(value, datetime) and (value.tzinfo is not None) == (dtype.time_zone is not None):
        return value.astimezone(UTC) if dtype.time_zone else value
    offset = (
        "with its offset, like 2025-06-30T06:00:00+05:00" if dtype.time_zone else "like 2025-06-30T06:00:00"
    )
    raise ValueError(f"a time without quotes, {offset}")


_READERS: tuple[tuple[type[pl.DataType], Callable[[Any, pl.DataType], Any]], ...] = (
    (pl.Decimal, _decimal_cell),
    (pl.String, _text_cell),
    (pl.Int64, _whole_cell),
    (pl.Boolean, _flag_cell),
    (pl.Date, _day_cell),
    (pl.Datetime, _instant_cell),
)
