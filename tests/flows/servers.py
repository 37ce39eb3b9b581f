"""A Prefect server asked over its API, and processes of Prefect that can be stopped, for tests that run them for real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from corridor_etl.settings import checkout
from flows import offline_environment

PREFECT = [sys.executable, "-m", "prefect"]
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
# What they write to the database all the time is read by none of these tests.
QUIET_SERVICES = {
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false"
    for name in (
        "CANCELLATION_CLEANUP",
        "EVENT_PERSISTER",
        "FOREMAN",
        "LATE_RUNS",
        "PAUSE_EXPIRATIONS",
        "TASK_RUN_RECORDER",
    )
}
ASKED_AGAIN_SECONDS = 240
BEGINS_WITHIN_SECONDS = 400
"""A busy machine may need more than a minute for an answer; nothing waits for this long where all is well."""


@dataclass(frozen=True)
class Server:
    """A running server, and the home folder its worker works in."""

    api: httpx.Client
    home: Path
    environment: dict[str, str]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, once: bool = False) -> Any:
        """One answer of the API; while its database is busy (503) or no answer comes, it is asked again.

        ``once``: what may have been done although no answer came is not asked for again.
        """
        answer = waited_for(
            lambda: self._answer(method, path, body, once),
            seconds=ASKED_AGAIN_SECONDS,
            what=f"an answer to {method} {path}",
        )
        return answer.raise_for_status().json() if answer.content else None

    def _answer(
        self, method: str, path: str, body: dict[str, Any] | None, once: bool
    ) -> httpx.Response | None:
        try:
            answer = self.api.request(method, path, json=body)
        except httpx.ConnectError:
            return None
        except httpx.TransportError:
            if once:
                raise
            return None
        return None if answer.status_code == 503 else answer

    def is_healthy(self) -> bool:
        try:
            return self.api.get("/health").status_code == 200
        except httpx.TransportError:
            return False

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
            seconds=BEGINS_WITHIN_SECONDS,
            what=f"the end of scheduled runs of {name}",
        )

    def start(self, name: str, scheduled: datetime, now: datetime | None = None, **parameters: Any) -> str:
        """Asks for a run that was scheduled then; ``now`` is what its clock shows, instead of the real time."""
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": scheduled.isoformat()}}
        # With the key, asking again makes no second run.
        body: dict[str, Any] = {"parameters": parameters, "state": state, "idempotency_key": uuid4().hex}
        if now is not None:
            body["job_variables"] = {"env": {"CORRIDOR_NOW": now.isoformat()}}
        path = f"/deployments/{self.deployment(name)['id']}/create_flow_run"
        return str(self.ask("POST", path, body)["id"])

    def finished(self, run_id: str, seconds: float = 600) -> dict[str, Any]:
        run = self.ended(run_id, seconds)
        assert run["state_type"] == "COMPLETED", (run["state"], self.messages(run_id))
        return run

    def ended(self, run_id: str, seconds: float = 600) -> dict[str, Any]:
        """The run once it has ended, however it did."""
        run: dict[str, Any] = waited_for(
            lambda: self._in(ENDED, run_id), seconds=seconds, what=f"the end of flow run {run_id}"
        )
        return run

    def at_work(self, run_id: str) -> dict[str, Any]:
        """The run once it is at work."""
        what = f"the begin of flow run {run_id}"
        run: dict[str, Any] = waited_for(
            lambda: self._in({"RUNNING"}, run_id), seconds=BEGINS_WITHIN_SECONDS, what=what
        )
        return run

    def _in(self, states: set[str], run_id: str) -> dict[str, Any] | None:
        run = self.ask("GET", f"/flow_runs/{run_id}")
        return run if run["state_type"] in states else None

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(home: Path, port: int, **more: str) -> dict[str, str]:
    """What a server on that port and its worker see of this machine, and ``more``."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "CORRIDOR_"))}
    return {
        **kept,
        **offline_environment(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_CLIENT_MAX_RETRIES": "15",
        "CORRIDOR_CHECKOUT": str(checkout()),
        "CORRIDOR_HOME": str(home),
        **more,
    }


def prefect(arguments: list[str], environment: dict[str, str]) -> str:
    """Runs one command of Prefect in the checkout, where ``prefect.yaml`` and ``prefect.toml`` are."""
    run = subprocess.run(
        [*PREFECT, *arguments], cwd=checkout(), env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A process and whatever it starts, as one group that ends with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
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
