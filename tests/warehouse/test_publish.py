"""A batch becomes visible whole or not at all, on the state it was computed from, and only if it adds up."""

from __future__ import annotations

import pickle
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from corridor_etl.errors import BalanceBroken, BaseMoved, UsageError, WarehouseBusy
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.engine import database_url, open_engine, writing
from corridor_etl.warehouse.schema import DELIVERY
from tests.at_once import two_processes
from tests.killed import forks

# The last is the commit itself; all were tried, these stand for them.
KILL_POINTS = {"sqlite": (6, 13, 26), "postgresql": (5, 11, 20)}


def state(warehouse: Warehouse) -> tuple[Any, ...]:
    """Everything a reader can see."""
    return (
        warehouse.snapshot(),
        warehouse.rows("booking").rows(),
        warehouse.deliveries().rows(),
        warehouse.quarantine().rows(),
        warehouse.coverage().rows(),
        warehouse.mart("mart_match_week").rows(),
    )


def test_a_batch_is_visible_with_all_its_parts(warehouse: Warehouse, make: SimpleNamespace) -> None:
    assert warehouse.publish(make.batch("a"), make.match_mart({}), base=0) == 1
    assert warehouse.snapshot() == 1
    assert warehouse.rows("booking").height == 8
    assert warehouse.rows("booking")["snapshot"].unique().to_list() == [1]
    assert warehouse.deliveries()["rows_loaded"].to_list() == [8]
    assert warehouse.mart("mart_match_week")["declared_boxes"].to_list() == [38]


