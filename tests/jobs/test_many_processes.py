"""Several real processes at one warehouse, some paused or killed at the worst moment: one result, as if one had worked after
the other, or a clear refusal with exit code 4."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.schema import LEASE
from tests.journeys import made

WEEK = "2025-W09"
NOW = "2025-03-10T03:30:00+00:00"
pytestmark = [pytest.mark.timeout(1800), pytest.mark.usefixtures("made_anew")]
LAST = 600.0
"""Seconds to wait for a process at most, on a busy machine."""


SENDERS = {"booking_desk", "ningbo_port", "train_operator"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox of a simulated week with every fault; three senders tell as much of processes as all of them."""
    home = tmp_path_factory.mktemp("told")
    simulate(home, parse_range(WEEK), seed=1, faults=True, settings=load_settings())
    for folder in (home / "inbox").iterdir():
        if folder.name not in SENDERS:
            shutil.rmtree(folder)
    return home / "inbox"


@pytest.fixture
def inbox(told: Path, own_home: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One simulated week that waits to be ingested."""
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    return Path(shutil.copytree(told, own_home / "inbox"))


@contextmanager
def corridor(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which does not outlive the block."""
    argv = [sys.executable, "-c", "from corridor_etl.cli.app import main; main()", *arguments]
    with subprocess.Popen(
        argv, cwd=checkout(), env={**os.environ, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was said."""
    out, err = process.communicate(timeout=LAST)
    return process.returncode, out + err


def until(is_so: Any, process: subprocess.Popen[str]) -> None:
    """Waits for something that a process does."""
    limit = time.monotonic() + LAST
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit
        time.sleep(0.05)


def state() -> tuple[Any, ...]:
    """What is in the warehouse, apart from which batch brought it."""
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        deliveries = sorted(warehouse.deliveries().select("file_name", "status", *made.COUNTS).rows())
        return deliveries, made.marts(warehouse), made.held_back(warehouse)


@pytest.fixture(scope="module")
def undisturbed(told: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """The state that one ingest alone comes to."""
    home = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        shutil.copytree(told, home / "inbox")
        ingest()
        return state()


def everything_archived(inbox: Path) -> Any:
    """Whether each file of the inbox has been read: what comes next is to judge and to commit them."""
    names = {made.hash_of(path.read_bytes()) for path in inbox.rglob("*") if path.is_file()}
    archive = inbox.parent / "archive"
    return lambda: names <= {path.name for path in archive.rglob("*")}


def test_two_ingests_of_one_inbox_and_a_backfill_do_the_work_once(
    inbox: Path, undisturbed: tuple[Any, ...]
) -> None:
    patient = {"CORRIDOR_WAIT_SECONDS": str(LAST)}
    with corridor("ingest", **patient) as one, corridor("ingest", **patient) as two:
        publishers = []
        while not publishers or publishers[-1] == "has no data yet, nothing published":
            publishers.append(publish_week(WEEK, queue_mail=False).state)
            time.sleep(4)
        said = [ended(process) for process in (one, two)]
    assert {code for code, _ in said} <= {0, 1}, said
    assert sum("nothing new" in text for _, text in said) == 1, said
    assert publishers[-1] == "published"
    assert state() == undisturbed
    with Warehouse.open() as warehouse:
        assert warehouse.issues()["snapshot"].to_list() == [1]
        assert warehouse.batches()["snapshot"].to_list() == [1]


@contextmanager
def paused_before_commit(process: subprocess.Popen[str], work: str, has_prepared: Any) -> Iterator[None]:
    """A process that is stopped when all it has still to do is its commit, for the time of the block."""
    with Warehouse.open() as warehouse:
        until(lambda: lease_token(warehouse, work) == 1, process)
        with writing(warehouse.engine):  # nobody can commit, and so nobody can be stopped while committing
            until(has_prepared, process)
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    yield
    process.send_signal(signal.SIGCONT)


def lease_token(warehouse: Warehouse, name: str) -> int | None:
    with reading(warehouse.engine) as connection:
        found: int | None = connection.scalar(select(LEASE.c.token).where(LEASE.c.name == name))
        return found


def test_an_ingest_paused_past_its_lease_changes_nothing_when_it_goes_on(
    inbox: Path, own_home: Path, undisturbed: tuple[Any, ...]
) -> None:
    def has_staged() -> bool:
        return any((own_home / "lake").rglob("*.parquet"))

    with corridor("ingest", CORRIDOR_LEASE_SECONDS="2") as paused:
        with paused_before_commit(paused, "ingest", has_staged):
            assert ingest().snapshot == 1
            assert state() == undisturbed
        code, said = ended(paused)
    assert code == 4, said
    assert "the lease 'ingest' was taken over" in said
    assert state() == undisturbed
    with Warehouse.open() as warehouse:
        assert warehouse.batches()["lease_token"].to_list() == [2]


def test_a_killed_ingest_is_followed_by_the_next_at_once(
    inbox: Path, undisturbed: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with corridor("ingest", CORRIDOR_LEASE_SECONDS="3600") as killed:
        until(everything_archived(inbox), killed)
        killed.kill()
        assert ended(killed)[0] == -signal.SIGKILL
    monkeypatch.setenv("CORRIDOR_WAIT_SECONDS", "0")
    assert ingest().snapshot == 1
    assert state() == undisturbed


@pytest.mark.parametrize(
    ("work", "command"),
    [
        ("ingest", ["ingest"]),
        pytest.param("issues", ["report", "publish", WEEK], marks=pytest.mark.long),
    ],
)
def test_who_waits_too_long_is_told_who_is_at_work_and_ends_with_exit_code_4(
    own_home: Path, work: str, command: list[str]
) -> None:
    with (
        Warehouse.open() as warehouse,
        warehouse.lease(work) as held,
        corridor(*command, CORRIDOR_WAIT_SECONDS="0.5") as refused,
    ):
        code, said = ended(refused)
    assert code == 4, said
    waiting, _, refusal = said.partition("corridor: ")
    assert waiting.startswith("waiting at most 0.5 s: ")
    assert refusal.startswith(f"{held.holder} holds the lease '{work}' until ")
    assert "0.5 s of waiting were not enough" in said
    assert "Traceback" not in said


def test_a_publisher_paused_past_its_lease_leaves_the_issue_of_the_other_alone(
    inbox: Path, own_home: Path
) -> None:
    def has_frozen_its_mails() -> bool:
        return len(list((own_home / "outbox").rglob("*.eml"))) == 2

    ingest()
    with corridor("report", "publish", WEEK, CORRIDOR_LEASE_SECONDS="2") as paused:
        with paused_before_commit(paused, "issues", has_frozen_its_mails):
            (own_home / "inbox/train_operator/late.csv").write_text("a letter")
            assert ingest().snapshot == 2
            issue = publish_week(WEEK)
            assert issue.page
            assert issue.state == "published"
            files = {p.name: p.read_bytes() for p in issue.page.parent.iterdir()}
        code, said = ended(paused)
    assert code == 4, said
    assert "the lease 'issues' was taken over" in said
    assert b'"snapshot": 2' in files["issue.json"], "the other's issue is of a later snapshot"
    assert {p.name: p.read_bytes() for p in issue.page.parent.iterdir()} == files
    with Warehouse.open() as warehouse:
        assert warehouse.issues()["snapshot"].to_list() == [2]
        assert warehouse.outbox().height == 2
