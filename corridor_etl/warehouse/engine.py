"""Connections to the warehouse database and the two ways to use one: reading and writing.

A writer holds the database's single write lock from its first statement on, so that what it reads is still
true when it commits. A reader sees one state of the database from its first statement to its last. SQLite and
PostgreSQL differ only here, in ``bulk`` and in column types.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from corridor_etl.errors import SettingsError, UsageError, WarehouseBusy
from corridor_etl.warehouse import disk
from corridor_etl.warehouse.connections import WhileHeld

BUSY_TIMEOUT_MS = 30_000
_WRITER = "corridor_writer"
_PAST = "corridor_past"
_WRITER_LOCK = 0x636F7272  # any fixed number; PostgreSQL's advisory locks are named by number
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# PostgreSQL's classes of states in which the same call may succeed later: connection, resources, serialization,
# lock not available, shutdown.
_PASSING_STATES = ("08", "53", "40", "55P03", "57P")


def database_url(home: Path) -> str:
    """``CORRIDOR_DATABASE_URL`` (sqlite or postgresql), or the SQLite file of the home folder."""
    given = os.environ.get("CORRIDOR_DATABASE_URL")
    if not given:
        return f"sqlite:///{home / 'warehouse.db'}"
    name = given.split(":", 1)[0].split("+", 1)[0]
    if name not in _DRIVERS:
        raise SettingsError(
            f"CORRIDOR_DATABASE_URL begins with '{name}'",
            expected="sqlite:/// or postgresql://",
            fix="Name a SQLite file or a PostgreSQL database.",
        )
    return make_url(given).set(drivername=_DRIVERS[name]).render_as_string(hide_password=False)


@lru_cache(maxsize=32)
def open_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine on ``url`` that follows the rules of this module; nothing is created yet.

    The same for everybody in the process, as it remembers the statements it has made SQL of; see :mod:`.connections`
    for what becomes of its connections.
    """
    if not url.startswith("sqlite"):
        # A writer that died with its machine must not keep the lock for hours.
        alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
        options = (
            f"{make_url(url).query.get('options', '')} -c timezone=UTC -c lock_timeout={busy_timeout_ms}"
        )
        # A database made under the C locale would give bytes for text.
        connecting = {"options": options, "connect_timeout": 10, "client_encoding": "utf8", **alive}
        return create_engine(url, poolclass=NullPool, connect_args=connecting)
    engine = create_engine(url, poolclass=WhileHeld)
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


def of_the_past(engine: Engine) -> Engine:
    """The same engine for reading only: what it shows is past and cannot be changed."""
    return engine.execution_options(**{_PAST: True})


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back by any exception.

    Writers wait for each other; ``WarehouseBusy`` when the wait is too long or the database goes away, ``DiskFailed``
    when a disk takes no more, ``UsageError`` for an engine that shows the past.
    """
    if engine.get_execution_options().get(_PAST):
        raise UsageError("the warehouse as it was cannot be changed", fix="Open it as it is now.")
    with (
        _explained(),
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
    with _explained(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def require_unicode(connection: Connection) -> None:
    """``SettingsError`` for a PostgreSQL database that cannot hold the text of every source."""
    if connection.dialect.name != "postgresql":
        return
    if (encoding := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise SettingsError(
            f"the warehouse database has the encoding {encoding}",
            expected="UTF8, as names come in Chinese, Russian and Kazakh",
            fix="Make another by createdb --encoding UTF8 --template template0, and name it in CORRIDOR_DATABASE_URL.",
        )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        with disk.explained():
            yield
    except DBAPIError as error:
        if (failed := disk.of_database(error)) is not None:
            raise failed from error
        if not _passes(error):
            raise
        raise WarehouseBusy(
            f"the warehouse database did not answer: {' '.join(str(error.orig).split())}",
            expected=f"a database that is there, and its write lock within {BUSY_TIMEOUT_MS // 1000} s",
            fix="Try again; if it lasts, look whether it runs and which process holds it open.",
        ) from error


def _passes(error: DBAPIError) -> bool:
    """Whether the same call may succeed later: locked, unreachable, shut down, or a connection that broke."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING_STATES)
    said = str(error.orig)
    return error.connection_invalidated or any(
        word in said for word in ("locked", "connect", "server closed")
    )
