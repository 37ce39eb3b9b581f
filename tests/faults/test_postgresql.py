"""The program, its backend or the whole server dies in the middle, or the answer to a commit is lost: nothing is lost or
doubled. A few points; ``make faults DATABASE=postgresql`` takes all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from corridor_etl.errors import BaseMoved, WarehouseBusy
from corridor_etl.warehouse import Warehouse
from tests.faults.bookings import batch_of
from tests.faults.statements import FIRED, Proxy
from tests.faults.test_sweep import needs_strace, sweep  # noqa: F401 - the points are found by strace


@pytest.mark.long
def test_whoever_dies_the_next_run_ends_in_the_undisturbed_state() -> None:
    faults = ("client", "backend", "crash", "postmaster", "cut")
    run = sweep("--database", "postgresql", "--command", "1", "--sample", "1", "--fault", *faults)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r": 5 points .* 0 violations, 0 half-states, 0 not reached", run.stdout)


def test_a_batch_whose_commit_got_no_answer_is_there_once(
    new_database: Callable[[], str],
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = new_database()
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", url)
    folder = conninfo_to_dict(url)["host"]
    with Warehouse.open(own_home) as direct:
        # The first two commits are those of readers: when the warehouse is opened, and before rows are staged.
        Proxy(tmp_path, f"{folder}/.s.PGSQL.5432", 3)
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", url.replace(f"host={folder}", f"host={tmp_path}"))
        with Warehouse.open(own_home) as cut_off, pytest.raises(WarehouseBusy) as told:
            cut_off.publish(batch_of("a"), {}, base=0)
        assert FIRED in capsys.readouterr().out
        assert len(str(told.value).splitlines()) == 1
        assert (direct.snapshot(), direct.rows("booking").height) == (1, 8)
        with pytest.raises(BaseMoved):
            direct.publish(batch_of("a"), {}, base=0)
        assert (direct.snapshot(), direct.rows("booking").height) == (1, 8)


def test_a_commit_whose_answer_is_lost_has_happened(
    postgresql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = conninfo_to_dict(postgresql)["host"]
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
