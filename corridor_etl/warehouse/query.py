"""One query of a person, in a connection that cannot write whatever the query says.

SQLite opens the file read-only and allows nothing but reading, by its authorizer. PostgreSQL takes the text as the
query of a cursor in a read-only transaction, in the protocol that carries one statement only: COPY, SET or a second
statement is a syntax error there. Both stop after a time. How answers are printed belongs to the command.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from corridor_etl.errors import UsageError, WarehouseBusy

TIMEOUT_SECONDS = 30.0
_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_STEPS = 10_000  # virtual-machine steps between two looks at the clock
_AFTER_TIMEOUT = "57014"


@dataclass(frozen=True)
class Answer:
    """Column names and at most as many rows as were wanted; whether there are more."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    has_more: bool


def ask(url: str, query: str, *, limit: int, timeout_seconds: float = TIMEOUT_SECONDS) -> Answer:
    """The answer of the database at ``url`` to one query; nothing is ever changed by it.

    ``UsageError`` in one line for a query the database does not understand, that does not only read, or that takes
    longer than ``timeout_seconds``; ``WarehouseBusy`` where the database does not answer.
    """
    if limit < 1:
        raise UsageError(f"the limit is {limit}", expected="at least one row")
    statement = query.strip().rstrip(";").strip()
    if not statement:
        raise UsageError("there is no query", expected="one like select * from bi_trip")
    of = _ask_sqlite if make_url(url).get_backend_name() == "sqlite" else _ask_postgresql
    return of(url, statement, limit, timeout_seconds)


def _answer(columns: Iterator[str], rows: list[Any], limit: int) -> Answer:
    return Answer(tuple(columns), [tuple(row) for row in rows[:limit]], len(rows) > limit)


def _ask_sqlite(url: str, query: str, limit: int, timeout_seconds: float) -> Answer:
    path = Path(make_url(url).database or "")
    if not path.is_file():
        raise UsageError(f"there is no warehouse at {path}", fix="corridor db upgrade makes one.")
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        ) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA busy_timeout = {int(timeout_seconds * 1000)}")
            connection.set_authorizer(_only_reading)
            ends_at = time.monotonic() + timeout_seconds
            connection.set_progress_handler(lambda: int(time.monotonic() > ends_at), _STEPS)
            cursor = connection.execute(query)
            rows = cursor.fetchmany(limit + 1)
            return _answer((column[0] for column in cursor.description or ()), rows, limit)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _refused(str(error), timeout_seconds, is_late="interrupted" in str(error)) from error


def _only_reading(action: int, *_what: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _ask_postgresql(url: str, query: str, limit: int, timeout_seconds: float) -> Answer:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, connect_timeout=10)
    except psycopg.Error as error:
        raise WarehouseBusy(f"the warehouse database did not answer: {_one_line(error)}") from error
    try:
        with contextlib.closing(connection):
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute(f"SET LOCAL statement_timeout = {int(timeout_seconds * 1000)}".encode())
            connection.execute("SET LOCAL TimeZone = 'UTC'")
            # A prepared statement holds one command, so nothing can follow the query.
            declared = f"DECLARE asked NO SCROLL CURSOR FOR {query}".encode()
            connection.execute(declared, prepare=True)
            cursor = connection.execute(f"FETCH {limit + 1} FROM asked".encode())
            return _answer((column.name for column in cursor.description or ()), cursor.fetchall(), limit)
    except psycopg.Error as error:
        is_late = error.sqlstate == _AFTER_TIMEOUT
        raise _refused(_one_line(error), timeout_seconds, is_late=is_late) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _refused(said: str, timeout_seconds: float, *, is_late: bool) -> UsageError:
    if is_late:
        return UsageError(
            f"the query took longer than {timeout_seconds:g} s",
            fix="Narrow it, or give it more time with --timeout.",
        )
    return UsageError(
        f"the database refuses the query: {said}",
        expected="one statement that only reads",
        fix="Tables, views and their columns are in dim_column.",
    )
