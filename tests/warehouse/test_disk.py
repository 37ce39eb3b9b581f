"""A disk that is full, read-only or broken is told in one line that says what to do, whoever met it."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy.exc import OperationalError

from corridor_etl.errors import DiskFailed, TransientError
from corridor_etl.warehouse import Warehouse, disk
from corridor_etl.warehouse.engine import writing


@pytest.mark.parametrize(
    ("code", "fix"), [(errno.ENOSPC, "Make room"), (errno.EIO, "system's log"), (errno.EROFS, "writable")]
)
def test_an_error_of_the_disk_says_what_to_do(code: int, fix: str) -> None:
    said = f"{os.strerror(code)} at lake/x.*Nothing half done is visible.*{fix}"
    with pytest.raises(DiskFailed, match=said), disk.explained():
        raise OSError(code, os.strerror(code), "lake/x")
    assert issubclass(DiskFailed, TransientError)


@pytest.mark.parametrize("kind", [OSError, pl.exceptions.ComputeError])
def test_what_polars_met_is_told_by_the_number_in_its_text(kind: type[Exception]) -> None:
    with pytest.raises(DiskFailed, match=r"No space left on device.*Make room"), disk.explained():
        raise kind("parquet: underlying IO error: No space left on device (os error 28)")
    with pytest.raises(kind), disk.explained():
        raise kind("No such file or directory (os error 2)")


def test_an_error_that_is_none_of_the_disk_stays_what_it_is() -> None:
    with pytest.raises(FileNotFoundError), disk.explained():
        raise FileNotFoundError(errno.ENOENT, "no such file")


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (sqlite3.SQLITE_FULL, "Make room"),
        (sqlite3.SQLITE_IOERR | 4 << 8, "system's log"),
        (sqlite3.SQLITE_CANTOPEN, "may be written"),
    ],
)
def test_what_sqlite_met_is_told_like_a_file(code: int, fix: str) -> None:
    original = sqlite3.OperationalError("database or disk is full")
    original.sqlite_errorcode = code
    found = disk.of_database(OperationalError("INSERT", None, original))
    assert found is not None
    assert fix in found.message


def test_an_end_of_a_lake_file_that_was_not_written_is_the_disks() -> None:
    with pytest.raises(DiskFailed, match="did not take what was written"), disk.explained():
        raise pl.exceptions.ComputeError(
            "parquet: File out of specification: Invalid thrift: transport error"
        )
    with pytest.raises(pl.exceptions.ComputeError), disk.explained():
        raise pl.exceptions.ComputeError("parquet: File out of specification: Invalid thrift: bad data")


def test_a_database_that_may_not_grow_is_told_and_keeps_what_it_has(own_home: Path) -> None:
    with Warehouse.open(own_home) as warehouse:
        with pytest.raises(DiskFailed, match="database or disk is full"):
            _fill(warehouse)
        assert warehouse.snapshot() == 0


def _fill(warehouse: Warehouse) -> None:
    with writing(warehouse.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(1000000) AS x")
