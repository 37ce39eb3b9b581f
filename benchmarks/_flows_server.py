"""A Prefect server and a process worker on this machine, and what their processes have cost so far.

``CORRIDOR_PREFECT_DATABASE_URL`` names a PostgreSQL for the server, as it does for ``flows.server``; without it the
server keeps its state in SQLite.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from corridor_etl.jobs.prefect_api import POOL
from corridor_etl.settings import checkout
from flows import offline_environment
from flows.server import DATABASE, SERVER_SETTINGS

PREFECT = [sys.executable, "-m", "prefect"]
TICKS = os.sysconf("SC_CLK_TCK")
WAIT_SECONDS = 3600


@dataclass(frozen=True)
class Run:
    """One flow run: from the request to its end, within itself, and the CPU of its process and of the server."""

    wall_s: float
    inner_wall_s: float
    cpu_s: float
    server_cpu_s: float


@dataclass(frozen=True)
class Platform:
    """Server and worker with the deployment ``ingest``, whose schedule is off."""

    api: httpx.Client
    server: int
    worker: int

    def run(self, **parameters: Any) -> Run:
        """One run of ``ingest`` by the worker; ``RuntimeError`` unless it completes."""
        path = "/deployments/name/ingest/ingest"
        began, before = time.perf_counter(), self._cpu()
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        made = self._ask("POST", f"/deployments/{self._ask('GET', path)['id']}/create_flow_run", body)["id"]
        run = waited_for(lambda: self._ended(made), f"the end of flow run {made}")
        wall_s = time.perf_counter() - began
        if run["state_type"] != "COMPLETED":
            raise RuntimeError(f"the flow run is {run['state']['name']}: {run['state']['message']}")
        # its process ends after the run does, and only then counts as the worker's child
        waited_for(lambda: self._cpu()[0] > before[0], "the end of the flow's process")
        after = self._cpu()
        return Run(wall_s, run["total_run_time"], after[0] - before[0], after[1] - before[1])

    def _ended(self, run_id: str) -> dict[str, Any] | None:
        run = self._ask("GET", f"/flow_runs/{run_id}")
        return run if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = waited_for(lambda: _answer(self.api, method, path, body), f"an answer to {path}")
        found: dict[str, Any] = answer.raise_for_status().json() if answer.content else {}
        return found

    def _cpu(self) -> tuple[float, float]:
        return _cpu_s(self.worker)[1], sum(_cpu_s(self.server))


def _answer(api: httpx.Client, method: str, path: str, body: Any) -> httpx.Response | None:
    """None where SQLite is busy."""
    answer = api.request(method, path, json=body)
    return None if answer.status_code == 503 else answer


def _cpu_s(pid: int) -> tuple[float, float]:
    """CPU seconds of a process, and of those children of it that have ended."""
    cells = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own, children = (int(cells[i]) + int(cells[i + 1]) for i in (11, 13))
    return own / TICKS, children / TICKS


@contextmanager
def platform(home: Path) -> Iterator[Platform]:
    """Server and worker whose flows work on ``home``, until the end of the block."""
    environment = _environment(home)
    with ExitStack() as stack:
        port = environment["PREFECT_API_URL"].rpartition(":")[2].removesuffix("/api")
        server = stack.enter_context(_running(["server", "start", "--port", port], environment, home))
        api = stack.enter_context(httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=60))
        waited_for(lambda: _is_healthy(api), "the server")
        _prefect(["work-pool", "create", POOL, "--type", "process"], environment)
        _prefect(["--no-prompt", "deploy", "--name", "ingest"], environment)
        made = api.get("/deployments/name/ingest/ingest").json()["id"]
        api.post(f"/deployments/{made}/pause_deployment").raise_for_status()
        worker = stack.enter_context(
            _running(["worker", "start", "--pool", POOL, "--type", "process"], environment, home)
        )
        yield Platform(api, server, worker)


def _environment(home: Path) -> dict[str, str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "CORRIDOR_"))}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/api"
    given = os.environ.get(DATABASE)
    database = f"postgresql+asyncpg://{given.partition('://')[2]}" if given else None
    return {
        **kept, **offline_environment(home), **SERVER_SETTINGS, "PREFECT_API_URL": url,
        **({"PREFECT_SERVER_DATABASE_CONNECTION_URL": database} if database else {}),
        "PREFECT_CLIENT_MAX_RETRIES": "15", "CORRIDOR_CHECKOUT": str(checkout()), "CORRIDOR_HOME": str(home),
    }  # fmt: skip


@contextmanager
def _running(arguments: list[str], environment: dict[str, str], home: Path) -> Iterator[int]:
    with (home / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [*PREFECT, *arguments], cwd=checkout(), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def _prefect(arguments: list[str], environment: dict[str, str]) -> None:
    subprocess.run(
        [*PREFECT, *arguments], cwd=checkout(), env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _is_healthy(api: httpx.Client) -> bool:
    try:
        return api.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def waited_for(look: Callable[[], Any], what: str) -> Any:
    """The first true answer of ``look``; ``TimeoutError`` where none comes."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"waited in vain for {what}")
