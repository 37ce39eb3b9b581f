"""The real flows inside one process, as the demo runs them: no installed server, no worker, no network."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect import flow, task

from corridor_etl.errors import FileRejected, TerminalError, WarehouseBusy
from corridor_etl.jobs.weeks import week_to_report
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from flows import offline
from flows._runtime import RETRIED

AT_ONCE = {**RETRIED, "retry_delay_seconds": 0}
ATTEMPTS: list[str] = []


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A home folder that did not exist, and what a process of its own said when it ran a flow there, then one there is not."""
    home = tmp_path_factory.mktemp("offline") / "not" / "yet"
    program = "from flows import offline\nprint(offline.run_ingest().line())\nraise SystemExit(offline.main(['nightly']))"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT")},
        "CORRIDOR_HOME": str(home),
        "PREFECT_API_URL": "http://127.0.0.1:1/api",
    }
    run = subprocess.run(
        [sys.executable, "-W", "default", "-c", program],
        cwd=checkout(),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return home, run


@pytest.fixture(scope="module")
def inbox(first_run: tuple[Path, subprocess.CompletedProcess[str]], temporary_server: Path) -> Path:
    """A home folder with a week of deliveries and one file that nobody can read."""
    home, _run = first_run
    simulate(home, parse_range("2025-W24"), seed=3, faults=False, settings=load_settings())
    (home / "inbox" / "scan0001.pdf").write_bytes(b"%PDF-1.7\nnot a delivery\n%%EOF\n")
    return home


@pytest.fixture(autouse=True)
def at_home(inbox: Path, english_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(inbox))
    monkeypatch.setenv("CORRIDOR_CONFIG", str(english_only))


@task(**AT_ONCE)
def busy_at_first() -> str:
    ATTEMPTS.append("busy")
    if len(ATTEMPTS) < 3:
        raise WarehouseBusy("the database is locked")
    return "written"


@task(**AT_ONCE)
def hopeless() -> None:
    ATTEMPTS.append("hopeless")
    raise FileRejected("ENCODING", "no text")


@flow
def retried() -> str:
    return busy_at_first()


@flow
def refused() -> None:
    hopeless()


def test_one_unreadable_file_stops_no_other(inbox: Path) -> None:
    files = [f for f in (inbox / "inbox").rglob("*") if f.is_file()]
    result = offline.run_ingest()
    assert result.count("rejected") == 1
    assert result.count("loaded") + result.count("duplicate") == len(files) - 1
    assert result.total("rows_read") == sum(
        result.total(field) for field in ("rows_loaded", "rows_quarantined", "rows_duplicate")
    )
    assert result.total("rows_loaded") > 0


def test_a_second_run_finds_nothing_new(inbox: Path) -> None:
    offline.run_ingest()
    with Warehouse.open(inbox) as warehouse:
        before = warehouse.snapshot(), warehouse.deliveries().height
        assert offline.run_ingest().snapshot is None
        assert (warehouse.snapshot(), warehouse.deliveries().height) == before


def test_only_named_files_are_taken(inbox: Path) -> None:
    unknown = inbox / "elsewhere.bin"
    unknown.write_bytes(b"\x00\x01\x02")
    result = offline.run_ingest([str(unknown)])
    assert [outcome.name for outcome in result.deliveries] == ["elsewhere.bin"]


def test_the_weekly_flow_publishes_once(inbox: Path) -> None:
    offline.run_ingest()
    first = offline.run_weekly_report("2025-W24")
    again = offline.run_weekly_report("2025-W24")
    assert first.state == "published"
    assert first.page is not None
    assert first.page.is_file()
    assert (again.state, again.page) == ("was published before", first.page)
    with Warehouse.open(inbox) as warehouse:
        assert warehouse.issues()["week"].to_list() == ["2025-W24"]


def test_without_a_week_it_is_the_last_whole_one() -> None:
    before = week_to_report(datetime.now(UTC), load_settings())
    issue = offline.run_weekly_report()
    assert before <= issue.week <= week_to_report(datetime.now(UTC), load_settings())
    assert issue.page is None


def test_a_first_run_of_a_new_process_prints_nothing_of_its_own(
    first_run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """Neither warnings nor the server's log, although the user's own server cannot be reached."""
    _home, run = first_run
    assert [line for line in run.stderr.splitlines() if not line.startswith("corridor: ")] == []
    assert run.stdout == "nothing new: every file was ingested before\n"


def test_a_scheduled_flow_there_is_not_is_refused_with_those_there_are(
    first_run: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _home, run = first_run
    assert run.returncode == 2
    (said,) = run.stderr.splitlines()
    assert "one of ingest, weekly-reports, maintenance, deliver" in said


def test_scheduled_work_goes_on_while_the_server_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    offline.run("ingest")


def test_the_maintenance_flow_reports_each_step_and_is_red_when_one_failed(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor_etl.jobs import maintenance as job

    def broken() -> str:
        raise FileRejected("ENCODING", "no text")

    monkeypatch.setitem(job.STEPS, "compaction", broken)
    with offline.own_prefect():
        from flows.maintenance import maintenance

        done = maintenance(steps=["ledger", "archive"])
        assert [(r.step, r.is_done) for r in done] == [("archive", True), ("ledger", True)]
        with pytest.raises(TerminalError, match="1 of 2 steps failed: compaction: no text"):
            maintenance(steps=["compaction", "site"])
    assert (inbox / "site" / "index.html").is_file()


def test_what_may_pass_is_tried_again() -> None:
    ATTEMPTS.clear()
    with offline.own_prefect():
        assert retried() == "written"
    assert ATTEMPTS == ["busy"] * 3


def test_what_cannot_pass_is_not_tried_again() -> None:
    ATTEMPTS.clear()
    with offline.own_prefect(), pytest.raises(FileRejected):
        refused()
    assert ATTEMPTS == ["hopeless"]
