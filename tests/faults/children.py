"""One child of this process per run of the program, so that its ten seconds of imports are paid once.

The parent has only imported and read; it never lets Polars start its threads, which would not survive the fork. A child
waits on a pipe until whoever wants to trace it is attached, then is ``corridor`` with the arguments it was given.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOW = "2025-06-16T06:00:00+00:00"
LATER = "2025-06-16T06:10:00+00:00"
"""When the lease of a run that was killed has ended."""
SECONDS = 300


def warm_up() -> None:
    """Imports all of the program and reads what it keeps of its own files; starts no thread of Polars."""
    import great_expectations  # noqa: F401
    import pyiceberg.io.pyarrow  # noqa: F401
    import rich.console
    import rich.table  # noqa: F401

    import corridor_etl.jobs.health
    import corridor_etl.jobs.ingest
    import corridor_etl.jobs.weekly
    import corridor_etl.quality.context
    import corridor_etl.quality.expectations
    import corridor_etl.warehouse.iceberg  # noqa: F401
    from corridor_etl import sources, staging
    from corridor_etl.cli import app  # noqa: F401
    from corridor_etl.kpis import kpis
    from corridor_etl.quality.context import silent_context
    from corridor_etl.settings import load_settings

    load_settings()
    sources.sources()
    staging.stagings()
    kpis()
    silent_context()
    # What is imported is not looked through again by each child's garbage collection.
    gc.collect()
    gc.freeze()
    if _own_threads_of_polars(os.getpid()):
        raise RuntimeError(
            "Polars has started its threads in the parent; its children would wait for them for ever"
        )


def _own_threads_of_polars(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if (task / "comm").read_text().startswith(("polars-0", "polars-1", "async-exec", "tokio")):
                found.append(int(task.name))
    return sorted(found)


@dataclass(frozen=True)
class Threads:
    """The threads of a child that can be traced by number, because they are there before it starts its work."""

    main: int
    catalog: tuple[int, ...]
    engine: tuple[int, ...]

    def group(self, thread: int) -> str:
        """The name of the group a thread belongs to; those that came later count as the engine's."""
        if thread == self.main:
            return "main"
        return "catalog" if thread in self.catalog else "engine"

    def of(self, group: str) -> list[int]:
        """The threads of a group."""
        return [self.main] if group == "main" else list(getattr(self, group))


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (negative: the signal), what it wrote, and what it answered."""

    exit_code: int
    said: str
    answer: Any
    seconds: float


class Child:
    """A forked child that waits for :meth:`go`."""

    def __init__(self, work: Callable[[], Any], output: Path, environment: dict[str, str]) -> None:
        self.output = output
        self._answer = output.with_suffix(".json")
        self._answer.unlink(missing_ok=True)
        ready, mine_ready = os.pipe()
        start, mine_start = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ready)
            os.close(mine_start)
            self._be_child(work, environment, mine_ready, start)
        os.close(mine_ready)
        os.close(start)
        self._start = mine_start
        with os.fdopen(ready, "r") as pipe:
            self.threads = Threads(
                **{k: v if k == "main" else tuple(v) for k, v in json.loads(pipe.readline()).items()}
            )

    def _be_child(self, work: Callable[[], Any], environment: dict[str, str], ready: int, start: int) -> None:
        code = 70
        try:
            os.setpgid(0, 0)
            os.environ.update(environment)
            out = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.write(ready, (json.dumps(_started_threads()) + "\n").encode())
            if not os.read(start, 1):
                os._exit(71)  # the parent is gone
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.alarm(SECONDS)
            answer = work()
            code = answer if isinstance(answer, int) else 0
            if not isinstance(answer, int):
                self._answer.write_text(json.dumps(answer))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def start(self) -> None:
        """Lets the child work."""
        os.write(self._start, b"x")
        os.close(self._start)

    def has_ended(self) -> bool:
        """Whether the child is over, of a child that was started and is not waited for."""
        return os.waitpid(self.pid, os.WNOHANG)[0] != 0

    def go(self) -> Ended:
        """Lets the child work and waits for its end."""
        began = time.monotonic()
        self.start()
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        answer = json.loads(self._answer.read_text()) if self._answer.exists() else None
        said = self.output.read_text(encoding="utf-8", errors="replace")
        return Ended(code, said, answer, time.monotonic() - began)


def _started_threads() -> dict[str, Any]:
    """Starts the threads that will write files later on, so that strace can be attached to each by its number."""
    import polars as pl
    from pyiceberg.utils.concurrent import ExecutorFactory

    pid = os.getpid()
    before = _tasks()
    ExecutorFactory.get_or_create().submit(os.getpid).result()
    catalog = _tasks() - before
    before = _tasks()
    pl.select(pl.int_range(1000).sort(descending=True)).lazy().collect()
    return {"main": pid, "catalog": sorted(catalog), "engine": sorted(_tasks() - before)}


def _tasks() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/task").iterdir()}


def corridor(*arguments: str) -> int:
    """The program itself, as the console script calls it; its exit code."""
    from corridor_etl.cli.app import main

    sys.argv = ["corridor", *arguments]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def run(work: Callable[[], Any], output: Path, environment: dict[str, str]) -> Ended:
    """A child that nobody traces, from start to end."""
    return Child(work, output, environment).go()


def each(items: Sequence[Any], every: int) -> Iterator[Any]:
    """Each ``every``-th item, from the first."""
    yield from items[::every]
