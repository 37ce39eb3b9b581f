"""Between SQL tables and Polars frames: reading a query, checking a frame against a schema, inserting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Double,
    Integer,
    Select,
    Table,
    Text,
)

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import bulk
from corridor_etl.warehouse.columns import UtcDateTime

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
Value = TypeVar("Value")

_FEW = 500  # what every database takes as parameters of one statement

_DTYPES: tuple[tuple[type, pl.DataType], ...] = (
    (UtcDateTime, pl.Datetime("us", "UTC")),
    (Boolean, pl.Boolean()),
    (BigInteger, pl.Int64()),
    (Integer, pl.Int64()),
    (Date, pl.Date()),
    (Double, pl.Float64()),
    (Text, pl.String()),
)


def schema_of(columns: Iterable[Any]) -> dict[str, pl.DataType]:
    """Polars types of SQL columns."""
    return {c.name: next(dtype for sql, dtype in _DTYPES if isinstance(c.type, sql)) for c in columns}


def fetched(connection: Connection, query: Select[Any]) -> pl.DataFrame:
    """The rows of a query as a frame whose types come from the query's columns, also when it is empty."""
    rows = connection.execute(query).all()
    return pl.DataFrame([tuple(r) for r in rows], schema=schema_of(query.selected_columns), orient="row")


def fetched_among(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[object]
) -> pl.DataFrame:
    """The rows of a query in which ``column`` has one of many values, asked in as many statements as that takes."""
    parts = in_parts(values) or [[]]
    return pl.concat(fetched(connection, query.where(column.in_(part))) for part in parts)


def in_parts(values: Iterable[Value], at_most: int = _FEW) -> list[list[Value]]:
    """Values in pieces that one statement takes; no values are no piece."""
    found = list(values)
    return [found[i : i + at_most] for i in range(0, len(found), at_most)]


def conformed(
    frame: Frame, schema: Mapping[str, pl.DataType], *, optional: Iterable[str] = (), what: str
) -> Frame:
    """``frame`` with exactly the columns of ``schema``; a missing optional column is null.

    Whole numbers of any width are taken. ``UsageError`` for a missing column or one of another type, naming
    ``what`` the frame is.
    """
    may_lack, given = set(optional), frame.collect_schema()
    lacking = [name for name in schema if name not in given and name not in may_lack]
    if lacking:
        raise UsageError(f"{what} lacks {', '.join(lacking)}", expected=", ".join(schema), columns=lacking)
    wrong = [
        f"{n} is {given[n]} instead of {dtype}"
        for n, dtype in schema.items()
        if n in given and not _fits(given[n], dtype)
    ]
    if wrong:
        raise UsageError(f"{what} has columns of another type: {'; '.join(wrong)}", fix="Cast them.")
    return frame.select(
        pl.col(n) if n in given else pl.lit(None, dtype=dtype).alias(n) for n, dtype in schema.items()
    ).cast(pl.Schema(schema))


def _fits(given: pl.DataType, wanted: pl.DataType) -> bool:
    return given in (wanted, pl.Null()) or (given.is_integer() and wanted.is_integer())


def insert(connection: Connection, table: Table, frame: pl.DataFrame, **constants: Any) -> None:
    """Inserts the rows of ``frame``, each with the ``constants``."""
    if frame.is_empty():
        return
    types = schema_of(table.columns[name] for name in constants)
    bulk.load(
        connection,
        table,
        frame.with_columns(pl.lit(v, dtype=types[n]).alias(n) for n, v in constants.items()),
    )
