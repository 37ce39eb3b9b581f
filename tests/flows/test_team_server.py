"""Server and worker for a team, on PostgreSQL: they come up whole, the doctor finds them well or says what is not, and stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from corridor_etl.jobs.doctor import examined
from corridor_etl.settings import checkout
from tests.flows.servers import free_port

pytestmark = [pytest.mark.server, pytest.mark.timeout(1200)]
SERVER = [sys.executable, "-m", "flows.server"]


@dataclass
class Team:
    process: subprocess.Popen[bytes]
    url: str
    home: Path
    environment: dict[str, str]

    def healthy(self) -> int:
        return subprocess.run(
            [*SERVER, "health"], cwd=checkout(), env=self.environment, check=False
        ).returncode


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, prefect_database: str) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "CORRIDOR_"))}
    environment = {
        **kept,
        "CORRIDOR_HOME": str(folder / "home"),
        "CORRIDOR_PREFECT_DATABASE_URL": prefect_database,
        "PREFECT_API_URL": url,
        "PYTHONPATH": str(checkout()),
    }
    with (folder / "log").open("wb") as log:
        command = [*SERVER, "run", "--port", str(port)]
        process = subprocess.Popen(
            command, cwd=checkout(), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + 600
        while b"ready after" not in (said := (folder / "log").read_bytes()):
            assert process.poll() is None, said.decode()
            assert time.monotonic() < until, said.decode()
            time.sleep(0.5)
        yield Team(process, url, folder / "home", environment)
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture
def found(team: Team, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the doctor says of Prefect."""
    monkeypatch.setenv("PREFECT_API_URL", team.url)
    monkeypatch.setenv("PREFECT_HOME", str(team.home / "prefect"))
    return lambda: [f.fact for f in examined() if f.check == "prefect" and f.state == "fail"]


def is_so(look: Callable[[], bool], seconds: float = 300) -> bool:
    until = time.monotonic() + seconds
    while not (answer := look()) and time.monotonic() < until:
        time.sleep(1)
    return answer


def test_it_is_healthy_and_the_doctor_finds_pool_worker_deployments_and_planned_runs(
    team: Team, found: Callable[[], list[str]]
) -> None:
    assert is_so(lambda: team.healthy() == 0)
    assert is_so(lambda: found() == []), found()


def test_the_pages_for_people_lie_below_its_home_as_its_user_may_not_write_where_prefect_is(
    team: Team,
) -> None:
    copied = team.home / "prefect" / "ui"
    assert sorted(path.name for path in copied.iterdir()) == ["v1", "v2"]
    page = httpx.get(team.url.removesuffix("/api"), follow_redirects=True, timeout=60)
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]


def test_the_doctor_names_a_schedule_that_is_off_and_a_missing_deployment(
    team: Team, found: Callable[[], list[str]]
) -> None:
    with httpx.Client(base_url=team.url, timeout=60) as api:
        ingest = api.get("/deployments/name/ingest/ingest").json()["id"]
        api.post(f"/deployments/{ingest}/pause_deployment").raise_for_status()
        backfill = api.get("/deployments/name/backfill/backfill").json()["id"]
        api.delete(f"/deployments/{backfill}").raise_for_status()
    assert found() == ["not deployed: backfill", "the schedule of ingest is off"]


def test_sigterm_stops_every_part_in_order(team: Team) -> None:
    children = subprocess.run(
        ["ps", "--ppid", str(team.process.pid), "-o", "pid="], capture_output=True, check=True
    )
    parts = [int(pid) for pid in children.stdout.split()]
    assert len(parts) == 2
    team.process.send_signal(signal.SIGTERM)
    assert team.process.wait(120) == 0
    for pid in parts:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert team.healthy() == 1


def test_without_a_postgresql_it_says_what_is_missing(tmp_path: Path) -> None:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "CORRIDOR_"))}
    environment = {**kept, "CORRIDOR_HOME": str(tmp_path), "PYTHONPATH": str(checkout())}
    run = subprocess.run(
        [*SERVER, "run"], cwd=checkout(), env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 3
    assert "CORRIDOR_PREFECT_DATABASE_URL is not set" in run.stdout
    assert "pg_trgm" in run.stdout
