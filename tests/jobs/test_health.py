"""A sound warehouse has no problems; a changed file, a lost row or a broken balance is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Warehouse

SAMPLES = checkout() / "tests" / "samples"


@pytest.fixture
def ingested(own_home: Path) -> Path:
    ingest([SAMPLES / "codeco.edi", SAMPLES / "booking_csv.csv"])
    return own_home


def found() -> list[str]:
    with Warehouse.open() as warehouse:
        return problems(warehouse)


@pytest.mark.usefixtures("ingested")
def test_a_sound_warehouse_has_no_problems() -> None:
    assert found() == []


def test_a_changed_archive_file_is_named(ingested: Path) -> None:
    path = sorted((ingested / "archive").iterdir())[0]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")
    (problem,) = found()
    assert path.name in problem
    assert "has changed" in problem


def test_a_missing_archive_file_is_named(ingested: Path) -> None:
    path = sorted((ingested / "archive").iterdir())[0]
    path.unlink()
    (problem,) = found()
    assert path.name in problem


def test_a_changed_or_missing_data_file_is_named(ingested: Path) -> None:
    path = sorted((ingested / "lake" / "booking" / "data").rglob("*.parquet"))[0]
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b" ")
    (problem,) = found()
    assert path.name in problem
    assert "has changed" in problem
    path.unlink()
    (problem,) = found()
    assert path.name in problem
    assert "is missing" in problem


@pytest.mark.usefixtures("ingested")
def test_rows_that_the_ledger_does_not_know_are_counted() -> None:
    with Warehouse.open() as warehouse, warehouse.engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(
            text("UPDATE delivery SET rows_loaded = rows_loaded + 1 WHERE record_kind = 'booking'")
        )
    balance, lake = found()
    assert "booking_csv.csv) does not balance" in balance
    assert "rows of booking" in lake


@pytest.mark.usefixtures("ingested")
def test_a_row_that_left_the_quarantine_without_the_ledger_is_named(ingested: Path) -> None:
    path = ingested / "inbox" / "booking_desk" / "bad.csv"
    path.parent.mkdir(parents=True)
    text_of_bookings = (SAMPLES / "booking_csv.csv").read_text(encoding="utf-8")
    path.write_text(text_of_bookings.replace("YIN-ALA", "NO-SUCH"), encoding="utf-8")
    ingest([path])
    assert found() == []
    with Warehouse.open() as warehouse, warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE quarantine SET state = 'replayed' WHERE quarantine_id = 1"))
    (problem,) = found()
    assert "keeps 2 rows of booking_desk/bad.csv, the ledger says 3" in problem
