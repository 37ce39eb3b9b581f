"""A turn of the scaling benchmark: the deliveries of an inbox read here and committed, or read by some workers."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import Client

from corridor_etl.jobs.ingest import publish_readings
from corridor_etl.jobs.intake import inbox_files
from corridor_etl.jobs.trays import SharedTray, Tray
from corridor_etl.settings import checkout
from tests.machines.cluster import cluster

SAMPLES = [
    checkout() / "tests" / "samples" / name for name in ("codeco.edi", "coarri.edi", "terminal_csv.csv")
]


class Watch:
    """Processor and wall seconds since it was made, of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def told(self, what: str) -> dict[str, float]:
        """Both, by the name of what was done."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {f"{what}_wall_s": wall, f"{what}_cpu_s": cpu}


def alone() -> dict[str, float]:
    """One thread reads everything into memory, then it is committed as one batch."""
    _warm_up()
    tray, watch = Tray(inbox_files()), Watch()
    for file in tray.files:
        tray.order(file).filled()
    read = watch.told("read")
    readings, watch = tray.in_order(), Watch()
    publish_readings(readings)
    return {**read, **watch.told("commit")}


def _warm_up() -> None:
    """What is imported and compiled once is no part of a rate."""
    tray = Tray(SAMPLES)
    for file in SAMPLES:
        tray.order(file).filled()
    publish_readings(tray.in_order())


def by_workers(number: int) -> dict[str, float]:
    """Some workers read everything into the store, and it is fetched from there; nothing is committed."""
    with warm(number, _read_samples, SharedTray(SAMPLES)) as client:
        return _measured(client)


@contextmanager
def warm(number: int, work: Callable[..., object], *arguments: object) -> Iterator[Client]:
    """A client of so many workers, each of which has done some work once."""
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(Path(folder), number, {"POLARS_MAX_THREADS": "1"}) as found,
        Client(found.address, set_as_default=False) as client,
    ):
        client.wait_for_workers(number, timeout=120)
        for address in client.scheduler_info(n_workers=-1)["workers"]:
            client.submit(work, *arguments, workers=[address], pure=False).result()
        yield client


def _read_samples(tray: SharedTray) -> None:
    for file in SAMPLES:
        tray.order(file).filled()


def _measured(client: Client) -> dict[str, float]:
    tray, before, watch = SharedTray(inbox_files()), seconds_of(client), Watch()
    orders = {file: tray.order(file) for file in tray.files}
    sent = watch.told("archive")
    futures: dict[Path, Any] = {f: client.submit(o.filled, pure=False) for f, o in orders.items()}
    for file, future in futures.items():
        tray.take(file, future.result())
    read = watch.told("read")
    workers = {"workers_cpu_s": seconds_of(client) - before}
    watch = Watch()
    tray.in_order()
    return {**sent, **read, **workers, **watch.told("fetch")}


def seconds_of(client: Client) -> float:
    """Processor seconds of all workers until now."""
    return float(sum(client.run(time.process_time).values()))


if __name__ == "__main__":
    print(json.dumps(alone() if sys.argv[1] == "0" else by_workers(int(sys.argv[1]))))
