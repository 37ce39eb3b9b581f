"""Connections last as long as a warehouse is open, and never longer; a child process opens its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, text

from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading, writing


@pytest.fixture
def unopened(own_home: Path) -> Warehouse:
    return Warehouse.open()


@pytest.fixture
def opened(unopened: Warehouse) -> Iterator[list[object]]:
    """Every connection that is opened from now on."""
    seen: list[object] = []

    def see(connection: object, _record: object) -> None:
        seen.append(connection)

    event.listen(unopened.engine, "connect", see)
    yield seen
    event.remove(unopened.engine, "connect", see)


def files_open(warehouse: Warehouse) -> int:
    """How often this process has the database open."""
    links = Path("/proc/self/fd").iterdir()
    return sum(link.is_symlink() and link.readlink().name == "warehouse.db" for link in links)


def test_an_open_warehouse_asks_all_its_questions_by_one_connection(
    unopened: Warehouse, opened: list[object]
) -> None:
    with unopened as warehouse, Warehouse.open() as other:
        for _ in range(3):
            assert warehouse.snapshot() == other.snapshot() == 0
        with other.lease("work"):
            assert warehouse.deliveries().is_empty()
        assert len(opened) == 1
        assert files_open(warehouse) == 1
    assert files_open(unopened) == 0


def test_the_last_holder_closes(unopened: Warehouse) -> None:
    with unopened as warehouse:
        with Warehouse.open() as other:
            assert other.snapshot() == 0
        assert files_open(warehouse) == 1
        warehouse.engine.dispose()
        assert files_open(warehouse) == 0
        assert warehouse.snapshot() == 0
        assert files_open(warehouse) == 1
    assert files_open(unopened) == 0


def test_without_a_holder_no_connection_outlives_its_use(unopened: Warehouse, opened: list[object]) -> None:
    for _ in range(3):
        assert unopened.snapshot() == 0
        assert files_open(unopened) == 0
    assert len(opened) == 3


def test_uses_at_the_same_time_have_connections_of_their_own(
    unopened: Warehouse, opened: list[object]
) -> None:
    with unopened as warehouse:
        with reading(warehouse.engine) as one, reading(warehouse.engine) as two:
            assert one.scalar(text("SELECT 1")) == two.scalar(text("SELECT 1"))
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: warehouse.snapshot(), range(40))) == {0}
        assert 2 <= len(opened) <= 5
    assert files_open(unopened) == 0


def test_nothing_of_a_use_that_failed_is_left_in_a_kept_connection(unopened: Warehouse) -> None:
    def half_done() -> None:
        with writing(unopened.engine) as connection:
            connection.execute(text("CREATE TABLE half_done (n INTEGER)"))
            raise LookupError

    with unopened as warehouse:
        with pytest.raises(LookupError):
            half_done()
        with writing(warehouse.engine) as connection:  # the lock is free, and the table is not there
            assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'half_done'")) == 0


def test_a_child_opens_its_own(unopened: Warehouse) -> None:
    with unopened as warehouse:
        assert warehouse.snapshot() == 0
        inherited, out = os.pipe()
        child = os.fork()
        if child == 0:
            warehouse.snapshot()
            os.write(out, str(files_open(warehouse)).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(inherited, 20) == b"2"  # the one it may not even close, and its own
        assert warehouse.snapshot() == 0
        assert files_open(warehouse) == 1
