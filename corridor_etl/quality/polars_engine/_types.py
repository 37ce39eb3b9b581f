"""What a Polars data type means to a validation: missing cells, comparable values and names of types.

A cell is missing when it is null or, in a float column, NaN: that is what pandas says and what Great Expectations'
own results are built on. Which rows a rule looks at belongs to ``_conditions`` and ``_checks``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
from dateutil.parser import parse as parse_date

_NUMBERS = (int, float, Decimal)
_PYTHON_TYPES: dict[str, type] = {"Date": dt.date, "Time": dt.time, "Duration": dt.timedelta}


def is_missing(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whether each cell of a column is null or NaN; never null itself."""
    column = pl.col(name)
    return column.is_null() | column.is_nan().fill_null(False) if dtype.is_float() else column.is_null()


def every_row(flag: pl.Expr) -> pl.Expr:
    """True for each row; a literal would be one value, whatever the number of rows. ``flag`` is never null."""
    return flag | ~flag


def without_nan(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The column with NaN as null."""
    return column.fill_nan(None) if dtype.is_float() else column


def as_text(column: pl.Expr, dtype: pl.DataType, metric: str) -> pl.Expr:
    """The column as text; ``TypeError`` for columns whose cells have no one text (lists, structs, binary)."""
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise TypeError(f"{metric} reads text; a column of type {dtype} has none. Cast it first.")
    return column if dtype == pl.String else column.cast(pl.String)


def comparable(value: Any, dtype: pl.DataType) -> Any:
    """A bound or member in the column's terms; ``TypeError`` where the two cannot be compared.

    Strings are read as dates or instants beside a temporal column, because suites are stored as JSON. An instant
    must have a zone exactly when the column has one.
    """
    if dtype == pl.Null:
        return value
    if dtype.is_temporal():
        return _moment(value, dtype)
    wanted: tuple[type, ...] = _NUMBERS if dtype.is_numeric() else (str,)
    if dtype == pl.Boolean:
        wanted = (bool, int)
    if not isinstance(value, wanted):
        raise TypeError(
            "Column values, min_value, and max_value must either be None or of the same type: "
            f"{value!r} is a {type(value).__name__}, the column is {dtype}."
        )
    return value


def members(values: Iterable[Any], dtype: pl.DataType, metric: str) -> pl.Series:
    """The values of a set that a column of this type can hold, as a series to look them up in.

    A value of another kind can never occur in the column, so it is left out; missing values are too.
    """
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise TypeError(f"{metric} compares single values; a column of type {dtype} has none.")
    if dtype == pl.Null:
        return pl.Series("set", [], dtype=dtype)
    kept = [m for m in (_member(v, dtype) for v in values) if m is not None]
    if dtype.is_integer():
        return pl.Series("set", kept, dtype=pl.Int128 if kept else dtype, strict=False)
    plain = pl.String if dtype in (pl.Categorical, pl.Enum, pl.String) else dtype
    return pl.Series("set", kept, dtype=plain, strict=False).drop_nulls()


def looked_up(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The column in the type that :func:`members` gives its values."""
    if dtype in (pl.Categorical, pl.Enum):
        return column.cast(pl.String)
    return column.cast(pl.Int128) if dtype.is_integer() else column


def storable(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as results can be stored: Great Expectations writes no durations, so they become ISO 8601 text."""
    durations = [name for name, dtype in rows.schema.items() if dtype == pl.Duration]
    return rows.with_columns(pl.col(name).dt.to_string("iso") for name in durations)


def in_pandas(rows: pl.DataFrame, positions: list[int] | None = None) -> pd.DataFrame:
    """A few rows in the container that Great Expectations' results are made of; nothing is computed on it."""
    return pd.DataFrame(rows.to_dict(as_series=False), columns=rows.columns, index=positions)


def _member(value: Any, dtype: pl.DataType) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        found = comparable(_plain(value), dtype)
    except (TypeError, ValueError, OverflowError):
        return None
    if dtype.is_integer():
        return int(found) if found == int(found) else None
    return Decimal(str(found)) if dtype.is_decimal() else float(found) if dtype.is_float() else found


def _plain(value: Any) -> Any:
    """A scalar of numpy or pandas as the Python value it stands for."""
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") and not isinstance(value, dt.datetime) else value


def _moment(value: Any, dtype: pl.DataType) -> Any:
    value = _plain(value)
    if isinstance(dtype, pl.Datetime):
        return _instant(value, dtype)
    wanted = _PYTHON_TYPES[str(dtype.base_type())]
    if isinstance(value, str) and dtype in (pl.Date, pl.Time):
        value = parse_date(value)
    if isinstance(value, dt.datetime) and dtype in (pl.Date, pl.Time):
        value = value.time() if dtype == pl.Time else _day(value)
    if not isinstance(value, wanted):
        raise TypeError(f"{value!r} is a {type(value).__name__}; the column is {dtype}.")
    return value


def _day(value: dt.datetime) -> dt.date | dt.datetime:
    """A midnight as its day; another instant stays, since it lies within a day."""
    return value.date() if value.time() == dt.time() else value


def _instant(value: Any, dtype: pl.Datetime) -> dt.datetime:
    if isinstance(value, str):
        value = parse_date(value)
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if not isinstance(value, dt.datetime):
        raise TypeError(f"{value!r} is a {type(value).__name__}; the column is {dtype}.")
    if (value.tzinfo is None) != (dtype.time_zone is None):
        side = "no zone, the column has" if value.tzinfo is None else "a zone, the column has none of"
        raise TypeError(f"{value.isoformat()} has {side} {dtype.time_zone or 'its own'}; write both alike.")
    return value if value.tzinfo is None else value.astimezone(ZoneInfo(str(dtype.time_zone)))
