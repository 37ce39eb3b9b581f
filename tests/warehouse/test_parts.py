"""Rows become one finished file per week, in memory or lazy, and a week is read without the others."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import BalanceBroken, UsageError
from corridor_etl.model import kind
from corridor_etl.warehouse import Batch, DeliveryRow, Warehouse, parts
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lake import Lake, LiveFile

BOOKING = kind("booking")
MONDAY = date(2025, 3, 3)
MODEL = ["snapshot", "delivery_id", "line_no"]


def files(warehouse: Warehouse, **where: Any) -> list[LiveFile]:
    with reading(warehouse.engine) as connection:
        return warehouse.lake.files(connection, "booking", **where)


def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sample(fraction=1, shuffle=True, seed=7)


@pytest.mark.parametrize(
    "given", [pl.DataFrame.lazy, lambda frame: frame, lambda frame: shuffled(frame).lazy()]
)
def test_each_week_is_one_file_in_order_and_counted(
    tmp_path: Path, make: SimpleNamespace, given: Callable[[pl.DataFrame], parts.Rows]
) -> None:
    frame = make.batch("a", rows=40).rows["booking"]
    made = parts.written(given(frame), BOOKING, 3, tmp_path)
    assert [(p.iso_week, p.rows) for p in made] == [(f"2025-W{n}", 10) for n in (10, 11, 12, 13)]
    for part in made:
        rows = pl.read_parquet(part.path, hive_partitioning=False)
        assert rows.schema == parts.stored_schema(BOOKING)
        assert rows.equals(rows.sort(MODEL))
        assert set(rows["snapshot"]) == {3}
    counts = parts.counted({"booking": made})
    assert counts["rows"].to_list() == [10] * 4
    assert set(counts["delivery_id"]) == set(frame["delivery_id"])


def test_the_same_rows_make_the_same_files_however_they_come(tmp_path: Path, make: SimpleNamespace) -> None:
    frame = make.batch("a", rows=40).rows["booking"]
    ways = [frame, frame.lazy(), shuffled(frame), shuffled(frame).lazy()]
    names = {
        tuple(p.sha256 for p in parts.written(way, BOOKING, 1, tmp_path / str(n)))
        for n, way in enumerate(ways)
    }
    assert len(names) == 1


def test_a_lazy_batch_is_published_like_one_in_memory(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    lazy = Batch(batch.deliveries, make.now, {"booking": batch.rows["booking"].lazy()})
    warehouse.publish(lazy, {}, base=0)
    assert (
        warehouse.rows("booking")
        .select(batch.rows["booking"].columns)
        .equals(batch.rows["booking"].sort("line_no"))
    )
    assert warehouse.batches()["rows_loaded"].to_list() == [8]
    assert warehouse.coverage()["rows_loaded"].to_list() == [2] * 4


def test_a_batch_that_does_not_balance_leaves_no_file(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a", rows_read=9)
    lazy = Batch(batch.deliveries, make.now, {"booking": batch.rows["booking"].lazy()})
    with pytest.raises(BalanceBroken):
        warehouse.publish(lazy, {}, base=0)
    assert not list(warehouse.home.rglob("*.parquet"))
    assert not list(warehouse.lake.store.spool.iterdir())


def test_a_lazy_row_without_a_week_is_refused(tmp_path: Path, make: SimpleNamespace) -> None:
    undated = make.batch("a").rows["booking"].lazy().with_columns(departure_on_local=None)
    with pytest.raises(UsageError, match="no week"):
        parts.written(undated, BOOKING, 1, tmp_path)


def test_a_scan_opens_only_files_of_its_weeks_and_snapshots(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    for base, name in enumerate("ab"):
        warehouse.publish(make.batch(name), {}, base=base)
    every = warehouse.rows("booking")
    wanted = {"weeks": ["2025-W11"], "as_of": 1}
    assert [(f.iso_week, f.rows, f.first_snapshot, f.last_snapshot) for f in files(warehouse, **wanted)] == [
        ("2025-W11", 2, 1, 1)
    ]
    for file in files(warehouse):
        if file not in files(warehouse, **wanted):
            warehouse.lake.store.remove(file.name)
    assert warehouse.rows("booking", **wanted).equals(every.filter(iso_week="2025-W11", snapshot=1))


def test_a_scan_reads_part_of_a_file_that_several_snapshots_share(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    for base, name in enumerate("ab"):
        warehouse.publish(make.batch(name), {}, base=base)
    warehouse.compact("booking", min_files=2)
    assert [(f.first_snapshot, f.last_snapshot) for f in files(warehouse)] == [(1, 2)] * 4
    assert set(warehouse.rows("booking", as_of=1)["snapshot"]) == {1}


def history(make: SimpleNamespace, seed: int) -> list[pl.DataFrame]:
    """Batches of versions of few bookings that move between weeks, are patched and cancelled."""
    chance, versions, batches = random.Random(seed), dict.fromkeys("ABCDEF", 0), []
    for batch in range(6):
        rows = []
        for line, name in enumerate(chance.sample(sorted(versions), 3), 1):
            versions[name] += 1
            action = "insert" if versions[name] == 1 else chance.choice(["replace", "patch", "cancel"])
            on = MONDAY + timedelta(weeks=chance.randrange(4))
            row = {"booking_no": name, "version": versions[name], "action": action, "departure_on_local": on}
            rows.append(row | {"line_no": line, "delivery_id": make.delivery(f"n{batch}").delivery_id})
        batches.append(make.bookings(*rows).drop("snapshot"))
    chance.shuffle(batches)
    return batches


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
def test_the_current_records_of_a_week_are_those_of_all_weeks_that_lie_in_it(
    own_home: Path, make: SimpleNamespace, seed: int
) -> None:
    with Warehouse.open(own_home) as warehouse:
        for base, rows in enumerate(history(make, seed)):
            row = make.delivery(f"s{base}", delivery_id=rows["delivery_id"][0], rows_read=3, rows_loaded=3)
            warehouse.publish(Batch([row], make.now, {"booking": rows}), {}, base=base)
        weeks = [f"2025-W{n}" for n in range(9, 15)]
        for as_of in (2, 4, 6):
            every = warehouse.current("booking", as_of=as_of)
            for week in weeks:
                found = warehouse.current("booking", weeks=[week], as_of=as_of)
                assert found.equals(every.filter(iso_week=week)), (week, as_of)
        assert warehouse.current("booking", weeks=weeks).equals(warehouse.current("booking"))


def _version(make: SimpleNamespace, name: str, **cells: Any) -> tuple[DeliveryRow, pl.DataFrame]:
    row = make.delivery(name, rows_read=1, rows_loaded=1)
    frame = make.bookings({**cells, "delivery_id": row.delivery_id}).drop("snapshot")
    return row, frame


@pytest.mark.parametrize("is_first", [True, False])
def test_a_correction_that_moves_a_record_changes_both_weeks(
    warehouse: Warehouse, make: SimpleNamespace, is_first: bool
) -> None:
    moves = [
        _version(make, "original", version=1, departure_on_local=MONDAY),
        _version(make, "moved", version=2, action="replace", departure_on_local=MONDAY + timedelta(weeks=1)),
    ]
    for base, (row, frame) in enumerate(moves if is_first else reversed(moves)):
        warehouse.publish(Batch([row], make.now, {"booking": frame}), {}, base=base)
    assert warehouse.current("booking", weeks=["2025-W10"]).is_empty()
    assert warehouse.current("booking", weeks=["2025-W11"])["version"].to_list() == [2]


def test_a_week_opens_no_file_of_another_that_cannot_matter(
    warehouse: Warehouse, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    opened: list[str] = []
    scan = Lake.scan

    def noted(lake: Lake, some: list[LiveFile], *rest: Any) -> pl.LazyFrame:
        opened.extend(file.iso_week for file in some)
        return scan(lake, some, *rest)

    monkeypatch.setattr(Lake, "scan", noted)
    assert warehouse.current("booking", weeks=["2025-W10"]).height == 2
    assert opened == ["2025-W10"]
