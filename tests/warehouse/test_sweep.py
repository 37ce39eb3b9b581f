"""The sweep takes what nothing refers to and is old, and nothing that a commit may still refer to."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Warehouse, durable, iceberg
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.sweep import Orphan
from tests.warehouse.places import everywhere

pytestmark = everywhere


def swept(
    warehouse: Warehouse, *, is_dry_run: bool = False, with_archive: bool = False, hours: int = 24
) -> list[Orphan]:
    return warehouse.sweep(
        older_than=timedelta(hours=hours), is_dry_run=is_dry_run, with_archive=with_archive
    )


@pytest.fixture
def two_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", (now_utc() + timedelta(days=2)).isoformat())


def names(warehouse: Warehouse) -> set[str]:
    return {entry.name for entry in warehouse.lake.store.listed()}


def roll_back(warehouse: Warehouse, make: SimpleNamespace) -> None:
    """Stages and registers a batch in a transaction that is never committed: data files and metadata are left."""
    staged = warehouse.lake.stage(make.batch("lost").rows, 2)

    def crash() -> None:
        with writing(warehouse.engine) as connection:
            warehouse.lake.register(connection, staged, 2)
            raise KeyError

    with pytest.raises(KeyError):
        crash()


def test_what_a_crash_has_left_goes_and_everything_live_stays(
    warehouse: Warehouse, make: SimpleNamespace, request: pytest.FixtureRequest
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    live = names(warehouse)
    roll_back(warehouse, make)
    left = names(warehouse) - live
    assert len(left) == 7, "four data files, a manifest, a manifest list and a metadata file"
    durable.write(durable.make_folder(warehouse.lake.store.spool) / "half.parquet", b"half")
    assert swept(warehouse) == [], "all of it may belong to a commit that still runs"
    request.getfixturevalue("two_days_later")
    listed = swept(warehouse, is_dry_run=True)
    assert {o.name for o in listed} == left | {"half.parquet"}
    assert not any(o.is_removed for o in listed)
    assert names(warehouse) == live | left
    found = swept(warehouse)
    assert {(o.place, o.name) for o in found} == {("lake", n) for n in left} | {("spool", "half.parquet")}
    assert all(o.is_removed for o in found)
    assert names(warehouse) == live
    assert not list(warehouse.lake.store.spool.iterdir())
    assert warehouse.rows("booking").height == 8
    assert warehouse.publish(make.batch("b"), {}, base=1) == 2
    assert swept(warehouse) == []


def test_a_staged_batch_may_still_be_committed_after_a_sweep(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    staged = warehouse.lake.stage(make.batch("b").rows, 2)
    assert swept(warehouse, hours=1) == []
    with writing(warehouse.engine) as connection:
        warehouse.lake.register(connection, staged, 2)
    assert warehouse.rows("booking").height == 16


def test_a_leftover_that_is_staged_again_is_young_again(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    before = warehouse.lake.stage(make.batch("b").rows, 2).files["booking"]
    store = warehouse.lake.store
    first = {name: store.entry(name) for name in before}
    time.sleep(1.1)  # a bucket tells whole seconds
    assert warehouse.lake.stage(make.batch("b").rows, 2).files["booking"] == before
    again = {name: store.entry(name) for name in before}
    assert all(again[n].modified_at_utc > first[n].modified_at_utc for n in before)  # type: ignore[union-attr]


def test_received_bytes_without_a_delivery_are_listed_and_go_when_asked(
    warehouse: Warehouse, make: SimpleNamespace, two_days_later: None
) -> None:
    batch = make.batch("a")
    warehouse.publish(batch, {}, base=0)
    store = warehouse.archive.store
    known = batch.deliveries[0].sha256
    store.put(known, b"the bytes of a")
    unknown = warehouse.archive.put(b"nobody's")
    store.put(f".{unknown}.77.abcd.tmp", b"hal")
    found = swept(warehouse)
    assert [(o.place, o.name, o.is_removed) for o in found] == [
        ("archive", unknown, False),
        ("archive", f".{unknown}.77.abcd.tmp", True),
    ]
    assert [(o.name, o.is_removed) for o in swept(warehouse, with_archive=True)] == [(unknown, True)]
    assert [e.name for e in warehouse.archive.entries()] == [known]


def test_old_bytes_that_come_again_are_young_again(
    warehouse: Warehouse, make: SimpleNamespace, two_days_later: None
) -> None:
    sha256 = warehouse.archive.put(b"came before a crash")
    first = warehouse.archive.store.entry(sha256)
    time.sleep(1.1)
    warehouse.archive.put(b"came before a crash")
    again = warehouse.archive.store.entry(sha256)
    assert first is not None
    assert again is not None
    assert again.modified_at_utc > first.modified_at_utc


def test_metadata_in_the_log_and_of_kept_snapshots_stays(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, two_days_later: None
) -> None:
    monkeypatch.setattr(iceberg, "MAX_SNAPSHOTS", 4)
    monkeypatch.setattr(iceberg, "KEPT_SNAPSHOTS", 2)
    for base in range(6):
        warehouse.publish(make.batch(f"n{base}", rows=2), {}, base=base)
    found = swept(warehouse)
    assert {o.name.split("/")[1] for o in found} == {"metadata"}, "manifest lists of expired snapshots"
    with reading(warehouse.engine) as connection:
        table = iceberg.load(iceberg.catalog(connection, warehouse.lake.store), "booking")
        logged = [entry.metadata_file for entry in table.metadata.metadata_log]
    assert len(logged) > 5
    assert all(table.io.new_input(address).exists() for address in logged)
    assert all(table.io.new_input(s.manifest_list).exists() for s in table.metadata.snapshots)
    assert warehouse.rows("booking").height == 12


def test_a_warehouse_without_batches_sweeps_nothing(warehouse: Warehouse, two_days_later: None) -> None:
    with pytest.raises(UsageError, match="CORRIDOR_DATABASE_URL"):
        swept(warehouse)
