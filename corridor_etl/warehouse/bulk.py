"""Many rows into or out of a table inside the caller's transaction, by the way that is fastest for the database.

PostgreSQL takes them as one COPY, SQLite as one statement prepared once. A bulk loader with a connection of its own
could not be part of the commit. Values are made what they are by column, not one by one. What the rows are belongs to
``frames`` and its callers.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Table, select
from sqlalchemy.exc import DBAPIError

_NULL = "\\N"
_CHUNK_ROWS = 100_000


def load(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Inserts all rows of ``frame``, whose columns are columns of ``table`` with the types of ``frames``."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, frame)
    else:
        _execute_many(connection, table, frame)


def _names(connection: Connection, table: Table, frame: pl.DataFrame) -> tuple[str, str]:
    quote = connection.dialect.identifier_preparer
    return quote.format_table(table), ", ".join(quote.quote(name) for name in frame.columns)


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    into, columns = _names(connection, table, frame)
    statement = f"COPY {into} ({columns}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
    driver: Any = connection.connection.driver_connection
    with _wrapped(connection, statement), driver.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(_CHUNK_ROWS):
            copy.write(_as_csv(part))


@contextmanager
def _wrapped(connection: Connection, statement: str) -> Iterator[None]:
    """Errors of the driver as those of SQLAlchemy, like everywhere else."""
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(statement, None, error, base, dialect=connection.dialect) from error


def _as_csv(frame: pl.DataFrame) -> bytes:
    # Every text is quoted and null is not, so that no text can be taken for it; what is no text needs no quotes.
    buffer = io.BytesIO()
    quote = pl.lit('"')
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String()]
    quoted = frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f%:z"),
        *((quote + pl.col(c).str.replace_all('"', '""', literal=True) + quote).alias(c) for c in texts),
    )
    quoted.write_csv(buffer, include_header=False, quote_style="never", null_value=_NULL)
    return buffer.getvalue()


def _execute_many(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    into, columns = _names(connection, table, frame)
    marks = ", ".join("?" * frame.width)
    # SQLAlchemy stores instants in this form, so that both ways of writing compare equal.
    plain = frame.with_columns(
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f"),
        pl.col(pl.Date).cast(pl.String),
        pl.col(pl.Boolean).cast(pl.Int64),
    )
    connection.exec_driver_sql(f"INSERT INTO {into} ({columns}) VALUES ({marks})", plain.rows())


def unload(
    connection: Connection,
    table: Table,
    schema: Mapping[str, pl.DataType],
    where: ColumnElement[bool] | None = None,
) -> pl.DataFrame:
    """The rows of ``table``, all or some, in no order; ``schema`` has each column with its type as ``frames`` says it.

    ``where`` compares with texts and numbers only, which become part of the statement.
    """
    query = select(*(table.c[name] for name in schema))
    query = query if where is None else query.where(where)
    statement = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    is_sqlite = connection.dialect.name == "sqlite"
    held_as = {
        name: _IN_SQLITE.get(type(dtype), dtype) if is_sqlite else dtype for name, dtype in schema.items()
    }
    parts = [pl.DataFrame(schema=held_as)]
    with contextlib.closing(connection.exec_driver_sql(str(statement))) as found:
        driver: Any = found.cursor
        while rows := driver.fetchmany(_CHUNK_ROWS):
            parts.append(pl.DataFrame(rows, schema=held_as, orient="row"))
    texts = pl.concat(parts)
    return texts.with_columns(_typed(name, schema[name]) for name in schema if held_as[name] != schema[name])


# What SQLite has no type for.
_IN_SQLITE: dict[type[pl.DataType], pl.DataType] = {
    pl.Datetime: pl.String(),
    pl.Date: pl.String(),
    pl.Boolean: pl.Int64(),
}


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        instant = pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        return instant.dt.replace_time_zone("UTC")
    return pl.col(name).str.to_date() if isinstance(dtype, pl.Date) else pl.col(name).cast(dtype)
