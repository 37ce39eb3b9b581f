"""The homes that faults happen in: what was there before, what arrives, and the commands that deal with it.

A home keeps its path, because Iceberg writes absolute ones; before each point it is put back as it was by copying, and
so is the PostgreSQL database, from a template of the server.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import children, reader
from tests.faults.server import Server

Command = tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """A run of the program: files that are ingested before, files that arrive, and the commands that faults meet."""

    weeks: str
    before: tuple[str, ...]
    arriving: tuple[str, ...]
    commands: tuple[Command, ...]


SMALL = Run(
    weeks="2025-W22:2025-W24",
    before=("booking_desk/bookings_2025-W22.csv", "train_operator/manifest_X8014_2025-05-31.csv"),
    # A row of the manifest goes to quarantine, one file is a duplicate, the calls at port are of a new kind.
    arriving=(
        "booking_desk/bookings_2025-W23.csv",
        "booking_desk/bookings_2025-W23_resent.csv",
        "ningbo_port/COARRI_2025-W23.edi",
        "train_operator/manifest_X8029_2025-06-04.csv",
    ),
    commands=(("ingest",), ("report", "publish", "2025-W23")),
)
DEMO = Run(
    weeks="2025-W22:2025-W24",
    before=(),
    arriving=("**/*",),
    commands=(("ingest",), ("report", "publish", "2025-W23"), ("report", "publish", "2025-W24")),
)
RUNS = {"small": SMALL, "demo": DEMO}


class Lane:
    """One home with its saved states: ``before(i)`` command i of the run, and after the last."""

    def __init__(self, folder: Path, run: Run, server: Server | None) -> None:
        self.folder, self.run, self.server = folder, run, server
        self.home = folder / "home"
        url = {} if server is None else {"CORRIDOR_DATABASE_URL": database(server.address, "faults")}
        # One thread of Polars is enough for a hundred rows, and its files are written by threads that can be named.
        self.environment = {
            "CORRIDOR_HOME": str(self.home), "CORRIDOR_NOW": children.NOW, "POLARS_MAX_THREADS": "1",
            "PYICEBERG_MAX_WORKERS": "1", "DO_NOT_TRACK": "1", **url,
        }  # fmt: skip

    @property
    def is_in_files(self) -> bool:
        """Whether all of the state is below the home folder."""
        return self.server is None

    @property
    def is_prepared(self) -> bool:
        """Whether all states are saved already."""
        return self.expected_path(len(self.run.commands)).is_file()

    def prepare(self) -> None:
        """Makes the states, each by the program itself and undisturbed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.home.mkdir(parents=True)
        self._databases(lambda c: _remake(c, "faults", "template0"))
        self.call(lambda: _simulated(self.folder / "simulated", self.run.weeks))
        self._deliver(self.run.before)
        self.must(
            self.call(
                lambda: children.corridor(
                    "ingest" if self.run.before else "db", *([] if self.run.before else ["upgrade"])
                )
            )
        )
        self._deliver(self.run.arriving)
        for number in range(len(self.run.commands) + 1):
            found = self.call(reader.look)
            self.must(found)
            self.save(number, found.answer)
            if number < len(self.run.commands):
                self.must(self.command(number))

    def _deliver(self, patterns: tuple[str, ...]) -> None:
        inbox = self.folder / "simulated" / "inbox"
        for path in (p for pattern in patterns for p in sorted(inbox.glob(pattern)) if p.is_file()):
            target = self.home / "inbox" / path.relative_to(inbox)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

    def save(self, number: int, seen: dict[str, Any]) -> None:
        """Keeps the present state as the one before command ``number``."""
        shutil.copytree(self.home, self.kept(number))
        self._databases(lambda c: _remake(c, f"faults_{number}", "faults"))
        self.expected_path(number).write_text(json.dumps(seen))

    def restore(self, number: int) -> None:
        """Puts home and database back to the state before command ``number``."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.kept(number), self.home)
        self._databases(lambda c: _remake(c, "faults", f"faults_{number}"))

    def settled(self) -> None:
        """Waits until the server has noticed that its client is gone."""
        self._databases(_wait_for_backends)

    def _databases(self, work: Callable[[psycopg.Connection[Any]], None]) -> None:
        if self.server is not None:
            self.server.ensure()
            with psycopg.connect(self.server.address, autocommit=True) as connection:
                work(connection)

    def kept(self, number: int) -> Path:
        """Where the files before command ``number`` are kept."""
        return self.folder / "kept" / str(number)

    def expected_path(self, number: int) -> Path:
        """Where the undisturbed state before command ``number`` is written."""
        return self.folder / f"expected_{number}.json"

    def expected(self, number: int) -> dict[str, Any]:
        """What a reader sees before command ``number`` of an undisturbed run."""
        found: dict[str, Any] = json.loads(self.expected_path(number).read_text())
        return found

    def child(self, work: Callable[[], Any]) -> children.Child:
        """A child with the environment of this lane, waiting."""
        return children.Child(work, self.folder / "output.txt", self.environment)

    def call(self, work: Callable[[], Any]) -> children.Ended:
        """A child from start to end."""
        return self.child(work).go()

    def command(self, number: int, *, now: str = children.NOW) -> children.Ended:
        """A command of the run, undisturbed."""

        def work() -> int:
            os.environ["CORRIDOR_NOW"] = now
            return children.corridor(*self.run.commands[number])

        return self.call(work)

    def must(self, ended: children.Ended) -> None:
        """``RuntimeError`` with what the child said unless it ended well (1 is well: rows were held back)."""
        if ended.exit_code not in (0, 1):
            raise RuntimeError(f"an undisturbed run ended with {ended.exit_code}:\n{ended.said}")


def _simulated(folder: Path, weeks: str) -> int:
    from corridor_etl.reference.calendar import parse_range
    from corridor_etl.settings import load_settings
    from corridor_etl.simulator import simulate

    simulate(folder, parse_range(weeks), seed=1, faults=True, settings=load_settings())
    return 0


def database(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _remake(connection: psycopg.Connection[Any], name: str, template: str) -> None:
    connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())


def _wait_for_backends(connection: psycopg.Connection[Any]) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'faults'"
    for _ in range(1000):
        if connection.execute(count).fetchone() == (0,):
            return
        connection.execute("SELECT pg_sleep(0.01)")
    raise RuntimeError("a backend outlived its client by ten seconds")


def folder_for_homes() -> Path:
    """Where homes are quick to copy: memory where there is some, else the folder for temporary files."""
    memory = Path("/dev/shm")
    return (
        memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(os.environ.get("TMPDIR", "/tmp"))
    )
