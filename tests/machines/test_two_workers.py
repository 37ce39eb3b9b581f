"""Two workers that share a bucket with the flow, one of them killed while it reads: the same bytes as on one machine."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client, Future

from corridor_etl.jobs.handover import staging
from corridor_etl.jobs.ingest import batches, ingest, publish_readings
from corridor_etl.jobs.intake import inbox_files
from corridor_etl.jobs.trays import Receipt, SharedTray
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import Settings
from corridor_etl.simulator import simulate
from tests.machines.cluster import Cluster, cluster
from tests.machines.remains import NOW, different, remains

WEEK = "2025-W10"


def test_two_workers_and_a_killed_one_make_what_one_process_makes(
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
    alone = remains(own_home)

    monkeypatch.setenv("CORRIDOR_HOME", str(team))
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", new_database())
    request.getfixturevalue("s3")
    with cluster(tmp_path) as found, Client(found.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        read_by_workers(client, found)
    together = remains(team)

    assert together["deliveries"].height > 7
    assert different(alone, together) == []
    assert list(staging().listed()) == []


def read_by_workers(client: Client, found: Cluster) -> None:
    """What the flow does with a batch, with the tasks themselves on Dask."""
    with turn(INGEST) as lease:
        (files,) = batches(inbox_files())
        tray = SharedTray(files)
        futures = {file: client.submit(tray.order(file).filled, pure=False) for file in files}
        kill_in_the_middle_of_a_task(client, found)
        for file, future in futures.items():
            tray.take(file, receipt(future))
        publish_readings(tray.in_order(), lease=lease)
        tray.empty(is_committed=True)


def kill_in_the_middle_of_a_task(client: Client, found: Cluster) -> None:
    for _ in range(600):
        busy = client.run_on_scheduler(
            lambda dask_scheduler: {
                w.name for w in dask_scheduler.workers.values() if w.executing or w.processing
            }
        )
        if set(found.workers) <= busy:
            found.workers["w1"].kill()
            return
        time.sleep(0.02)
    pytest.fail("both workers were never at work at once")


def receipt(future: Future) -> Receipt:
    given = future.result(timeout=120)
    assert isinstance(given, Receipt)
    return given
