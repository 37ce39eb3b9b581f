"""The data files are listed with what they hold, and an engine that is not ours finds the same totals in them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow.fs import S3FileSystem
from typer.testing import CliRunner

from corridor_etl.cli.app import app
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.attaching import duckdb_view
from corridor_etl.warehouse.stores.bucket import bucket_of
from tests.warehouse.places import everywhere


@pytest.fixture
def published(warehouse: Warehouse, make: SimpleNamespace) -> Warehouse:
    for base, name in enumerate("abc"):
        warehouse.publish(make.batch(name), {}, base=base)
    return warehouse


class ThroughArrow(ArrowFSWrapper):
    protocol = "s3"


@pytest.fixture
def other_engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB; it reaches a bucket through Arrow, because its own extension for that has to be downloaded."""
    with duckdb.connect() as connection:
        if (bucket := bucket_of()) is not None:
            files = S3FileSystem(
                access_key=bucket.access_key_id,
                secret_key=bucket.secret_access_key,
                region=bucket.region,
                endpoint_override=bucket.endpoint,
            )
            connection.register_filesystem(ThroughArrow(files))
        yield connection


@everywhere
def test_each_file_is_told_with_week_rows_snapshots_and_checksum(published: Warehouse) -> None:
    files = published.lake_file_facts("booking")
    assert files.height == 12, "three batches of four weeks"
    assert files["rows"].sum() == published.rows("booking").height
    assert sorted(set(files["iso_week"])) == ["2025-W10", "2025-W11", "2025-W12", "2025-W13"]
    assert sorted(zip(files["first_snapshot"], files["last_snapshot"], strict=True)) == sorted(
        4 * [(1, 1), (2, 2), (3, 3)]
    )
    store = published.lake.store
    for row in files.iter_rows(named=True):
        content = store.read(row["path"].partition("/lake/")[2])
        assert len(content) == row["size_bytes"]
        assert f"sha256:{hashlib.sha256(content).hexdigest()}".startswith(row["checksum"])
        assert len(row["checksum"]) == len("sha256:") + 32


@everywhere
def test_the_printed_statement_shows_duckdb_the_same_totals(
    published: Warehouse, other_engine: duckdb.DuckDBPyConnection
) -> None:
    ours = published.rows("booking")
    other_engine.execute(duckdb_view("booking", published.lake_file_facts("booking")["path"].to_list()))
    found = other_engine.execute(
        "SELECT iso_week, count(*), sum(teu), sum(containers), max(booked_at_utc), max(snapshot) "
        "FROM booking GROUP BY iso_week ORDER BY iso_week"
    ).fetchall()
    assert sum(row[1] for row in found) == ours.height == 24
    assert sum(row[2] for row in found) == ours["teu"].sum() == Decimal("48.00")
    assert sum(row[3] for row in found) == ours["containers"].sum()
    assert max(row[4] for row in found) == ours["booked_at_utc"].max()
    assert max(row[5] for row in found) == 3


def test_one_week_can_be_told_alone(published: Warehouse) -> None:
    files = published.lake_file_facts("booking", week="2025-W11")
    assert (files.height, set(files["iso_week"])) == (3, {"2025-W11"})
    assert published.lake_file_facts("booking", week="2031-W01").height == 0


def test_nothing_to_attach_is_said(published: Warehouse) -> None:
    with pytest.raises(UsageError, match="no rows of train"):
        duckdb_view("train", [])


@pytest.mark.usefixtures("made_anew")
def test_any_folder_can_be_attached(
    make: SimpleNamespace, other_engine: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with Warehouse.open(tmp_path / "it's [a] * home") as warehouse:
        warehouse.publish(make.batch("a"), {}, base=0)
        other_engine.execute(duckdb_view("booking", warehouse.lake_files("booking")))
    assert other_engine.execute("SELECT count(*) FROM booking").fetchone() == (8,)


CORRIDOR = Path(sys.executable).with_name("corridor")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CORRIDOR, *arguments], check=False, capture_output=True, text=True)


def said(*arguments: str) -> str:
    """What a command says that does not fail, in this process."""
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("database", ["sqlite+s3"], indirect=True)
@pytest.mark.usefixtures("published")
def test_the_command_line_lists_attaches_and_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = json.loads(said("lake", "files", "--kind", "booking", "--week", "2025-W10", "--json"))
    assert [row["rows"] for row in listed] == [2, 2, 2]
    attached = said("lake", "files", "--kind", "booking", "--week", "2025-W10", "--attach")
    assert attached.startswith("CREATE OR REPLACE VIEW booking AS")
    assert all(row["path"] in attached for row in listed)
    assert said("lake", "sweep") == "nothing to sweep\n"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    failed = run("lake", "files", "--kind", "booking")
    assert (failed.returncode, "Try again" in failed.stderr) == (4, True), failed.stderr
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in failed.stderr
