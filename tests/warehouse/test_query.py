"""A query of a person is answered, whatever it says changes nothing, and a role that may read can do only that."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import database_url, writing
from corridor_etl.warehouse.grants import grant_read
from corridor_etl.warehouse.query import ask
from corridor_etl.warehouse.schema import METADATA
from corridor_etl.warehouse.views import VIEWS


def url(warehouse: Warehouse) -> str:
    return database_url(warehouse.home)


def test_a_query_is_answered_up_to_its_limit(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), make.match_mart({}), base=0)
    answer = ask(url(warehouse), "SELECT rows_loaded AS n, file_name FROM v_balance;", limit=5)
    assert (answer.columns, answer.rows, answer.has_more) == (
        ("n", "file_name"),
        [(8, "booking_desk/a.csv")],
        False,
    )
    counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i FROM n ORDER BY i"
    answer = ask(url(warehouse), f"-- counts\n{counted} -- to fifty", limit=3)
    assert (answer.rows, answer.has_more) == ([(1,), (2,), (3,)], True)
    for broken in ("SELECT * FROM nothing_here", "selec 1", "SELECT 'open", "", "  ;"):
        with pytest.raises(UsageError) as refused:
            ask(url(warehouse), broken, limit=1)
        assert "\n" not in refused.value.message
    with pytest.raises(UsageError, match="at least one row"):
        ask(url(warehouse), "SELECT 1", limit=0)


WRITES = {
    "sqlite": (
        "INSERT INTO stamp VALUES ('x', 'y')",
        "WITH x AS (SELECT 1) DELETE FROM stamp",
        "UPDATE stamp SET content_sha256 = '' RETURNING *",
        "DROP VIEW v_balance",
        "CREATE TEMP TABLE x (y)",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 7",
        "SELECT * FROM pragma_user_version; PRAGMA user_version = 7",
        "ATTACH 'FILE' AS other",
        "ATTACH 'file:FILE?mode=rwc' AS other",
        "VACUUM INTO 'FILE'",
        "VACUUM",
        "SELECT load_extension('FILE')",
        "BEGIN IMMEDIATE",
        "SELECT 1; DELETE FROM stamp",
    ),
    "postgresql": (
        "INSERT INTO stamp VALUES ('x', 'y')",
        "WITH gone AS (DELETE FROM stamp RETURNING *) SELECT * FROM gone",
        "DROP VIEW v_balance",
        "COPY (SELECT 1) TO PROGRAM 'cat > FILE'",
        "COPY (SELECT 1) TO 'FILE'",
        "SELECT 1; COMMIT; DELETE FROM stamp",
        "SELECT 1; DELETE FROM stamp",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT query_to_xml('DELETE FROM stamp', true, true, '')",
        "SELECT nextval('quarantine_quarantine_id_seq')",
        "SET TRANSACTION READ WRITE",
        "DO $$ BEGIN DELETE FROM stamp; END $$",
        "SELECT 1 INTO other_table",
        "SELECT * FROM stamp FOR UPDATE",
        "SELECT lo_create(77)",
    ),
}


def test_no_query_changes_anything(warehouse: Warehouse, database: str, tmp_path: Path) -> None:
    state = "SELECT name, content_sha256 FROM stamp ORDER BY name"
    before = ask(url(warehouse), state, limit=9)
    written = tmp_path / "written"
    for write in WRITES[database]:
        with pytest.raises(UsageError):
            ask(url(warehouse), write.replace("FILE", str(written)), limit=1)
        assert not written.exists(), write
    assert ask(url(warehouse), state, limit=9) == before
    assert ask(url(warehouse), "SELECT count(*) FROM v_balance", limit=1).rows == [(0,)]


def test_a_query_that_takes_too_long_is_stopped(warehouse: Warehouse, database: str) -> None:
    endless = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(60)",
    }
    with pytest.raises(UsageError, match=r"longer than 0\.5 s"):
        ask(url(warehouse), endless[database], limit=1, timeout_seconds=0.5)


def test_a_warehouse_that_is_not_there_is_not_made(own_home: Path) -> None:
    with pytest.raises(UsageError, match="corridor db upgrade"):
        ask(f"sqlite:///{own_home / 'warehouse.db'}", "SELECT 1", limit=1)
    assert not own_home.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_says_what_to_do_instead_of_granting(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="mode=ro"):
        grant_read(warehouse.engine, "analyst")
    read_only = sqlite3.connect(f"{(warehouse.home / 'warehouse.db').as_uri()}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        read_only.execute("DELETE FROM stamp")
    read_only.close()


def _as_reader(warehouse: Warehouse, role: str, password: str = "") -> psycopg.Connection[Any]:
    address = make_url(url(warehouse)).set(drivername="postgresql", username=role, password=password or None)
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_role_may_read_everything_also_later_and_write_nothing(
    warehouse: Warehouse, own_home: Path, make: SimpleNamespace
) -> None:
    role = f"Reader_{make_url(url(warehouse)).database}"  # roles belong to the server, not to a database
    with pytest.raises(UsageError, match="CORRIDOR_READER_PASSWORD"):
        grant_read(warehouse.engine, role)
    assert grant_read(warehouse.engine, role, create_with_password="it's-secret") is True
    assert grant_read(warehouse.engine, role) is False
    with _as_reader(warehouse, role, "it's-secret") as reader:
        for name in (*METADATA.tables, *VIEWS):
            reader.execute(f"SELECT * FROM {name} LIMIT 1".encode())
        reader.execute("SET default_transaction_read_only = off")
        for write in ("DELETE FROM stamp", "INSERT INTO lease VALUES ('a', 'b', 1, now())", "CREATE TABLE mine (n int)",
                      "DROP VIEW v_balance", "TRUNCATE delivery"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(write.encode())
    with writing(warehouse.engine) as connection:
        connection.execute(text("DELETE FROM stamp WHERE name = 'views'"))
        connection.execute(text("CREATE TABLE later (n int)"))
    with Warehouse.open(own_home), _as_reader(warehouse, role) as reader:
        reader.execute("SELECT * FROM later, v_balance_total")
    with pytest.raises(UsageError, match="no name of a role"):
        grant_read(warehouse.engine, 'x"; DROP TABLE stamp; --')
    with pytest.raises(TerminalError, match="may write"):
        grant_read(warehouse.engine, "postgres")
