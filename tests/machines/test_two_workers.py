"""Workers that share a bucket with the flow, one killed while it reads, one while it renders: the bytes of one machine."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from corridor_etl.jobs.handover import staging
from corridor_etl.jobs.ingest import batches, ingest, publish_readings
from corridor_etl.jobs.intake import inbox_files
from corridor_etl.jobs.issue_plans import Wanted, send_ahead
from corridor_etl.jobs.press import SharedPress
from corridor_etl.jobs.trays import SharedTray
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.settings import Settings
from corridor_etl.simulator import simulate
from tests.machines.cluster import Cluster, cluster
from tests.machines.remains import NOW, different, remains

WEEK = "2025-W10"


def test_workers_of_which_two_are_killed_make_what_one_process_makes(
    own_home: Path,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    new_database: Callable[[], str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    simulate(own_home, parse_range(WEEK), seed=1, faults=True, settings=settings)
    team = tmp_path / "team"
    shutil.copytree(own_home / "inbox", team / "inbox")
    ingest()
    alone = remains(own_home, WEEK, [WEEKLY])

    monkeypatch.setenv("CORRIDOR_HOME", str(team))
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", new_database())
    request.getfixturevalue("s3")
    with cluster(tmp_path, 3) as found, Client(found.address, set_as_default=False) as client:
        client.wait_for_workers(3, timeout=120)
        read_by_workers(client, found)
        assert "published" in rendered_by_workers(client, found)
    together = remains(team, WEEK, [WEEKLY])

    assert together["deliveries"].height > 7
    assert together["versions"].height == len(settings.reports.languages)
    assert different(alone, together) == []
    assert list(staging().listed()) == []
    assert [name for name in ("warehouse.db", "lake", "archive") if (team / name).exists()] == []


def read_by_workers(client: Client, found: Cluster) -> None:
    """What the flow does with a batch, with the tasks themselves on Dask."""
    with turn(INGEST) as lease:
        (files,) = batches(inbox_files())
        tray = SharedTray(files)
        futures = {file: client.submit(tray.order(file).filled, pure=False) for file in files}
        kill_in_the_middle_of_a_task(client, found, "w2")
        for file, future in futures.items():
            tray.take(file, future.result(timeout=120))
        publish_readings(tray.in_order(), lease=lease)
        tray.empty(is_committed=True)


def rendered_by_workers(client: Client, found: Cluster) -> str:
    """What the flow does with an issue that is due; its line."""
    press = SharedPress(lambda order: client.submit(order.filled, pure=False))
    send_ahead([Wanted(WEEK)], press)
    kill_in_the_middle_of_a_task(client, found, "w1")
    return publish_week(WEEK, press=press).line()


def kill_in_the_middle_of_a_task(client: Client, found: Cluster, name: str) -> None:
    alive = {worker for worker, process in found.workers.items() if process.poll() is None}
    for _ in range(1500):
        busy = client.run_on_scheduler(
            lambda dask_scheduler: {
                w.name for w in dask_scheduler.workers.values() if w.executing or w.processing
            }
        )
        if alive <= busy:
            found.workers[name].kill()
            return
        time.sleep(0.02)
    pytest.fail(f"{sorted(alive)} were never at work at once")
