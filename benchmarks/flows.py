"""What a flow run costs over its work, and an inbox of a thousand small deliveries, with a real server and worker.

The same deliveries are ingested by the deployment ``ingest`` into one home, and into another by the same job in a
process that has everything imported. Server, worker and flow share the machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks._bar import Bar, in_a_child
from benchmarks._flows_server import Run, platform
from corridor_etl.settings import load_settings
from corridor_etl.simulator import Stream, simulate_port

DELIVERIES = int(os.environ.get("BENCH_FLOWS_DELIVERIES", "1000"))
ROWS = 100
A_WEEK = 100
"""Deliveries of a week, so that the corpus is a history and not one heap."""
FIRST = 8
"""Deliveries of the run whose surcharge is measured."""
GOAL_SURCHARGE_S = 3.0
GOAL_S = 300.0
GOAL_OF = 1000
Taken = dict[str, float]


def run() -> Iterator[Bar]:
    """The surcharge of a small run, then the large one."""
    with _folder() as corpus:
        files = _corpus(corpus)
        with _folder() as home, _set_to(home):
            _deliver(files[:FIRST], corpus, home)
            alone = in_a_child("benchmarks._flows_child")
        with _folder() as home, platform(home) as prefect:
            _deliver(files[:FIRST], corpus, home)
            yield from _of_surcharge(prefect.run(), alone)
            _deliver(files[FIRST:], corpus, home)
            yield _of_inbox(prefect.run(), len(files) - FIRST)


def _of_surcharge(with_prefect: Run, alone: Taken) -> Iterator[Bar]:
    told = (
        f"flow's process {with_prefect.cpu_s:.1f} CPU s, of it imports {alone['import_cpu_s']:.1f} and the job "
        f"{alone['cpu_s']:.1f}; server {with_prefect.server_cpu_s:.1f}; asked to ended {with_prefect.wall_s:.1f} s"
    )
    cpu_s = with_prefect.cpu_s - alone["import_cpu_s"] - alone["cpu_s"]
    yield _surcharge("CPU without imports", cpu_s, told)
    wall_s = with_prefect.inner_wall_s - alone["wall_s"]
    told = f"begun to completed {with_prefect.inner_wall_s:.1f} s, the job alone {alone['wall_s']:.1f} s"
    yield _surcharge("wall", wall_s, told)


def _surcharge(what: str, seconds: float, note: str) -> Bar:
    name = f"flows, a run over its work of {FIRST} deliveries, {what}"
    return Bar(name, "ms", seconds * 1e3, GOAL_SURCHARGE_S * 1e3, is_ceiling=True, note=note)


def _of_inbox(done: Run, deliveries: int) -> Bar:
    note = (
        f"flow {done.cpu_s:.0f}, server {done.server_cpu_s:.0f} CPU s; wall {done.inner_wall_s:.0f} s"
        f"; {deliveries * ROWS / done.inner_wall_s:,.0f} rows/s"
    )
    name = f"flows, {deliveries:,} deliveries of {ROWS} rows, CPU of flow and server"
    goal = GOAL_S * deliveries / GOAL_OF
    return Bar(name, "s", done.cpu_s + done.server_cpu_s, goal, is_ceiling=True, note=note)


def _corpus(folder: Path) -> list[Path]:
    """Gate and vessel messages and lists of terminals, in the order of their weeks."""
    stream = Stream(moves_per_week=A_WEEK * ROWS, rows_per_file=ROWS)
    made = simulate_port(folder, DELIVERIES * ROWS, settings=load_settings(), stream=stream)
    return sorted(made.files, key=lambda path: path.stem.split("_", 1)[1])


def _deliver(files: Sequence[Path], corpus: Path, home: Path) -> None:
    for file in files:
        place = home / file.relative_to(corpus)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextmanager
def _set_to(home: Path) -> Iterator[None]:
    before = os.environ.get("CORRIDOR_HOME")
    os.environ["CORRIDOR_HOME"] = str(home)
    try:
        yield
    finally:
        os.environ.pop("CORRIDOR_HOME") if before is None else os.environ.update(CORRIDOR_HOME=before)


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
