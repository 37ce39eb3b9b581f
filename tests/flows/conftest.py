"""Prefect's own PostgreSQL, for the tests that run its server as a team does, and one temporary server for the others."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import offline
from tests.flows.servers import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
HAS_POSTGRESQL = bool(PROGRAMS and sorted(Path("/usr/share/postgresql").glob("*/extension/pg_trgm.control")))
NO_POSTGRESQL = "no PostgreSQL with pg_trgm, which Prefect needs; apt-get install postgresql"


@pytest.fixture(scope="session")
def temporary_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The server that flows called in this process find, once for all modules that name it, and the folder it keeps."""
    folder = tmp_path_factory.mktemp("temporary_server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(folder))
        with offline.own_prefect():
            pass
    yield folder
    offline.stop()


@pytest.fixture(scope="module")
def prefect_database() -> Iterator[str]:
    """A cluster of the system's PostgreSQL, which has the contrib modules that the one of the tests lacks."""
    if not HAS_POSTGRESQL:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_POSTGRESQL)
        pytest.skip(NO_POSTGRESQL)
    folder, programs = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp")), PROGRAMS[-1].parent
    other: dict[str, str] = {}
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        other = {"user": "postgres", "group": "postgres"}
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", free_port()

    def run(*command: object) -> None:
        subprocess.run([*map(str, command)], check=True, capture_output=True, cwd=folder, **other)  # type: ignore[call-overload]

    run(programs / "initdb", "-D", data, "-A", "trust", "-U", "corridor", "--no-sync")
    how = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", how, "start")
    yield f"postgresql://corridor@127.0.0.1:{port}/postgres"
    run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def where_runs_are_kept(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of a server by which it keeps its runs in PostgreSQL where there is one: SQLite has one writer at a time."""
    if not HAS_POSTGRESQL:
        return {}
    address = request.getfixturevalue("prefect_database").replace("postgresql:", "postgresql+asyncpg:")
    return {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": address,
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
    }
