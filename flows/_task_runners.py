"""Where the tasks of a flow run: in threads of its process, or on the workers of a Dask cluster.

``CORRIDOR_TASK_RUNNER`` and ``CORRIDOR_DASK_ADDRESS`` decide when a flow begins. Workers share the store with the flow
and nothing else, so what is handed to a task on Dask names things of the store. See docs/scaling.md.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.settings import PREFECT_API_URL
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from corridor_etl.errors import SettingsError, TransientError
from corridor_etl.jobs.trays import SharedTray, Tray
from corridor_etl.settings import home
from corridor_etl.warehouse.engine import database_url
from corridor_etl.warehouse.stores.bucket import URL as STORE
from corridor_etl.warehouse.stores.bucket import bucket_of

RUNNER, ADDRESS = "CORRIDOR_TASK_RUNNER", "CORRIDOR_DASK_ADDRESS"
ANSWER_SECONDS = 10
"""How long to wait for the scheduler of a Dask cluster."""
_PACKAGES = ("distributed", "prefect_dask")
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/:]+:[0-9]{1,5}|(tcp|tls)://\[[0-9a-fA-F:]+\]:[0-9]{1,5}")


class AsSet(ThreadPoolTaskRunner[Any]):
    """The task runner the environment names at the moment a run begins; threads where it names none."""

    def duplicate(self) -> TaskRunner[Any]:  # type: ignore[override]
        """The runner of one run; ``SettingsError`` says what is wrong, ``TransientError`` that nobody is there."""
        if not is_on_dask() or _is_on_a_worker():
            return super().duplicate()
        return _dask(checked_address())


def tray(files: Sequence[Path]) -> Tray:
    """Where the readings of a batch lie between their tasks and the commit."""
    return SharedTray(files) if is_on_dask() else Tray(files)


def is_on_dask() -> bool:
    """Whether ``CORRIDOR_TASK_RUNNER`` is ``dask`` rather than ``threads``; ``SettingsError`` for another word."""
    given = os.environ.get(RUNNER) or "threads"
    if given not in ("threads", "dask"):
        raise SettingsError(
            f"{RUNNER} is '{given}'", expected="threads or dask", fix="Correct it, or unset it."
        )
    return given == "dask"


def checked_address() -> str:
    """The address of the scheduler; ``SettingsError`` for the first thing a run on Dask lacks."""
    address = os.environ.get(ADDRESS, "")
    wanting = [
        (
            not _is_installed(),
            "the extra 'dask' is not installed",
            "Install corridor-etl[dask] here and on the workers.",
        ),
        (not address, f"{ADDRESS} is not set", "Name the scheduler, as tcp://scheduler.example:8786."),
        (
            not _ADDRESS.fullmatch(address),
            f"{ADDRESS} is '{address}'",
            "Write it like tcp://scheduler.example:8786.",
        ),
        (
            bucket_of() is None,
            f"{STORE} is not set, but workers share nothing but a bucket",
            "Set it to s3://bucket/prefix here and on the workers.",
        ),
        (
            not database_url(home()).startswith("postgresql"),
            "CORRIDOR_DATABASE_URL names no PostgreSQL, but runs may be on several machines",
            "Set it to postgresql://user@host/database.",
        ),
        (
            not PREFECT_API_URL.value(),
            "PREFECT_API_URL is not set, so that workers cannot tell how their tasks went",
            "Set it to the address of the Prefect server as the workers reach it.",
        ),
    ]
    for is_wanting, fact, fix in wanting:
        if is_wanting:
            raise SettingsError(f"{RUNNER} is 'dask', and {fact}", fix=f"{fix} Or unset {RUNNER}.")
    return address


def _is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in _PACKAGES)


def _is_on_a_worker() -> bool:
    """A task that runs on a worker has the flow's runner with it, and must not look for a cluster of its own."""
    if not _is_installed():
        return False
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        return False
    return True


def _dask(address: str) -> TaskRunner[Any]:
    from distributed import Client
    from prefect_dask import DaskTaskRunner

    try:
        with Client(address, timeout=ANSWER_SECONDS, set_as_default=False) as client:
            workers = len(client.scheduler_info(n_workers=-1)["workers"])
    except (OSError, TimeoutError) as error:
        raise TransientError(
            f"no Dask scheduler answers at {address}",
            expected=f"one within {ANSWER_SECONDS} s",
            fix=f"Start it, or correct {ADDRESS}.",
        ) from error
    if not workers:
        raise TransientError(
            f"the Dask scheduler at {address} has no worker", fix=f"Start workers: dask worker {address}"
        )
    return DaskTaskRunner(address=address)
