"""Many small files become few large ones; rows, lineage and what was known when stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection

from corridor_etl.errors import BalanceBroken
from corridor_etl.model import kind
from corridor_etl.warehouse import Batch, Warehouse, compaction, iceberg
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lake import Lake, LiveFile
from tests.at_once import two_processes
from tests.warehouse.places import one_database

BOOKING = kind("booking")


def live(warehouse: Warehouse) -> list[LiveFile]:
    with reading(warehouse.engine) as connection:
        return warehouse.lake.files(connection, "booking")


def publish_some(warehouse: Warehouse, make: SimpleNamespace, names: Sequence[str]) -> None:
    for name in names:
        warehouse.publish(make.batch(name), {}, base=warehouse.snapshot())


def test_a_week_becomes_one_file_and_no_row_and_no_snapshot_changes(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    publish_some(warehouse, make, "abcd")
    before = [warehouse.rows("booking", as_of=s) for s in range(5)]
    planned_before = warehouse.scan("booking")
    merges = warehouse.compact("booking")
    assert [(m.iso_week, len(m.files), m.rows) for m in merges] == [
        (f"2025-W{n}", 4, 8) for n in (10, 11, 12, 13)
    ]
    assert warehouse.snapshot() == 4
    assert sorted(f.name for f in live(warehouse)) == sorted(m.merged for m in merges)
    for as_of, rows in enumerate(before):
        assert warehouse.rows("booking", as_of=as_of).equals(rows), f"as of {as_of}"
    assert warehouse.lake.collected(planned_before).equals(before[-1]), "planned before, read after"


def test_what_is_merged_is_not_merged_again(warehouse: Warehouse, make: SimpleNamespace) -> None:
    publish_some(warehouse, make, "abcd")
    assert warehouse.compact("booking", week="2025-W11")
    assert len(live(warehouse)) == 3 * 4 + 1
    assert warehouse.compact("booking", week="2025-W11") == []
    publish_some(warehouse, make, "e")
    assert warehouse.rows("booking").height == 5 * 8


def test_large_files_are_left_alone_and_part_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "TARGET_BYTES", 100)
    sizes = [10, 10, 50, 10, 40, 40, 20, 10]
    files = [LiveFile(f"f{n}", "2025-W10", 1, size, n, n, 1) for n, size in enumerate(sizes)]
    merges = compaction.planned(BOOKING, files, min_files=2)
    assert [[f.name for f in m.files] for m in merges] == [["f0", "f1"], ["f3", "f4", "f5"], ["f6", "f7"]]


def test_a_merge_that_loses_a_row_is_refused(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_some(warehouse, make, "abcd")
    before = live(warehouse)
    scan = Lake.scan
    monkeypatch.setattr(Lake, "scan", lambda *given: scan(*given).filter(line_no=1))
    with pytest.raises(BalanceBroken, match="became 4 rows"):
        warehouse.compact("booking", week="2025-W10")
    assert live(warehouse) == before


def test_a_batch_committed_meanwhile_is_kept_and_a_file_replaced_meanwhile_is_not_doubled(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_some(warehouse, make, "abcd")
    merged = compaction._merged

    def interrupted(lake: Lake, record_kind: object, plan: compaction.Merge) -> compaction.Merge:
        monkeypatch.setattr(compaction, "_merged", merged)
        publish_some(warehouse, make, "e")
        assert len(warehouse.compact("booking", week="2025-W10", min_files=2)) == 1
        return merged(lake, BOOKING, plan)

    monkeypatch.setattr(compaction, "_merged", interrupted)
    assert [m.iso_week for m in warehouse.compact("booking")] == ["2025-W11", "2025-W12", "2025-W13"]
    rows = warehouse.rows("booking")
    assert rows.height == rows["booking_no"].n_unique() == 5 * 8


def _publish_many(home: str, batches: list[Batch]) -> int:
    with Warehouse.open(Path(home)) as warehouse:
        for batch in batches:
            warehouse.publish(batch, {}, base=warehouse.snapshot())
    return 0


def _compact_often(home: str, times: int) -> int:
    with Warehouse.open(Path(home)) as warehouse:
        return sum(len(warehouse.compact("booking", min_files=2)) for _ in range(times))


@one_database
def test_two_processes_publish_and_compact_without_losing_or_doubling_a_row(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    publish_some(warehouse, make, "ab")
    batches = [make.batch(f"n{n}") for n in range(6)]
    with two_processes() as pool:
        published = pool.apply_async(_publish_many, (str(warehouse.home), batches))
        compacted = pool.apply_async(_compact_often, (str(warehouse.home), 6))
        assert published.get() == 0
        assert compacted.get() >= 4
    assert warehouse.snapshot() == 8
    rows = warehouse.rows("booking")
    assert rows.height == rows["booking_no"].n_unique() == 8 * 8
    assert sum(f.rows for f in live(warehouse)) == 8 * 8


@one_database
def test_metadata_stays_bounded_over_many_commits(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iceberg, "MAX_SNAPSHOTS", 6)
    monkeypatch.setattr(iceberg, "KEPT_SNAPSHOTS", 3)
    sizes = []

    def look(connection: Connection) -> None:
        table = iceberg.load(iceberg.catalog(connection, warehouse.lake.store), "booking")
        assert len(table.metadata.snapshots) <= 7
        sizes.append(len(table.metadata.model_dump_json()))

    for round_no in range(5):
        publish_some(warehouse, make, [f"{round_no}{c}" for c in "abcd"])
        warehouse.compact("booking")
        with reading(warehouse.engine) as connection:
            look(connection)
    assert max(sizes[2:]) < 1.2 * max(sizes[:2])
    assert warehouse.rows("booking").height == 20 * 8
