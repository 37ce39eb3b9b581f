"""Connections to the warehouse database and the two ways to use one: reading and writing.

A writer holds the database's single write lock from its first statement on, so that what it reads is still
true when it commits. A reader sees one state of the database from its first statement to its last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from corridor_etl.errors import WarehouseBusy

BUSY_TIMEOUT_MS = 30_000
_WRITER = "corridor_writer"
_WRITER_LOCK = 0x636F7272  # any fixed number; PostgreSQL's advisory locks are named by number


def database_url(home: Path) -> str:
    """``CORRIDOR_DATABASE_URL``, or the SQLite file of the home folder."""
    return os.environ.get("CORRIDOR_DATABASE_URL") or f"sqlite:///{home / 'warehouse.db'}"


def open_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine on ``url`` that follows the rules of this module; nothing is created yet."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    # Without a pool no connection outlives its use, so a process may fork at any time.
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_timeout_ms))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(busy_timeout_ms: int, connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would delay BEGIN until the first write.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {busy_timeout_ms}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back by any exception.

    Writers wait for each other; ``WarehouseBusy`` when the wait is too long.
    """
    with (
        _busy_explained(),
        engine.connect().execution_options(**{_WRITER: True}) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITER_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: every statement in it sees the same state."""
    options: dict[str, Any] = (
        {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    )
    with _busy_explained(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def _busy_explained() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error.orig) and "connect" not in str(error.orig):
            raise
        raise WarehouseBusy(
            f"the warehouse database did not answer: {error.orig}",
            expected=f"a free write lock within {BUSY_TIMEOUT_MS // 1000} s",
            fix="Try again; if it lasts, look for a process that holds the database open.",
        ) from error
