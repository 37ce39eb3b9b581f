"""Rows loaded in bulk come back as they went in, whatever is in them, and belong to the caller's transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, MetaData, Table, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from corridor_etl.errors import SettingsError, WarehouseBusy
from corridor_etl.warehouse import Warehouse, bulk
from corridor_etl.warehouse.columns import count, day, flag, instant, serial, text
from corridor_etl.warehouse.engine import database_url, open_engine, reading, writing
from corridor_etl.warehouse.frames import fetched, insert, schema_of
from tests.examples import few

SAMPLE = Table(
    "bulk_sample",
    MetaData(),
    serial("row_no", "number"),
    text("name", "any text", nullable=True),
    count("rows", "a count", nullable=True),
    instant("seen_at_utc", "an instant", nullable=True),
    day("on_local", "a day", nullable=True),
    flag("is_done", "yes or no"),
)
GIVEN = [c for c in SAMPLE.columns if c.name != "row_no"]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
awkward = st.sampled_from(["", "\\N", '"', '""', ",", "\n", "\r\n", "'", "\\", "NULL", "=1+1", "宁波"])
instants = st.datetimes(datetime.min.replace(year=1900), timezones=st.just(UTC))  # noqa: DTZ901
rows = st.tuples(
    st.none() | texts | awkward,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | instants,
    st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    st.booleans(),
)


def frame_of(given: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(given, schema=schema_of(GIVEN), orient="row")


@given(given=st.lists(rows, min_size=1, max_size=8))
@few(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_loaded_comes_back(warehouse: Warehouse, given: list[tuple[object, ...]]) -> None:
    frame = frame_of(given)
    with writing(warehouse.engine) as connection:
        SAMPLE.drop(connection, checkfirst=True)
        SAMPLE.create(connection)
        insert(connection, SAMPLE, frame)
        assert fetched(connection, select(*GIVEN).order_by(SAMPLE.c.row_no)).equals(frame)
        at_once = bulk.unload(connection, SAMPLE, schema_of(SAMPLE.columns))
        assert at_once.sort("row_no").drop("row_no").equals(frame)


def test_both_ways_of_writing_store_the_same(warehouse: Warehouse) -> None:
    row = ("x", 1, datetime(2025, 6, 1, 1, 2, 3, 4, tzinfo=UTC), date(2025, 6, 1), True)
    with writing(warehouse.engine) as connection:
        SAMPLE.create(connection)
        insert(connection, SAMPLE, frame_of([row]))
        connection.execute(SAMPLE.insert().values(dict(zip((c.name for c in GIVEN), row, strict=True))))
        same = [c for c in GIVEN if c.name != "row_no"]
        assert len(set(connection.execute(select(*same).distinct()).all())) == 1


def test_what_is_loaded_is_undone_with_its_transaction(warehouse: Warehouse) -> None:
    with writing(warehouse.engine) as connection:
        SAMPLE.create(connection)
    with writing(warehouse.engine) as connection:
        insert(connection, SAMPLE, frame_of([("x", 1, None, None, True)]))
        connection.rollback()
    with reading(warehouse.engine) as connection:
        assert fetched(connection, select(SAMPLE)).is_empty()


def test_a_row_the_table_refuses_is_an_error(warehouse: Warehouse) -> None:
    empty = pl.DataFrame({"is_done": pl.Series([None], dtype=pl.Boolean)})
    with writing(warehouse.engine) as connection:
        SAMPLE.create(connection)
    with writing(warehouse.engine) as connection, pytest.raises(IntegrityError):
        insert(connection, SAMPLE, empty)


def test_constants_are_the_same_in_every_row(warehouse: Warehouse) -> None:
    frame = pl.DataFrame({"name": ["a", None]})
    with writing(warehouse.engine) as connection:
        SAMPLE.create(connection)
        insert(
            connection, SAMPLE, frame, is_done=True, rows=None, seen_at_utc=datetime(2025, 1, 1, tzinfo=UTC)
        )
        found = fetched(connection, select(SAMPLE))
    assert found["is_done"].all()
    assert found["rows"].null_count() == found["seen_at_utc"].n_unique() + 1 == 2


@pytest.mark.parametrize("url", ["mysql://h/d", "duckdb:///x.db", "warehouse.db"])
def test_another_database_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, own_home: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", url)
    with pytest.raises(SettingsError, match=r"sqlite:/// or postgresql://"):
        database_url(own_home)  # type: ignore[arg-type]


def test_a_database_that_is_not_there_is_a_passing_trouble() -> None:
    nobody = open_engine("postgresql+psycopg://127.0.0.1:9/none")
    with pytest.raises(WarehouseBusy), reading(nobody):
        pass


def _cut(engine: Engine, connection: Connection) -> None:
    mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")
    connection.exec_driver_sql("SELECT 1")


def test_a_connection_cut_in_the_middle_is_a_passing_trouble(postgresql: str) -> None:
    engine = open_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(WarehouseBusy), writing(engine) as connection:
        _cut(engine, connection)


def test_an_error_of_our_own_making_stays_what_it_is(postgresql: str) -> None:
    engine = open_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(DBAPIError), reading(engine) as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
