"""A real warehouse per test, and batches of bookings to publish in it."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import psycopg
import pytest
from sqlalchemy import make_url

from corridor_etl.model import STORED_TRIP, kind
from corridor_etl.warehouse import Batch, DeliveryRow, Warehouse, dimensions, setup, views
from tests.made_homes import MadeHome

NOW = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)


def booking(**overrides: Any) -> dict[str, Any]:
    row = {
        "booking_no": "B1",
        "service_id": "YIN-ALA",
        "direction": "W",
        "train_no": "X9001",
        "departure_on_local": date(2025, 3, 3),
        "containers": 1,
        "teu": Decimal("2.00"),
        "booked_at_utc": NOW - timedelta(days=30),
        "booking_status": "confirmed",
        "version": 1,
        "action": "insert",
        "delivery_id": "d0",
        "line_no": 1,
        "snapshot": 1,
    }
    return row | overrides


LINEAGE_TYPES = {"delivery_id": pl.String(), "line_no": pl.Int64(), "snapshot": pl.Int64()}


def bookings(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = {**kind("booking").schema, **LINEAGE_TYPES}
    return pl.DataFrame([booking(**row) for row in rows], schema=schema, orient="row")


def delivery(name: str, **overrides: Any) -> DeliveryRow:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    values: dict[str, Any] = {
        "delivery_id": sha256[:16],
        "sha256": sha256,
        "file_name": f"booking_desk/{name}.csv",
        "size_bytes": len(name),
        "received_at_utc": NOW,
        "status": "loaded",
        "sender_id": "booking_desk",
        "source_id": "bookings",
        "record_kind": "booking",
        "format": "booking_csv",
        "dialect": "csv utf-8 ,",
    }
    return DeliveryRow(**{**values, **overrides})


def batch_of(name: str, rows: int = 8, **overrides: Any) -> Batch:
    """One delivery of ``rows`` bookings in four weeks."""
    row = delivery(name, **{"rows_read": rows, "rows_loaded": rows, **overrides})
    frame = bookings(
        *(
            {
                "booking_no": f"{name}-{i}",
                "departure_on_local": date(2025, 3, 3) + timedelta(weeks=i % 4),
                "delivery_id": row.delivery_id,
                "line_no": i + 1,
            }
            for i in range(rows)
        )
    ).drop("snapshot")
    return Batch(deliveries=[row], received_at_utc=NOW, rows={"booking": frame})


MATCH = {"iso_week": "2025-W10", "service_id": "YIN-ALA", "laden_boxes": 40, "declared_boxes": 38}


def match_mart(*rows: dict[str, Any]) -> dict[str, pl.DataFrame]:
    return {"mart_match_week": pl.DataFrame([MATCH | row for row in rows])}


TRIP: dict[str, Any] = {
    "service_id": "YIN-ALA",
    "train_no": "X9001",
    "direction": "W",
    "container_no": "TEMU1000000",
    "size_type": "45G1",
    "teu_x100": 200,
    "full_empty": "F",
    "cargo_gross_g": 20_500_000,
    "hs_chapter": "87",
    "flow": "EXPORT_DOMESTIC",
    "departure_on_local": date(2025, 3, 3),
    "departed_on_local": date(2025, 3, 3),
    "departed_at_utc": datetime(2025, 3, 3, 9, 11, tzinfo=UTC),
    "departure_week": "2025-W10",
    "line_no": 2,
}


def trip_fact(*rows: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """Container trips as the commit takes them; what a row does not say is null."""
    schema = {stored.column.name: stored.column.dtype for stored in STORED_TRIP}
    made = [
        {**dict.fromkeys(schema), **TRIP, "trip_id": f"t{i}", "delivery_id": "d", **r}
        for i, r in enumerate(rows)
    ]
    return {"fct_container_trip": pl.DataFrame(made, schema=schema, orient="row")}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which database the warehouse of the test is in, and whether its files are in a bucket; set in the environment."""
    name, _, store = str(request.param).partition("+")
    if name == "postgresql":
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", request.getfixturevalue("new_database")())
    if store:
        request.getfixturevalue("s3")
    return name


@pytest.fixture
def own_database(
    database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Gives the test a database of the server to itself, where the warehouse is in one."""
    if database == "sqlite":
        yield
        return
    server, name = request.getfixturevalue("postgresql"), f"own_{os.getpid()}_{next(_NUMBERS)}"
    address = make_url(server).set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", address)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield
        for made in (name, f"{name}_aside"):
            connection.execute(f"DROP DATABASE IF EXISTS {made} WITH (FORCE)".encode())


_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def made_in_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: str) -> MadeHome:
    return MadeHome(tmp_path_factory.mktemp("made") / "postgresql", postgresql)


@pytest.fixture
def warehouse(
    own_home: Path, database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    """A new warehouse, its home put in place ready-made."""
    made: MadeHome = request.getfixturevalue(f"made_in_{database}")
    with made.put(own_home, f"test_{os.getpid()}_made_{next(_NUMBERS)}") as address:
        if address:
            monkeypatch.setenv("CORRIDOR_DATABASE_URL", address)
        with Warehouse.open(own_home) as opened:
            yield opened


def _forget_the_version() -> None:
    for known in (views.content_sha256, setup._model_sha256, dimensions._installed):
        known.cache_clear()


@pytest.fixture
def as_another_version() -> Iterator[Callable[[], None]]:
    """Called once model or views are changed: what a process knows of its own version is looked at anew."""
    yield _forget_the_version
    _forget_the_version()


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The makers of this file, for tests (which cannot import a conftest)."""
    return SimpleNamespace(
        now=NOW,
        booking=booking,
        bookings=bookings,
        delivery=delivery,
        batch=batch_of,
        match_mart=match_mart,
        trip_fact=trip_fact,
        trip_departed_at=TRIP["departed_at_utc"],
    )
