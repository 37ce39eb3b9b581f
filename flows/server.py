"""A Prefect server and worker for a team, with PostgreSQL: ``python -m flows.server run|serve|work|health``.

Starts the parts one after the other, makes work pool and deployments, and stops all of them on SIGTERM. A part that
ends by itself ends the whole, so that whoever supervises this process starts it anew. Flows and schedules are declared
in ``prefect.yaml``; what a run may find wrong is told by ``corridor doctor``.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from corridor_etl.errors import CorridorError, SettingsError, TerminalError
from corridor_etl.jobs.prefect_api import POOL, Api
from corridor_etl.settings import checkout, home
from flows import offline_environment
from flows.deploying import deploy
from flows.strays import put_in_order

STARTS_WITHIN_SECONDS = 300
STOPS_WITHIN_SECONDS = 60
"""A worker passes the signal on to its runs, which end the week or delivery they are at."""
LOOKS_EVERY_SECONDS = 60
DATABASE = "CORRIDOR_PREFECT_DATABASE_URL"
SERVER_SETTINGS = {
    # Task runs and events are written in large pieces, or they are seen a minute late.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "50",
    # Ended runs and events are never removed unless asked for.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    # Slots of a deployment's limit outlive a restart of the server; in its memory they would be lost.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # Four minutes of asking again, so that runs and workers outlive one too.
    "PREFECT_CLIENT_MAX_RETRIES": "7",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 after an orderly stop or when all is well, 1 where a part ended or does not answer."""
    parser = argparse.ArgumentParser(prog="python -m flows.server", description="Prefect for a team.")
    parser.add_argument("part", choices=sorted(_PARTS), help="everything, one part, or whether all is well")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=4200, help="port to listen on")
    given = parser.parse_args(arguments)
    url = os.environ.get("PREFECT_API_URL") if given.part in ("work", "health") else None
    environment = _environment(url or f"http://{given.host}:{given.port}/api")
    try:
        return int(_PARTS[given.part](environment, given.host, given.port))
    except CorridorError as error:
        _say(error.message)
        return error.exit_code


def _environment(api_url: str) -> dict[str, str]:
    """What the parts see: the operator's own settings win, but for the address that is listened on."""
    given = {**SERVER_SETTINGS, **offline_environment(home()), **os.environ}
    folder = Path(given["PREFECT_HOME"])
    folder.mkdir(parents=True, exist_ok=True)
    # Where Prefect is installed its server may not write, as in the container or below a service's user.
    given.setdefault("PREFECT_SERVER_UI_STATIC_DIRECTORY", str(folder / "ui"))
    ours = {"CORRIDOR_CHECKOUT": str(checkout()), "CORRIDOR_HOME": str(home())}
    return {**given, **ours, "PREFECT_API_URL": api_url.replace("0.0.0.0", "127.0.0.1")}


def run(environment: Mapping[str, str], host: str, port: int) -> int:
    """Server, pool, deployments and a worker."""
    return _supervised(environment, host, port, with_worker=True)


def serve(environment: Mapping[str, str], host: str, port: int) -> int:
    """The same without a worker."""
    return _supervised(environment, host, port, with_worker=False)


def work(environment: Mapping[str, str], _host: str, _port: int) -> int:
    """A worker of the server in ``PREFECT_API_URL``, once that answers."""
    with ExitStack() as stack:
        stopping = _stopping()
        _wait_until_healthy(environment, stopping, [])
        worker = stack.enter_context(_part("worker", [*_WORKER], environment))
        return _until_one_ends([worker], stopping)


def health(environment: Mapping[str, str], _host: str, _port: int) -> int:
    """0 where the server answers and a worker is online."""
    try:
        workers = _api(environment).ask(f"/work_pools/{POOL}/workers/filter", {})
        is_well = any(worker["status"] == "ONLINE" for worker in workers)
        _say("the server answers, " + ("a worker is online" if is_well else "no worker is online"))
        return 0 if is_well else 1
    except OSError as error:
        _say(f"the server at {environment['PREFECT_API_URL']} does not answer: {error}")
        return 1


_PARTS = {"run": run, "serve": serve, "work": work, "health": health}
_WORKER = ("worker", "start", "--pool", POOL, "--type", "process")


def _supervised(environment: Mapping[str, str], host: str, port: int, *, with_worker: bool) -> int:
    began = time.monotonic()
    ours = {**environment, "PREFECT_SERVER_DATABASE_CONNECTION_URL": _database()}
    with ExitStack() as stack:
        stopping = _stopping()
        parts = [
            stack.enter_context(
                _part("server", ["server", "start", "--host", host, "--port", str(port)], ours)
            )
        ]
        _wait_until_healthy(ours, stopping, parts)
        if not stopping.is_set():
            deploy(environment)
            if with_worker:
                parts.append(stack.enter_context(_part("worker", [*_WORKER], environment)))
            _say(f"ready after {time.monotonic() - began:.0f} s: {ours['PREFECT_API_URL']}")
        return _until_one_ends(parts, stopping, lambda: _look_for_strays(environment))


def _database() -> str:
    """The address of Prefect's own database, as its server takes it."""
    scheme, _, rest = os.environ.get(DATABASE, "").partition("://")
    if scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise SettingsError(
            f"{DATABASE} {f'begins with {scheme}' if scheme else 'is not set'}",
            expected="postgresql://user@host/database: SQLite locks up under a server that schedules",
            fix="createdb prefect on a PostgreSQL 14 or newer with its contrib modules (pg_trgm), then name it there.",
        )
    return f"postgresql+asyncpg://{rest}"


@contextmanager
def _part(
    name: str, arguments: list[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Prefect in a group of its own, which ends with the block."""
    command = [sys.executable, "-m", "prefect", *arguments]
    process = subprocess.Popen(command, cwd=checkout(), env=dict(environment), start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        _say(f"the {name} has stopped")


def _stopping() -> threading.Event:
    """Set by SIGTERM or SIGINT."""
    event = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: event.set())
    return event


def _until_one_ends(
    parts: Sequence[subprocess.Popen[bytes]],
    stopping: threading.Event,
    look: Callable[[], None] = lambda: None,
) -> int:
    looked = time.monotonic()
    while not stopping.wait(0.5):
        if any(part.poll() is not None for part in parts):
            _say("a part has ended by itself; stopping the others")
            return 1
        if time.monotonic() > looked + LOOKS_EVERY_SECONDS:
            look()
            looked = time.monotonic()
    return 0


def _look_for_strays(environment: Mapping[str, str]) -> None:
    try:
        for line in put_in_order(_api(environment)):
            _say(line)
    except OSError as error:  # the next look is near
        _say(f"no look for strays: {error}")


def _wait_until_healthy(
    environment: Mapping[str, str], stopping: threading.Event, parts: Sequence[subprocess.Popen[bytes]]
) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and all(part.poll() is None for part in parts):
        try:
            if stopping.wait(0.5) or _api(environment).ask("/health"):
                return
        except OSError:
            continue
    raise TerminalError(f"no server answers at {environment['PREFECT_API_URL']}",
                        expected=f"an answer within {STARTS_WITHIN_SECONDS} s", fix="See its log above.")  # fmt: skip


def _api(environment: Mapping[str, str]) -> Api:
    return Api.of(environment["PREFECT_API_URL"], environment)


def _say(line: str) -> None:
    print(f"corridor server: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
