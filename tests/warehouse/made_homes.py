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
