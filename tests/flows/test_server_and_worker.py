"""The whole chain for real: a Prefect server, a process worker, ``prefect deploy``, schedules, a late run, its report."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from flows import offline_environment

pytestmark = [pytest.mark.server, pytest.mark.timeout(420)]
PREFECT = [sys.executable, "-m", "prefect"]
SIMULATED = "2025-W20:2025-W24"
LATE_MONDAY = datetime(2025, 6, 9, 1, 0, tzinfo=UTC)
"""Monday 06:00 in Almaty: the run for 2025-W23, a year and more before the test."""
# They write to SQLite all the time and nothing here reads what they write.
QUIET_SERVICES = {
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}


@dataclass(frozen=True)
class Server:
    """A running server with a worker, and the home folder they work in."""

    api: httpx.Client
    home: Path
    environment: dict[str, str]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One answer of the API. SQLite may be busy for a moment: then the server says 503, and asking again helps."""
        answer = waited_for(
            lambda: self._answer(method, path, body), seconds=60, what=f"an answer to {method} {path}"
        )
        return answer.raise_for_status().json() if answer.content else None

    def _answer(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response | None:
        answer = self.api.request(method, path, json=body)
        return None if answer.status_code == 503 else answer

    def deployment(self, name: str) -> dict[str, Any]:
        return self.ask("GET", f"/deployments/name/{name}/{name}")

    def runs(self, name: str) -> list[dict[str, Any]]:
        of_deployment = {"deployments": {"id": {"any_": [self.deployment(name)["id"]]}}, "limit": 50}
        return self.ask("POST", "/flow_runs/filter", of_deployment)

    def silence(self, name: str) -> None:
        """Pauses the schedules of a deployment and waits until none of its runs is at work."""
        self.ask("POST", f"/deployments/{self.deployment(name)['id']}/pause_deployment")
        at_work = {"PENDING", "RUNNING"}
        waited_for(
            lambda: not [r for r in self.runs(name) if r["state_type"] in at_work],
            seconds=120,
            what=f"the end of scheduled runs of {name}",
        )

    def start(self, name: str, scheduled: datetime, **parameters: Any) -> str:
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": scheduled.isoformat()}}
        body = {"parameters": parameters, "state": state}
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return str(self.ask("POST", path, body)["id"])

    def finished(self, run_id: str) -> dict[str, Any]:
        run = waited_for(lambda: self._ended(run_id), seconds=180, what=f"the end of flow run {run_id}")
        assert run["state_type"] == "COMPLETED", (run["state"], self.messages(run_id))
        return run

    def _ended(self, run_id: str) -> dict[str, Any] | None:
        run = self.ask("GET", f"/flow_runs/{run_id}")
        return run if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

    def messages(self, run_id: str) -> list[str]:
        wanted = {"logs": {"flow_run_id": {"any_": [run_id]}}}
        return [log["message"] for log in self.ask("POST", "/logs/filter", wanted)]


def waited_for(look: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """The first true answer of ``look``; fails the test when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.5)
    return pytest.fail(f"waited {seconds} s in vain for {what}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("platform")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("CORRIDOR_HOME", str(home))
        simulate(home, parse_range(SIMULATED), seed=1, faults=False, settings=load_settings())
        port = free_port()
        environment = clean_environment(home, port)
        log = folder / "server.log"
        stack.enter_context(running(["server", "start", "--port", str(port)], environment, log))
        api = stack.enter_context(httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=60))
        waited_for(lambda: is_healthy(api), seconds=120, what=f"the server; see {log}")
        prefect(["work-pool", "create", "corridor", "--type", "process"], environment)
        worker = ["worker", "start", "--pool", "corridor", "--type", "process"]
        stack.enter_context(running(worker, environment, folder / "worker.log"))
        elsewhere = {name: value for name, value in environment.items() if name != "CORRIDOR_CHECKOUT"}
        prefect(["--no-prompt", "deploy", "--all"], elsewhere)
        yield Server(api, home, environment)


def clean_environment(home: Path, port: int) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "CORRIDOR_"))
    }
    return {
        **kept,
        **offline_environment(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_CLIENT_MAX_RETRIES": "15",
        **QUIET_SERVICES,
        "CORRIDOR_CHECKOUT": str(checkout()),
        "CORRIDOR_HOME": str(home),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_healthy(api: httpx.Client) -> bool:
    try:
        return api.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def prefect(arguments: list[str], environment: dict[str, str]) -> str:
    """Runs one command of Prefect in the checkout, where ``prefect.yaml`` and ``prefect.toml`` are."""
    run = subprocess.run(
        [*PREFECT, *arguments], cwd=checkout(), env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@contextmanager
def running(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A Prefect process and whatever it starts, as one group that ends with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*PREFECT, *arguments],
            cwd=checkout(),
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_scheduled_runs_appear_after_deployment(server: Server) -> None:
    """A server can be healthy, accept every deployment, show active schedules and still never start a run."""
    for name in ("ingest", "weekly-reports", "maintenance"):
        runs = waited_for(
            lambda name=name: [r for r in server.runs(name) if r["auto_scheduled"]],
            seconds=60,
            what=f"a scheduled run of {name}",
        )
        assert len(runs) >= 3


def test_backfill_has_no_schedule(server: Server) -> None:
    assert server.deployment("backfill")["schedules"] == []


def test_each_worker_finds_its_own_checkout(server: Server) -> None:
    """Deployed without the variable, the folder is looked up where a run starts."""
    assert "{{ $CORRIDOR_CHECKOUT }}" in str(server.deployment("ingest")["pull_steps"])


def test_the_server_refuses_a_week_that_is_none(server: Server) -> None:
    body = {"parameters": {"week": "24/2025"}}
    path = f"/deployments/{server.deployment('weekly-reports')['id']}/create_flow_run"
    with pytest.raises(httpx.HTTPStatusError, match=r"\b(409|422)\b"):
        server.ask("POST", path, body)


def test_a_late_run_reports_the_week_it_was_scheduled_for(server: Server) -> None:
    server.silence("ingest")
    ingested = server.finished(server.start("ingest", datetime.now(UTC)))
    assert ingested["name"] == "ingest inbox"

    late = server.finished(server.start("weekly-reports", LATE_MONDAY, editions=["weekly"]))
    assert late["name"] == "weekly 2025-W23"
    with Warehouse.open(server.home) as warehouse:
        issues = warehouse.issues().select("week", "state", "folder").rows()
        assert warehouse.outbox().height > 0
    ((week, state, folder),) = issues
    assert (week, state) == ("2025-W23", "published")
    assert "2025-W23" in (server.home / folder / "index.html").read_text(encoding="utf-8")

    backfilled = server.finished(
        server.start("backfill", datetime.now(UTC), weeks="2025-W22:2025-W23", reason="first weeks")
    )
    assert backfilled["name"] == "backfill 2025-W22:2025-W23 (first weeks)"
    with Warehouse.open(server.home) as warehouse:
        assert sorted(warehouse.issues()["week"]) == ["2025-W22", "2025-W23"]
        assert {key for key in warehouse.outbox()["report_key"] if "W22" in key} == set()

    steps = ["sweep", "archive", "ledger", "site"]
    server.finished(server.start("maintenance", datetime.now(UTC), steps=steps))
    assert (server.home / "site" / "index.html").is_file()
