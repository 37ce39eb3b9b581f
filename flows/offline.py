"""Runs the real flows inside this process, with a temporary Prefect server of its own: the demo, a laptop, a test.

It needs no installed server, no worker and no network, so scheduled work can go on while the server is down:
``python -m flows.offline ingest|weekly-reports|maintenance|deliver``, from any scheduler. Prefect stops the temporary
server when the process ends; its database stays below ``CORRIDOR_HOME``, so only the first start has to create it. What
flows do belongs to their own files.
"""

from __future__ import annotations

import contextvars
import importlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corridor_etl.errors import CorridorError, UsageError
from corridor_etl.settings import home
from flows import offline_environment

if TYPE_CHECKING:
    from corridor_etl.jobs.ingest import BatchResult
    from corridor_etl.jobs.weekly import IssueResult

# Nobody looks into the temporary server: without these services a run never waits for SQLite's lock, and the server
# stops at once. Its log would only tell of its own end.
SERVER_KEPT_SMALL = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}

_starting: list[threading.Thread] = []


def start_early() -> None:
    """Starts the server in the background, to hide most of its start behind other work."""
    if _starting:
        return
    with _settings():
        # Imported here and not in the thread: two threads that import packages at once can see halves of them.
        from prefect.server.api.server import SubprocessASGIServer

        context = contextvars.copy_context()
    _starting.append(threading.Thread(target=context.run, args=[SubprocessASGIServer().start], daemon=True))
    _starting[0].start()


def stop() -> None:
    """Stops the server before the process ends; the next run starts another."""
    if _starting:
        from prefect.server.api.server import SubprocessASGIServer

        _starting.pop().join()
        SubprocessASGIServer().stop()


def run_ingest(paths: list[str] | None = None) -> BatchResult:
    """The flow ``ingest``, over the inbox or given paths."""
    with own_prefect():
        from flows.ingest import ingest

        return ingest(paths)


def run_weekly_report(week: str | None = None) -> IssueResult:
    """The flow ``weekly-reports`` for one week and the edition ``weekly``; the last whole week unless given."""
    with own_prefect():
        from corridor_etl.clock import now_utc
        from flows.weekly_reports import due_week, weekly_reports

        return weekly_reports(due_week(week, now_utc()), editions=["weekly"])[0]


FLOWS = {
    "ingest": "flows.ingest:ingest",
    "weekly-reports": "flows.weekly_reports:weekly_reports",
    "maintenance": "flows.maintenance:maintenance",
    "deliver": "flows.deliver:deliver",
}
"""Scheduled flows by name: what runs without any parameter."""


def run(name: str) -> None:
    """One scheduled flow, now; ``UsageError`` for a name there is not, else the error of the flow."""
    if name not in FLOWS:
        raise UsageError(f"there is no scheduled flow '{name}'", expected=f"one of {', '.join(FLOWS)}")
    module, _, function = FLOWS[name].partition(":")
    with own_prefect():
        getattr(importlib.import_module(module), function)()


def main(arguments: Sequence[str]) -> int:
    """Runs the flow that is named, without any server, and gives the exit code of its outcome."""
    try:
        run(arguments[0] if len(arguments) == 1 else "")
    except CorridorError as error:
        print(f"corridor: {error.message}", file=sys.stderr)
        return error.exit_code
    finally:
        stop()
    print(f"{arguments[0]}: done from the ledger, without a Prefect server")
    return 0


@contextmanager
def own_prefect() -> Iterator[None]:
    """The block in which any flow can be called as a function; waits until the temporary server answers."""
    start_early()
    _starting[0].join()
    with _settings():
        yield


@contextmanager
def _settings() -> Iterator[None]:
    """No other server, nothing on the terminal but warnings, and no heartbeats: each would cost a run a second."""
    _enter_environment()
    from prefect import settings

    alone = {
        settings.PREFECT_API_URL: None,
        settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with settings.temporary_settings(alone):
        yield


def _enter_environment() -> None:
    """Prefect reads its settings from the environment; what points to another server or database has to go."""
    wanted = {**offline_environment(home()), **SERVER_KEPT_SMALL}
    for name in [name for name in os.environ if name.startswith("PREFECT_") and name not in wanted]:
        del os.environ[name]
    os.environ.update(wanted)
    Path(wanted["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
