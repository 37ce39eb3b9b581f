"""A Dask scheduler and workers as processes of their own, each worker with a home folder that nobody else has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corridor_etl.settings import checkout

ALONE = ("CORRIDOR_TASK_RUNNER", "CORRIDOR_DASK_ADDRESS", "CORRIDOR_DATABASE_URL")
"""What a worker is not told: it reads deliveries, renders issues and knows no database."""


@dataclass(frozen=True)
class Cluster:
    """The scheduler's address and the process of each worker by its name."""

    address: str
    workers: Mapping[str, subprocess.Popen[bytes]] = field(default_factory=dict)


@contextmanager
def cluster(
    folder: Path, workers: int = 2, environment: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """A cluster on loopback, gone at the end of the block."""
    told = {**os.environ, "PYTHONPATH": str(checkout()), **(environment or {})}
    told = {name: value for name, value in told.items() if name not in ALONE}
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
        stack.enter_context(running([*scheduler, "--no-dashboard"], told, folder / "scheduler.log"))
        found = {
            name: stack.enter_context(worker(name, folder, told, ["--scheduler-file", str(file)]))
            for name in (f"w{number}" for number in range(workers))
        }
        yield Cluster(_address(file), found)


def _address(file: Path, seconds: float = 60) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise AssertionError(f"no scheduler within {seconds} s; see {file.with_suffix('.log')}")


@contextmanager
def worker(
    name: str,
    folder: Path,
    environment: Mapping[str, str],
    scheduler: Sequence[str],
    before: Sequence[str] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """One worker of one thread, without a nanny that would start it again; ``before`` is put before the command."""
    told = {**environment, "CORRIDOR_HOME": str(folder / name)}
    options = ["--name", name, "--nthreads", "1", "--nworkers", "1", "--no-nanny", "--no-dashboard"]
    options += ["--local-directory", str(folder / f"{name}-dask"), "--death-timeout", "120"]
    with running(["worker", *scheduler, *options], told, folder / f"{name}.log", before) as process:
        yield process


@contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path, before: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask, killed at the end of the block if it has not ended by then."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "dask", *arguments],
            cwd=checkout(),
            env=dict(environment),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
