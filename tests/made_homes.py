"""Homes made once and put in place for each test, because to make one takes a second: SQLite or PostgreSQL, with the lake
in a folder or in a bucket.

What a new home holds is tested where it is made (``test_migrations``, ``test_dimensions``, ``test_lake``).
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text

from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Warehouse, setup
from corridor_etl.warehouse.engine import database_url, open_engine, writing
from corridor_etl.warehouse.lake import Lake
from corridor_etl.warehouse.stores import Store, opened
from corridor_etl.warehouse.stores.local import LocalStore

DATABASE = "warehouse.db"
prepare_anew = setup.prepare
"""What makes a home from nothing, whatever stands in its place now."""


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
            folder = setup.checked_home(home)
            self.store = opened(folder, "lake")
            engine = open_engine(database_url(folder))
            prepare_anew(engine, Lake(self.store), load_settings())
            engine.dispose()

    @contextmanager
    def put(self, home: Path, name: str) -> Iterator[str | None]:
        """Puts a copy at ``home``; gives the address of its database ``name`` where that is not in the home."""
        home.mkdir(parents=True, exist_ok=True)
        store = opened(home, "lake")
        self.put_lake(store)
        if self.server is None:
            shutil.copyfile(self.home / DATABASE, home / DATABASE)
            self.point_to(store, open_engine(database_url(home)))
            yield None
            return
        self._on_server(f"CREATE DATABASE {name} TEMPLATE made")
        address = self._address(name)
        self.point_to(store, open_engine(address.replace("postgresql:", "postgresql+psycopg:")))
        yield address
        self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def put_lake(self, store: Store) -> None:
        """The files of the lake, in which Iceberg writes whole paths."""
        for entry in self.store.listed():
            content = self.store.read(entry.name).replace(self.store.address.encode(), store.address.encode())
            store.put(entry.name, content)

    def point_to(self, store: Store, engine: Engine) -> None:
        """Tells the catalog where the files of the lake are."""
        moved = "UPDATE iceberg_tables SET metadata_location = replace(metadata_location, :old, :new)"
        with writing(engine) as connection:
            connection.execute(text(moved), {"old": self.store.address, "new": store.address})

    def _address(self, database: str) -> str:
        return make_url(str(self.server)).set(database=database).render_as_string(hide_password=False)

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(str(self.server), autocommit=True) as connection:
            connection.execute(statement.encode())


def putting(made: Callable[[], MadeHome]) -> Callable[[Engine, Lake, Settings], None]:
    """What ``Warehouse.open`` may call to prepare a home: where there is none yet, a copy of one is put there first."""
    lock = threading.Lock()

    def prepare(engine: Engine, lake: Lake, settings: Settings) -> None:
        with lock:
            if _is_nothing(engine, lake):
                _put_whole(made(), Path(str(engine.url.database)), lake.store)
        prepare_anew(engine, lake, settings)

    return prepare


def _is_nothing(engine: Engine, lake: Lake) -> bool:
    if engine.dialect.name != "sqlite" or not isinstance(lake.store, LocalStore):
        return False
    database = Path(str(engine.url.database))
    return database.name == DATABASE and not database.exists() and not any(lake.store.listed())


def _put_whole(made: MadeHome, database: Path, store: Store) -> None:
    made.put_lake(store)
    aside = database.with_name(f"{DATABASE}.{os.getpid()}.tmp")
    shutil.copyfile(made.home / DATABASE, aside)
    made.point_to(store, open_engine(f"sqlite:///{aside}"))
    aside.rename(database)


@dataclass(frozen=True)
class KeptHome:
    """A home in a folder, and a copy of it to put it back from: its path is part of what is in it."""

    home: Path
    saved: Path

    @classmethod
    def of(cls, home: Path) -> KeptHome:
        """Keeps the home as it is now."""
        return cls(home, Path(shutil.copytree(home, home.with_name("saved"))))

    def put_back(self) -> None:
        """Makes it again what it was."""
        shutil.rmtree(self.home)
        shutil.copytree(self.saved, self.home)


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
