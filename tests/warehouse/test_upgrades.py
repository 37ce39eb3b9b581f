"""A warehouse of every earlier version, with rows in it, becomes one of this version: every row is there still, and work
goes on. An upgrade that is killed leaves the old schema; a newer schema is refused."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import inspect, text

from corridor_etl.errors import SettingsError
from corridor_etl.jobs.health import problems
from corridor_etl.warehouse import Warehouse, migrations
from corridor_etl.warehouse.engine import database_url, open_engine, reading, writing
from tests.killed import forks
from tests.made_homes import undone
from tests.warehouse import released_rows
from tests.warehouse.released_rows import Rows, downgraded, filled, revisions, stored, stored_by, walked

REVISIONS = revisions()
OPENED = {*REVISIONS[::9], REVISIONS[-1]}
"""Revisions whose warehouse is opened and worked with on SQLite; the oldest, the newest and some between."""
OPENED_ON_SERVER = {REVISIONS[0], REVISIONS[-2]}
"""On PostgreSQL, by ``make test``: the first upgrade of all, and the last one alone."""
KILLED_AT = (3, 12, 30)
"""Statements of the upgrade from OLD, and 0 for its commit."""
OLD = "0007_issues"
RENAMED = {"discrepancy": {"last_seen_at_utc": "changed_at_utc"}}
"""Columns that got another name since they came."""


@pytest.fixture
def old(own_home: Path, database: str, own_database: None) -> Iterator[Warehouse]:
    """An empty database of each kind, which nobody has prepared."""
    own_home.mkdir()
    with Warehouse(own_home, open_engine(database_url(own_home))) as unprepared:
        yield unprepared


@pytest.fixture
def loaded(make: SimpleNamespace) -> object:
    """The rows of delivery 1 as they lie in the lake."""
    delivery_id = released_rows.sample_rows(REVISIONS[0])["delivery"][0]["delivery_id"]
    rows = ({"booking_no": f"B{i}", "delivery_id": delivery_id, "line_no": i} for i in range(5, 8))
    return make.bookings(*rows).drop("snapshot")


def kept(after: Rows, before: Rows) -> Rows:
    """What is there after, in the tables and columns that were there before."""
    columns = {name: set(rows[0]) for name, rows in before.items() if rows}
    return {
        name: [
            {c: v for c, v in _named_as(columns[name], name, row) if c in columns[name]}
            for row in after.get(name, [])
        ]
        for name in columns
    }


def _named_as(columns: set[str], table: str, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The cells of a row under the names they had when these were the columns."""
    yield from row.items()
    for old, new in RENAMED.get(table, {}).items():
        if old in columns and new in row:
            yield old, row[new]


def assert_kept(after: Rows, before: Rows) -> None:
    """Every row and value of before, and no row more, whatever columns came to it.

    Dimensions hold nothing of their own, and stamps only say what they were filled from: opening fills them anew.
    """
    own = {name: rows for name, rows in before.items() if rows and not name.startswith(("dim_", "stamp"))}
    assert kept(after, own) == own


@pytest.mark.parametrize(
    ("database", "opened"),
    [
        ("sqlite", OPENED),
        ("postgresql", OPENED_ON_SERVER),
        pytest.param("sqlite", {*REVISIONS} - OPENED, marks=pytest.mark.long),
        pytest.param("postgresql", {*REVISIONS} - OPENED_ON_SERVER, marks=pytest.mark.long),
    ],
    ids=["sqlite-some", "postgresql-some", "sqlite-others", "postgresql-others"],
    indirect=["database"],
)
def test_a_warehouse_of_every_revision_keeps_its_rows_and_goes_on(
    old: Warehouse, loaded: object, make: SimpleNamespace, opened: set[str]
) -> None:
    for revision in walked(old, loaded):
        if revision in opened:
            with undone(old):
                assert_upgrade_keeps_rows(old)
                assert_goes_on(old, make, revision)
    assert_the_samples_leave_no_table_and_no_column_empty(old)
    assert_one_step_back_and_forth_keeps_the_rows(old)


