"""The flow with scheduler and S3 on one host, workers on two others: killed, cut off or left alone, the same bytes.

PostgreSQL belongs to the flow's host too, which reaches it by its socket; workers cannot see that, nor the inbox.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.press import VERSIONS_PER_ORDER
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.editions import edition_names
from corridor_etl.settings import checkout, load_settings
from corridor_etl.simulator import simulate
from flows import offline_environment
from tests.conftest import _S3_SERVER
from tests.machines.cluster import ALONE, running, worker
from tests.machines.hosts import Host, hosts
from tests.machines.remains import NOW, different, remains

pytestmark = [pytest.mark.long, pytest.mark.server, pytest.mark.timeout(1200)]
WEEK = "2025-W10"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "AWS_SECRET_ACCESS_KEY": "a-secret-that-no-message-may-show",
    "AWS_REGION": "us-east-1",
}
BUCKET = (
    "import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], method='PUT'), timeout=60).close()"
)
BOTH_AT_WORK = """
import os, time
from distributed import Client
with Client(os.environ["CORRIDOR_DASK_ADDRESS"]) as client:
    while not client.run_on_scheduler(lambda dask_scheduler: all(w.processing for w in dask_scheduler.workers.values())):
        time.sleep(0.02)
"""


@dataclass(frozen=True)
class Platform:
    """Three hosts and what runs on the first of them; ``environment`` reaches it."""

    a: Host
    b: Host
    c: Host
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("hosts")
    with hosts("a", "b", "c") as (a, b, c), ExitStack() as stack:
        environment = clean_environment(folder, a)
        Path(environment["PREFECT_HOME"]).mkdir(parents=True)
        s3 = _S3_SERVER.replace("127.0.0.1", a.address).replace("port=0", "port=5000")
        started(stack, a, [sys.executable, "-c", s3], environment, folder / "s3.log")
        scheduler = ["scheduler", "--host", a.address, "--port", "8786", "--no-dashboard"]
        stack.enter_context(running(scheduler, environment, folder / "scheduler.log", a.inside()))
        prefect = [sys.executable, "-m", "prefect", "server", "start", "--host", a.address, "--port", "4200"]
        server = started(stack, a, prefect, environment, folder / "prefect.log")
        until_it_answers(a, f"http://{a.address}:4200/api/health", environment, server)
        create = [*a.inside(), sys.executable, "-c", BUCKET, f"http://{a.address}:5000/three-hosts"]
        subprocess.run(create, env=environment, check=True)
        yield Platform(a, b, c, folder, environment)


def clean_environment(folder: Path, a: Host) -> dict[str, str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "CORRIDOR_", "AWS_"))}
    return {
        **kept,
        **KEYS,
        **offline_environment(folder / "server"),
        "AWS_ENDPOINT_URL": f"http://{a.address}:5000",
        "CORRIDOR_NOW": NOW,
        "CORRIDOR_DASK_ADDRESS": f"tcp://{a.address}:8786",
        "CORRIDOR_TASK_RUNNER": "dask",
        "PREFECT_API_URL": f"http://{a.address}:4200/api",
        "PYTHONPATH": str(checkout()),
    }


def started(
    stack: ExitStack, host: Host, command: list[str], environment: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    out = stack.enter_context(log.open("wb"))
    process = stack.enter_context(
        subprocess.Popen(
            [*host.inside(), *command],
            cwd=checkout(),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )
    )
    stack.callback(process.kill)
    return process


def until_it_answers(
    host: Host,
    url: str,
    environment: dict[str, str],
    server: subprocess.Popen[bytes],
    seconds: float = 240,
) -> None:
    look = "import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=5).close()"
    until = time.monotonic() + seconds
    while subprocess.run(
        [*host.inside(), sys.executable, "-c", look, url], env=environment, capture_output=True
    ).returncode:
        assert server.poll() is None, f"what should answer at {url} has ended"
        assert time.monotonic() < until, f"{url} did not answer within {seconds} s"
        time.sleep(1)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The inbox, and what one process makes of it in a folder."""
    home = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        simulate(home, parse_range(WEEK), seed=1, faults=True, settings=load_settings())
        ingest()
        return home / "inbox", remains(home, WEEK, edition_names())


