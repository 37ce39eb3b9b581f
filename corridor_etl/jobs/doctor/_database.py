"""Checks of the warehouse database: there, of the right kind and schema, with a clock that is ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from corridor_etl.clock import ticking_utc
from corridor_etl.errors import CorridorError
from corridor_etl.jobs.doctor._finding import Patient, Said, failed
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import database_url, open_engine, reading, require_unicode
from corridor_etl.warehouse.migrations import HEAD, VERSION_TABLE, revisions

LEAST_POSTGRESQL = 15
SKEW = timedelta(seconds=5)
_BACK = "Start it, or correct CORRIDOR_DATABASE_URL."


def database(patient: Patient) -> Iterable[Said]:
    """Whether it answers, is new enough, and has the schema of this version."""
    url = database_url(patient.home)
    if _is_to_be_made(url):
        yield Said("ok", "there is no warehouse yet; the first command makes it")
        return
    try:
        with reading(open_engine(url)) as connection:
            yield from _looked_at(connection)
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        yield Said(
            "fail", f"the warehouse database refuses: {said}", "a database that lets this user in", _BACK
        )
    except CorridorError as error:
        yield failed(error) if error.fix else Said("fail", error.fact, error.expected, _BACK)


def _is_to_be_made(url: str) -> bool:
    return url.startswith("sqlite") and not Path(make_url(url).database or "").exists()


def _looked_at(connection: Connection) -> Iterable[Said]:
    require_unicode(connection)
    yield _schema(connection)
    if connection.dialect.name != "postgresql":
        return
    if (version := connection.scalar(text("SHOW server_version_num"))) and int(
        version
    ) < LEAST_POSTGRESQL * 10_000:
        yield Said("fail", f"the database is PostgreSQL {int(version) // 10_000}", f"{LEAST_POSTGRESQL} or newer",
                   "Move it to a newer server by dump and restore.")  # fmt: skip
    asked = ticking_utc()
    there: datetime | None = connection.scalar(text("SELECT clock_timestamp()"))
    if there is not None and abs(skew := there - asked) > SKEW:
        yield skewed(skew)


def skewed(skew: timedelta) -> Said:
    """What it means that the database's clock is off by so much."""
    return Said(
        "warn",
        f"the database's clock is {skew.total_seconds():+.0f} s from this machine's",
        f"at most {SKEW.seconds} s",
        "Set both clocks by NTP; times of the ledger are this machine's.",
    )


def _schema(connection: Connection) -> Said:
    revision = _revision(connection)
    kind = connection.dialect.name
    if revision == HEAD:
        return Said("ok", f"{kind}, schema {HEAD}")
    if revision is None:
        return Said("ok", f"{kind}, empty; the first command makes the schema")
    if revision in revisions():
        return Said(
            "warn", f"the schema is of {revision}", HEAD, "corridor backup OUT, then corridor db upgrade"
        )
    return Said("fail", f"the schema is of {revision}, which this version does not know", f"{HEAD} or older",
                "Install the version that wrote it, or a newer one.")  # fmt: skip


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))


def usable(patient: Patient) -> Warehouse | None:
    """The warehouse as it is, neither made nor migrated; None where that cannot be asked."""
    try:
        url = database_url(patient.home)
        if _is_to_be_made(url):
            return None
        engine: Engine = open_engine(url)
        with reading(engine) as connection:
            is_ready = _revision(connection) == HEAD
        return Warehouse(patient.home, engine) if is_ready else None
    except (CorridorError, DBAPIError):
        return None