def assert_upgrade_keeps_rows(old: Warehouse) -> None:
    """By itself, before the opening of a warehouse adds what belongs there."""
    before = stored(old)
    with reading(old.engine) as connection:
        migrations.upgrade(connection)
        assert migrations.is_current(connection)
        assert_kept(stored_by(connection), before)
        connection.rollback()


def assert_goes_on(old: Warehouse, make: SimpleNamespace, revision: str) -> None:
    before = stored(old)
    with Warehouse.open(old.home) as warehouse:
        assert_kept(stored(warehouse), before)
        last = len(before["batch"])
        assert warehouse.publish(make.batch("new"), make.match_mart({}), base=last) == last + 1
        has_lake = REVISIONS.index(revision) >= REVISIONS.index(released_rows.LAKE)
        assert warehouse.rows("booking").height == 8 + 3 * has_lake
        rows = warehouse.deliveries().select("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
        assert all(read == one + two + three for read, one, two, three in rows.iter_rows())
        warehouse.archive.put(b"new")
        if has_lake:
            assert problems(warehouse) == []


def assert_the_samples_leave_no_table_and_no_column_empty(old: Warehouse) -> None:
    assert {p.stem for p in released_rows.FOLDER.glob("*.toml")} == set(REVISIONS)
    for name, rows in stored(old).items():
        assert rows, f"no sample has a row of {name}"
        empty = [c for c in rows[0] if all(row[c] is None for row in rows)]
        assert empty == [], f"no sample has a value of {name}: {', '.join(empty)}"


def assert_one_step_back_and_forth_keeps_the_rows(old: Warehouse) -> None:
    at_head = stored(old)
    with writing(old.engine) as connection:
        downgraded(connection, "-1")
    stepped_back = stored(old)
    assert_kept(kept(at_head, stepped_back), stepped_back)
    with writing(old.engine) as connection:
        migrations.upgrade(connection)
    assert_kept(stored(old), stepped_back)
    with Warehouse.open(old.home) as warehouse:
        assert problems(warehouse) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from corridor_etl.warehouse import Warehouse, migrations
from corridor_etl.warehouse.engine import database_url, open_engine, writing

def work(point):
    engine, done = open_engine(database_url(Path(sys.argv[1]))), 0

    def count(*_):
        nonlocal done
        done += 1
        if done == int(point):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    with writing(engine) as connection:
        migrations.upgrade(connection)
        print(done, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def schema(warehouse: Warehouse) -> dict[str, list[str]]:
    with reading(warehouse.engine) as connection:
        seen = inspect(connection)
        return {n: sorted(c["name"] for c in seen.get_columns(n)) for n in seen.get_table_names()}


def test_an_upgrade_killed_anywhere_leaves_the_old_schema_and_its_rows(
    old: Warehouse, loaded: object
) -> None:
    filled(old, OLD, loaded)
    tables, rows = schema(old), stored(old)
    with forks(KILLED, old.home) as upgrading:
        for point in (*KILLED_AT, 0):
            run = upgrading.at(point)
            assert run.code == -signal.SIGKILL, run.said
            assert bool(run.said) == (point == 0), f"the upgrade has fewer than {point} statements"
            assert schema(old) == tables
            assert stored(old) == rows
    with Warehouse.open(old.home) as warehouse:
        assert warehouse.snapshot() == 2
        assert problems(warehouse) == []


def test_a_warehouse_of_a_newer_version_is_refused_and_left_alone(old: Warehouse) -> None:
    with Warehouse.open(old.home):
        pass
    with writing(old.engine) as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999_later'"))
    with pytest.raises(
        SettingsError, match=f"revision 9999_later; expected {migrations.HEAD} or older"
    ) as told:
        Warehouse.open(old.home)
    assert told.value.exit_code == 3
    with reading(old.engine) as connection:
        assert connection.scalar(text(f"SELECT version_num FROM {migrations.VERSION_TABLE}")) == "9999_later"
