"""Deliveries of a port read by 1, 2 and 4 workers on this machine, beside one process; and what a commit costs.

The issues of a week, in all editions and languages, are rendered by 1 and 2 workers too.

Workers have one thread each and get everything from an S3 server on loopback, which takes its share of the same cores.
So it shows what going through the store costs and that workers add up; not what many machines would do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._bar import Bar, in_a_child
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate_port
from tests.conftest import _S3_SERVER

EVENTS = int(os.environ.get("BENCH_SCALING_EVENTS", "160000"))
WORKERS = {1: 0.5, 2: 0.9, 4: 0.5}
"""How many workers, and which part of the speed of one process they reach at least where two cores are all there is."""
GOAL_COMMIT = 3.0
WORKERS_OF_ISSUES = (1, 2)
GOAL_ISSUE = 0.7
"""Which part of the processor time of issues at most stays with the flow."""
Taken = dict[str, float]


def run() -> Iterator[Bar]:
    """One process, then workers, each when it is known."""
    with tempfile.TemporaryDirectory() as name, _bucket(), _set_to(CORRIDOR_HOME=name):
        simulate_port(Path(name), EVENTS, settings=load_settings())
        alone = in_a_child("benchmarks._scaling_child", "0")
        yield _of_commit(alone)
        for number, goal in WORKERS.items():
            yield _of_workers(number, goal, in_a_child("benchmarks._scaling_child", str(number)), alone)
        alone = in_a_child("benchmarks._scaling_issues", "0")
        for number in WORKERS_OF_ISSUES:
            yield from _of_issues(number, in_a_child("benchmarks._scaling_issues", str(number)), alone)


def _of_commit(alone: Taken) -> Bar:
    note = f"wall: commit {alone['commit_wall_s']:.1f}, reading {alone['read_wall_s']:.1f} s"
    return Bar(
        f"scaling, commit of {EVENTS:,} events, CPU; peer is reading them", "ms", alone["commit_cpu_s"] * 1e3,
        GOAL_COMMIT, alone["read_cpu_s"] * 1e3, is_ceiling=True, is_of_ratio=True, note=note,
    )  # fmt: skip


def _of_workers(number: int, goal: float, taken: Taken, alone: Taken) -> Bar:
    note = (
        f"CPU of workers {taken['workers_cpu_s']:.1f} s, alone {alone['read_cpu_s']:.1f} s; "
        f"wall {taken['read_wall_s']:.1f} s, of it archiving {taken['archive_wall_s']:.1f} s; "
        f"fetching {taken['fetch_wall_s']:.1f} s"
    )
    return Bar(
        f"scaling, {number} workers; peer is one process", "events/s", EVENTS / taken["read_wall_s"], goal,
        EVENTS / alone["read_wall_s"], is_of_ratio=True, note=note,
    )  # fmt: skip


def _of_issues(number: int, taken: Taken, alone: Taken) -> Iterator[Bar]:
    for what, name in (("one", "the weekly issue"), ("others", "three other editions")):
        note = (
            f"CPU of workers {taken[f'{what}_workers_cpu_s']:.2f} s; "
            f"wall {taken[f'{what}_wall_s']:.1f}, alone {alone[f'{what}_wall_s']:.1f} s"
        )
        yield Bar(
            f"scaling, {name} with {number} workers, CPU of the flow; peer is one process", "ms",
            taken[f"{what}_cpu_s"] * 1e3, GOAL_ISSUE, alone[f"{what}_cpu_s"] * 1e3, is_ceiling=True,
            is_of_ratio=True, note=note,
        )  # fmt: skip


@contextmanager
def _bucket() -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", _S3_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        urllib.request.urlopen(urllib.request.Request(f"{address}/scaling", method="PUT")).close()
        with _set_to(
            AWS_ACCESS_KEY_ID="AKIABENCHBENCHBENCHB", AWS_SECRET_ACCESS_KEY="nobody's", AWS_REGION="us-east-1",
            AWS_ENDPOINT_URL=address, CORRIDOR_STORE_URL="s3://scaling/bench",
        ):  # fmt: skip
            yield
        server.kill()


@contextmanager
def _set_to(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