def test_what_goes_in_comes_out(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    warehouse.publish(batch, {}, base=0)
    handed_in = batch.rows["booking"]
    assert (
        warehouse.rows("booking").select(handed_in.columns).sort("line_no").equals(handed_in.sort("line_no"))
    )


def test_rows_are_known_as_of_a_snapshot(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    warehouse.publish(make.batch("b"), {}, base=1)
    assert warehouse.rows("booking", as_of=1).height == 8
    assert warehouse.current("booking", as_of=2).height == 16
    assert warehouse.current("booking", as_of=0).is_empty()


def test_a_stale_base_is_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    before = state(warehouse)
    with pytest.raises(BaseMoved, match="snapshot 1"):
        warehouse.publish(make.batch("b"), {}, base=0)
    assert state(warehouse) == before


def test_a_delivery_that_does_not_add_up_is_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    for counts in ({"rows_read": 9}, {"rows_loaded": 7}, {"rows_quarantined": 1}, {"rows_duplicate": 1}):
        with pytest.raises(BalanceBroken, match=r"booking_desk/a\.csv"):
            warehouse.publish(make.batch("a", **counts), {}, base=0)
        assert warehouse.snapshot() == 0, counts
        assert warehouse.rows("booking").is_empty(), counts


def test_rows_of_a_delivery_that_is_not_loaded_are_refused(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    batch = make.batch("a")
    with pytest.raises(BalanceBroken, match="does not load"):
        warehouse.publish(Batch([], make.now, batch.rows), {}, base=0)


CONSTRAINTS: dict[str, dict[str, Any]] = {
    "balance": {"rows_read": 5, "rows_loaded": 4},
    "nothing_loaded": {"status": "rejected", "reason": "ENCODING", "rows_loaded": 1, "rows_read": 1},
    "reason_given": {"status": "rejected"},
    "status": {"status": "lost"},
    "not_negative": {"rows_read": -1, "rows_duplicate": -1},
}


def test_the_database_itself_refuses_a_broken_balance(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    for constraint, values in CONSTRAINTS.items():
        row = {k: v for k, v in vars(make.delivery("b", snapshot=1, **values)).items() if k != "delivery_no"}
        with (
            pytest.raises(IntegrityError, match=f"ck_delivery_{constraint}"),
            writing(warehouse.engine) as connection,
        ):
            connection.execute(DELIVERY.insert().values(**row))


def test_the_same_bytes_cannot_be_loaded_twice(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    with pytest.raises(IntegrityError):
        warehouse.publish(make.batch("a"), {}, base=1)
    assert warehouse.rows("booking").height == 8


def test_rows_that_lack_a_column_or_a_week_are_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    lacking = {"booking": batch.rows["booking"].drop("teu")}
    with pytest.raises(UsageError, match="lacks teu"):
        warehouse.publish(Batch(batch.deliveries, make.now, lacking), {}, base=0)
    undated = {"booking": batch.rows["booking"].with_columns(departure_on_local=pl.lit(None, dtype=pl.Date))}
    with pytest.raises(UsageError, match="no week"):
        warehouse.publish(Batch(batch.deliveries, make.now, undated), {}, base=0)
    assert warehouse.snapshot() == 0


BROKEN = {
    "sqlite": (
        "CREATE TRIGGER broken BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'broken disk'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION break_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken disk'; END $$",
        "CREATE TRIGGER broken BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION break_disk()",
    ),
}


TABLES = ("iceberg_tables", "batch", "delivery", "delivery_week", "mart_match_week")


def test_a_failure_anywhere_in_the_commit_leaves_nothing(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), make.match_mart({}), base=0)
    before = state(warehouse)
    with writing(warehouse.engine) as connection:
        *preparing, trigger = BROKEN[connection.dialect.name]
        for statement in preparing:
            connection.execute(text(statement))
    for table in TABLES:
        event = "UPDATE" if table == "iceberg_tables" else "INSERT"
        with writing(warehouse.engine) as connection:
            connection.execute(text(trigger.format(event=event, table=table)))
        with pytest.raises(Exception, match="broken disk"):
            warehouse.publish(make.batch("b"), make.match_mart({"laden_boxes": 99}), base=1)
        assert state(warehouse) == before, table
        with writing(warehouse.engine) as connection:
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER broken{on}"))
    assert warehouse.publish(make.batch("b"), make.match_mart({"laden_boxes": 99}), base=1) == 2
    assert warehouse.rows("booking").height == 16


KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from sqlalchemy import event
from corridor_etl.warehouse import Warehouse

def work(point):
    batch, marts = pickle.loads(Path(sys.argv[2]).read_bytes())
    warehouse = Warehouse.open(Path(sys.argv[1]))
    done = 0

    def count(*_):
        nonlocal done
        done += 1
        if done == int(point):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(warehouse.engine, "before_cursor_execute", count)
    event.listen(warehouse.engine, "commit", count)
    warehouse.publish(batch, marts, base=1)
    print(done)
"""


def test_a_writer_killed_at_any_statement_leaves_nothing(
    warehouse: Warehouse, make: SimpleNamespace, tmp_path: Path, database: str
) -> None:
    warehouse.publish(make.batch("a"), make.match_mart({}), base=0)
    before = state(warehouse)
    work = tmp_path / "work"
    work.write_bytes(pickle.dumps((make.batch("b"), make.match_mart({"laden_boxes": 99}))))
    with forks(KILLED, warehouse.home, work) as publishing:
        for point in KILL_POINTS[database]:
            run = publishing.at(point)
            assert run.code == -signal.SIGKILL, run.said
            assert state(warehouse) == before, f"killed at {point}"
        run = publishing.at(0)
    assert run.code == 0, run.said
    assert max(KILL_POINTS[database]) == int(run.said), "the last point is the commit itself"
    assert warehouse.snapshot() == 2
    assert warehouse.rows("booking").height == 16
    assert warehouse.mart("mart_match_week")["laden_boxes"].to_list() == [99]


def test_a_reader_sees_the_old_state_until_the_commit(warehouse: Warehouse, make: SimpleNamespace) -> None:
    warehouse.publish(make.batch("a"), {}, base=0)
    staged = warehouse.lake.stage(make.batch("b").rows, 2)
    with Warehouse.open(warehouse.home) as reader:
        with writing(warehouse.engine) as connection:
            warehouse.lake.register(connection, staged, 2)
            assert reader.rows("booking").height == 8
            assert reader.snapshot() == 1
        assert reader.rows("booking").height == 16


def _publish_many(home: str, batches: list[Batch]) -> int:
    refused = 0
    with Warehouse.open(Path(home)) as warehouse:
        for batch in batches:
            while True:
                try:
                    warehouse.publish(batch, {}, base=warehouse.snapshot())
                    break
                except BaseMoved:
                    refused += 1
    return refused


def test_two_processes_publish_without_losing_or_doubling_a_row(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    work = [[make.batch(f"{who}{i}") for i in range(4)] for who in "ab"]
    with two_processes() as pool:
        pool.starmap(_publish_many, [(str(warehouse.home), batches) for batches in work])
    assert warehouse.batches()["snapshot"].to_list() == list(range(1, 9))
    rows = warehouse.rows("booking")
    assert rows.height == rows.select("booking_no").n_unique() == 8 * 8
    assert warehouse.deliveries()["rows_loaded"].sum() == 8 * 8


def test_two_processes_open_a_new_home_at_once(tmp_path: Path) -> None:
    homes = [(str(tmp_path / "new"), []), (str(tmp_path / "new"), [])]
    with two_processes() as pool:
        assert pool.starmap(_publish_many, homes) == [0, 0]


def test_a_writer_that_waits_too_long_is_told_so(warehouse: Warehouse) -> None:
    impatient = open_engine(database_url(warehouse.home), busy_timeout_ms=10)
    with writing(warehouse.engine), pytest.raises(WarehouseBusy), writing(impatient):
        pass