@dataclass(frozen=True)
class Team:
    """The run of the flow, the workers by their letters, and where they write."""

    platform: Platform
    folder: Path
    run: subprocess.Popen[bytes]
    workers: dict[str, subprocess.Popen[bytes]]

    @property
    def log(self) -> str:
        return (self.folder / "flow.log").read_text(encoding="utf-8")


def leave_alone(_team: Team) -> None:
    """Nothing happens."""


def kill_b(team: Team) -> None:
    until_both_read(team)
    team.workers["b"].kill()


def cut_off_c(team: Team) -> None:
    until_both_read(team)
    team.platform.c.cut_off()


def kill_b_while_it_renders(team: Team) -> None:
    until_both_render(team)
    team.workers["b"].kill()


LOST_IN_ITS_FIRST_TASK = (kill_b, cut_off_c)


# What is cut off stays so.
@pytest.mark.parametrize("happening", [leave_alone, kill_b, kill_b_while_it_renders, cut_off_c])
def test_three_hosts_make_what_one_process_makes(
    platform: Platform,
    alone: tuple[Path, dict[str, Any]],
    new_database: Callable[[], str],
    happening: Callable[[Team], None],
) -> None:
    inbox, expected = alone
    folder = platform.folder / happening.__name__
    shutil.copytree(inbox, folder / "flow" / "inbox")
    store = {"CORRIDOR_STORE_URL": f"s3://three-hosts/{happening.__name__.replace('_', '-')}"}
    environment = {**platform.environment, **store}
    began = time.monotonic()
    with ExitStack() as stack:
        workers = {
            letter: stack.enter_context(started_worker(letter, host, folder, environment, inbox))
            for letter, host in (("b", platform.b), ("c", platform.c))
        }
        flow = {"CORRIDOR_HOME": str(folder / "flow"), "CORRIDOR_DATABASE_URL": new_database()}
        program = [sys.executable, "-m", "tests.machines.flow_run", str(folder / "left"), WEEK]
        run = started(stack, platform.a, program, {**environment, **flow}, folder / "flow.log")
        team = Team(platform, folder, run, workers)
        happening(team)
        assert run.wait(900) == 0, team.log
    done = {letter: finished(folder / f"{letter}.log") for letter in ("b", "c")}
    told, found, left = pickle.loads((folder / "left").read_bytes())
    print(f"{happening.__name__}: {told[0]} ({time.monotonic() - began:.0f} s); tasks finished {done}")
    assert all(" published" in line for line in told[1:-1])
    assert told[-1].endswith("is done")
    tasks = found["deliveries"].height + orders(found["versions"])
    assert sum(done.values()) == tasks, "each delivery was read and each version rendered once to its end"
    assert (min(done.values()) == 0) == (happening in LOST_IN_ITS_FIRST_TASK)
    assert different(expected, found) == []
    assert left == []


def orders(versions: pl.DataFrame) -> int:
    """In how many tasks the versions of a week are rendered."""
    counts = versions.group_by("edition", "audience").len()["len"]
    return sum(-(-number // VERSIONS_PER_ORDER) for number in counts)


def finished(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("Finished in state Completed")


def started_worker(letter: str, host: Host, folder: Path, environment: dict[str, str], inbox: Path) -> Any:
    told = {name: value for name, value in environment.items() if name not in ALONE}
    hidden = host.inside([folder / "flow", inbox])
    return worker(letter, folder, told, [environment["CORRIDOR_DASK_ADDRESS"]], hidden)


def until_both_read(team: Team) -> None:
    """Both workers have fetched their first delivery: from then on they are in the middle of a task."""
    until(team, lambda: all((team.folder / letter / "spool").exists() for letter in ("b", "c")))


def until_both_render(team: Team) -> None:
    """Every delivery is loaded, and both workers are at work again."""
    until(team, lambda: "rows read" in team.log)
    look = [*team.platform.a.inside(), sys.executable, "-c", BOTH_AT_WORK]
    subprocess.run(look, env=team.platform.environment, check=True, timeout=600)


def until(team: Team, is_so: Callable[[], bool], seconds: float = 600) -> None:
    last = time.monotonic() + seconds
    while not is_so():
        assert team.run.poll() is None, team.log
        assert time.monotonic() < last, f"no worker at work within {seconds} s"
        time.sleep(0.02)
