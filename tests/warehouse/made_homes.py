"""Homes made once and put in place for each test, because to make one takes a second: SQLite or PostgreSQL, in folders.

What a new home holds is tested where it is made (``test_migrations``, ``test_dimensions``, ``test_lake``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import database_url, open_engine, writing


class MadeHome:
    """A home that was opened once; in PostgreSQL its database is a template for those of the tests."""

    def __init__(self, home: Path, server: str | None) -> None:
        self.home = home
        self.server = server
        with pytest.MonkeyPatch.context() as environment:
            for name in ("CORRIDOR_DATABASE_URL", "CORRIDOR_STORE_URL", "CORRIDOR_CONFIG", "CORRIDOR_NOW"):
                environment.delenv(name, raising=False)
            if server:
                self._on_server("CREATE DATABASE made")
                environment.setenv("CORRIDOR_DATABASE_URL", self._address("made"))
            Warehouse.open(home).__exit__()

    @contextmanager
    def put(self, home: Path, name: str) -> Iterator[str | None]:
        """Puts a copy at ``home``; gives the address of its database ``name`` where that is not in the home."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        # Iceberg writes whole paths.
        for metadata in (home / "lake").rglob("*.metadata.json"):
            metadata.write_text(metadata.read_text().replace(str(self.home), str(home)))
        if self.server:
            self._on_server(f"CREATE DATABASE {name} TEMPLATE made")
        address = self._address(name) if self.server else None
        self._point_to(home, address)
        yield address
        if self.server:
            self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def _point_to(self, home: Path, address: str | None) -> None:
        engine = open_engine(
            address.replace("postgresql:", "postgresql+psycopg:") if address else database_url(home)
        )
        moved = "UPDATE iceberg_tables SET metadata_location = replace(metadata_location, :old, :new)"
        with writing(engine) as connection:
            connection.execute(text(moved), {"old": str(self.home), "new": str(home)})

    def _address(self, database: str) -> str:
        return make_url(str(self.server)).set(database=database).render_as_string(hide_password=False)

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(str(self.server), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def undone(warehouse: Warehouse) -> Iterator[None]:
    """Puts home and database back as they were before the block; a database of a server must be the test's own."""
    home, aside, engine = warehouse.home, warehouse.home.with_name("aside"), warehouse.engine
    engine.dispose()
    shutil.copytree(home, aside)
    database = str(engine.url.database)
    if is_server := engine.dialect.name == "postgresql":
        server = engine.url.set(database="postgres", drivername="postgresql").render_as_string(False)
        _copy(server, database, f"{database}_aside")
    yield
    engine.dispose()
    shutil.rmtree(home)
    aside.rename(home)
    if is_server:
        _copy(server, f"{database}_aside", database)


def _copy(server: str, source: str, target: str) -> None:
    """Makes database ``target`` anew, like ``source``, which nobody may be connected to."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}".encode())
