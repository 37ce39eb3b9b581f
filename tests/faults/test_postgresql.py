"""The program, its backend or the whole server dies in the middle, or the answer to a commit is lost: nothing is lost or
doubled. A few points; ``make faults DATABASE=postgresql`` takes all."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from tests.faults.statements import FIRED, Proxy
from tests.faults.test_sweep import needs_strace, sweep  # noqa: F401 - the points are found by strace


def test_whoever_dies_the_next_run_ends_in_the_undisturbed_state() -> None:
    faults = ("client", "backend", "crash", "postmaster", "cut")
    run = sweep("--database", "postgresql", "--command", "1", "--sample", "1", "--fault", *faults)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r": 5 points .* 0 violations, 0 half-states, 0 not reached", run.stdout)


def test_a_commit_whose_answer_is_lost_has_happened(
    postgresql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = psycopg.conninfo.conninfo_to_dict(postgresql)["host"]
    Proxy(tmp_path, f"{folder}/.s.PGSQL.5432", 2)
    through = postgresql.partition("?")[0] + f"?host={tmp_path}"
    with psycopg.connect(through) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
        connection.commit()
        connection.execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
    assert FIRED in capsys.readouterr().out
    with psycopg.connect(postgresql) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")
