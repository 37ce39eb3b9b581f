"""One holder at a time: others wait, take over from the dead and the paused, and what those come late with is refused."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from corridor_etl.errors import LeaseHeld, LeaseLost, SettingsError
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse import lease as leases
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.schema import LEASE


@pytest.fixture(autouse=True)
def impatient(own_home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_WAIT_SECONDS", "0")


def token(warehouse: Warehouse, name: str = "ingest") -> int | None:
    with reading(warehouse.engine) as connection:
        found: int | None = connection.scalar(select(LEASE.c.token).where(LEASE.c.name == name))
        return found


def test_only_one_holds_a_lease_and_the_refusal_names_it(warehouse: Warehouse) -> None:
    with warehouse.lease("ingest", "one"):
        refusal = r"one holds the lease 'ingest' until .* 0 s of waiting"
        with pytest.raises(LeaseHeld, match=refusal) as told, warehouse.lease("ingest", "other"):
            pass
        assert told.value.exit_code == 4
        assert told.value.facts == {"name": "ingest", "holder": "one"}
        with warehouse.lease("issues", "other") as beside:
            assert beside.token == 1
    with warehouse.lease("ingest", "other") as later:
        assert later.token == 2


def test_a_writer_whose_lease_was_taken_over_cannot_commit(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    paused = leases.acquire(warehouse.engine, "ingest", "paused", seconds=0)
    with warehouse.lease("ingest", "other") as other:
        with pytest.raises(LeaseLost, match="taken over"):
            warehouse.publish(make.batch("a"), {}, base=0, lease=paused)
        assert warehouse.snapshot() == 0
        assert warehouse.publish(make.batch("b"), {}, base=0, lease=other) == 1
    with pytest.raises(LeaseLost):
        leases.renew(warehouse.engine, paused, 60)
    assert warehouse.batches()["lease_token"].to_list() == [2]


def test_a_lease_that_ran_out_but_was_not_taken_still_commits(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    late = leases.acquire(warehouse.engine, "ingest", "late", seconds=0)
    assert warehouse.publish(make.batch("a"), {}, base=0, lease=late) == 1


def test_releasing_a_lost_lease_takes_nothing_from_its_new_holder(warehouse: Warehouse) -> None:
    lost = leases.acquire(warehouse.engine, "ingest", "lost", seconds=0)
    with warehouse.lease("ingest", "other"):
        leases.release(warehouse.engine, lost)
        with pytest.raises(LeaseHeld, match="other holds"):
            leases.acquire(warehouse.engine, "ingest", "third", seconds=60)


def test_a_lease_is_renewed_for_as_long_as_the_work_lasts(warehouse: Warehouse) -> None:
    with warehouse.lease("ingest", "one", seconds=2):
        until = time.monotonic() + 3
        while time.monotonic() < until:
            with pytest.raises(LeaseHeld):
                leases.acquire(warehouse.engine, "ingest", "other", seconds=60)
            time.sleep(0.1)
    assert token(warehouse) == 1


def test_one_who_waits_gets_the_lease_once_it_is_free(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_WAIT_SECONDS", "120")
    may_end, order = threading.Event(), []

    def first() -> None:
        with warehouse.lease("ingest", "first"):
            order.append("first")
            may_end.wait(120)
            order.append("first done")

    thread = threading.Thread(target=first)
    thread.start()
    while token(warehouse) is None:
        time.sleep(0.01)
    threading.Timer(0.3, may_end.set).start()
    with warehouse.lease("ingest", "second"):
        order.append("second")
    thread.join()
    assert order == ["first", "first done", "second"]


def died(node: str) -> str:
    """The holder that a process which has ended would have been."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{node} process {process.pid} run 0123abcd"


def test_the_lease_of_a_dead_process_of_this_machine_is_free_at_once(warehouse: Warehouse) -> None:
    leases.acquire(warehouse.engine, "ingest", died(platform.node()), seconds=600)
    with warehouse.lease("ingest") as mine:
        assert mine.token == 2


def test_a_process_that_ended_and_was_not_waited_for_is_dead_too(warehouse: Warehouse) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.read()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    leases.acquire(warehouse.engine, "ingest", f"{platform.node()} process {process.pid} run 0123abcd", 600)
    assert leases.acquire(warehouse.engine, "ingest", "other", 60).token == 2
    process.wait()


def test_of_another_machine_and_of_a_living_process_the_lease_must_run_out(warehouse: Warehouse) -> None:
    for holder in (died("elsewhere"), leases.this_process()):
        leases.acquire(warehouse.engine, holder, holder, seconds=600)
        with pytest.raises(LeaseHeld):
            leases.acquire(warehouse.engine, holder, "other", seconds=60)


@pytest.mark.parametrize("stopped_at", ["2001-01-01T00:00:00+00:00", "2101-01-01T00:00:00+00:00"])
def test_a_stopped_clock_neither_keeps_a_lease_for_ever_nor_takes_it_from_others(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, stopped_at: str
) -> None:
    with warehouse.lease("ingest", "ticking"):
        monkeypatch.setenv("CORRIDOR_NOW", stopped_at)
        with pytest.raises(LeaseHeld):
            leases.acquire(warehouse.engine, "ingest", "stopped", seconds=60)
    leases.acquire(warehouse.engine, "ingest", "stopped", seconds=0)
    monkeypatch.delenv("CORRIDOR_NOW")
    assert leases.acquire(warehouse.engine, "ingest", "ticking", seconds=60).token == 3


def test_a_database_that_is_locked_for_long_does_not_end_the_renewing(warehouse: Warehouse) -> None:
    with warehouse.lease("ingest", "one", seconds=2):
        with writing(warehouse.engine):
            time.sleep(2.2)
        time.sleep(1)
        with pytest.raises(LeaseHeld):
            leases.acquire(warehouse.engine, "ingest", "other", seconds=60)


def test_seconds_that_are_none_are_refused(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_LEASE_SECONDS", "a while")
    refusal = "CORRIDOR_LEASE_SECONDS is 'a while'"
    with pytest.raises(SettingsError, match=refusal), warehouse.lease("ingest"):
        pass
