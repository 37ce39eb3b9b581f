"""The lake is plain Iceberg to others, stays affordable over many commits, and follows the model."""

from __future__ import annotations

import os
import shutil
import time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from corridor_etl.errors import SettingsError, TerminalError
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Warehouse, iceberg
from corridor_etl.warehouse.engine import database_url, reading, writing
from corridor_etl.warehouse.lake import stored_schema
from tests.warehouse.places import everywhere

in_a_folder = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def outside_catalog(warehouse: Warehouse) -> SqlCatalog:
    """What another program opens: the address of the database, the name of the catalog, and its keys to the store."""
    keys = {
        "s3.endpoint": "AWS_ENDPOINT_URL",
        "s3.region": "AWS_REGION",
        "s3.access-key-id": "AWS_ACCESS_KEY_ID",
        "s3.secret-access-key": "AWS_SECRET_ACCESS_KEY",
    }
    held = {name: os.environ[key] for name, key in keys.items() if key in os.environ}
    return SqlCatalog("corridor", uri=database_url(warehouse.home), **held)


@everywhere
def test_other_programs_read_the_same_rows(warehouse: Warehouse, make: SimpleNamespace) -> None:
    for base, name in enumerate("abc"):
        warehouse.publish(make.batch(name), {}, base=base)
    ours = warehouse.rows("booking")
    catalog = outside_catalog(warehouse)
    theirs = pl.DataFrame(catalog.load_table("lake.booking").scan().to_arrow()).select(ours.columns)
    assert theirs.sort(ours.columns).equals(ours.sort(ours.columns))
    by_path = pl.read_parquet(
        warehouse.lake_files("booking"), hive_partitioning=False, storage_options=warehouse.lake.store.polars
    )
    assert by_path["teu"].sum() == ours["teu"].sum() == Decimal("48.00")
    catalog.close()


@everywhere
def test_a_week_is_found_by_its_partition(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    catalog = outside_catalog(warehouse)
    tasks = list(catalog.load_table("lake.booking").scan(row_filter="iso_week = '2025-W11'").plan_files())
    assert [t.file.record_count for t in tasks] == [2]
    catalog.close()


def test_every_kind_has_a_table_with_its_types_and_meanings(warehouse: Warehouse) -> None:
    catalog = outside_catalog(warehouse)
    for name, kind in KINDS.items():
        assert warehouse.rows(name).schema == stored_schema(kind), name
        fields = catalog.load_table(f"lake.{name}").schema().fields
        assert [f.name for f in fields] == list(stored_schema(kind)), name
        assert all(f.doc for f in fields), name
    catalog.close()


@everywhere
def test_a_column_the_model_has_gained_is_added_and_null_in_old_rows(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    with writing(warehouse.engine) as connection:
        catalog = iceberg.catalog(connection, warehouse.lake.store)
        with iceberg.load(catalog, "booking").update_schema() as update:
            update.delete_column("teu")
    with writing(warehouse.engine) as connection:
        warehouse.lake.ensure(connection)
    with reading(warehouse.engine) as connection:
        table = iceberg.load(iceberg.catalog(connection, warehouse.lake.store), "booking")
        assert "teu" in table.schema().column_names


@everywhere
def test_snapshots_are_expired_and_a_commit_stays_cheap(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iceberg, "MAX_SNAPSHOTS", 6)
    monkeypatch.setattr(iceberg, "KEPT_SNAPSHOTS", 3)
    seconds = []
    for base in range(15):
        started = time.process_time()
        warehouse.publish(make.batch(f"n{base}", rows=4), {}, base=base)
        seconds.append(time.process_time() - started)
    with reading(warehouse.engine) as connection:
        table = iceberg.load(iceberg.catalog(connection, warehouse.lake.store), "booking")
        assert len(table.metadata.snapshots) <= 7
    assert warehouse.rows("booking").height == 60
    assert sorted(seconds)[7] < 2, "processor seconds of the median publish of four rows"


@everywhere
def test_nothing_aside_is_left_in_the_lake(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    assert not list(Path(warehouse.home).rglob("*.tmp"))
    store = warehouse.lake.store
    kept = {warehouse.lake.address(entry.name) for entry in store.listed("booking/data")}
    assert set(warehouse.lake_files("booking")) == kept
    assert not list(store.spool.glob("*"))


@pytest.mark.usefixtures("made_anew")
@pytest.mark.parametrize("folder", ["with blank", "宁波", "100%25"])
def test_a_home_folder_may_have_any_name_that_can_be_addressed(
    tmp_path: Path, make: SimpleNamespace, folder: str
) -> None:
    with Warehouse.open(tmp_path / folder) as warehouse:
        warehouse.publish(make.batch("a"), {}, base=0)
        assert warehouse.rows("booking").height == 8


@pytest.mark.parametrize("folder", ["lot#1", "which?"])
def test_a_home_folder_that_cannot_be_addressed_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SettingsError, match="CORRIDOR_HOME"):
        Warehouse.open(tmp_path / folder)
    assert not (tmp_path / folder).exists()


@in_a_folder
def test_a_moved_home_folder_is_explained(
    warehouse: Warehouse, make: SimpleNamespace, tmp_path: Path
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    moved = warehouse.home.rename(tmp_path / "moved")
    with Warehouse.open(moved) as elsewhere, pytest.raises(TerminalError, match="Move the folder back"):
        elsewhere.rows("booking")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copied_home_folder_never_writes_into_the_original(
    warehouse: Warehouse, make: SimpleNamespace, tmp_path: Path
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    before = {e.name for e in warehouse.lake.store.listed()}
    copy = shutil.copytree(warehouse.home, tmp_path / "copy")
    with Warehouse.open(copy) as elsewhere:
        with pytest.raises(TerminalError, match=r"the lake refers to .* set CORRIDOR_STORE_URL"):
            elsewhere.rows("booking")
        with pytest.raises(TerminalError, match="the lake refers to"):
            elsewhere.publish(make.batch("b"), {}, base=1)
    assert {e.name for e in warehouse.lake.store.listed()} == before
