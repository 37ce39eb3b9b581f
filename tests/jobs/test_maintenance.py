"""Maintenance does each step, reports it by itself, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from corridor_etl.clock import now_utc
from corridor_etl.errors import TerminalError, UsageError, WarehouseBusy
from corridor_etl.jobs import maintenance
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.maintenance import ARCHIVE_NIGHTS, STEPS, StepResult, maintain, require_done
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Warehouse, durable, iceberg

SAMPLES = checkout() / "tests" / "samples"
QUICK = [name for name in STEPS if name != "validation-docs"]
"""Importing Great Expectations takes longer than all other steps together."""


@pytest.fixture(scope="module")
def two_batches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("maintained") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CORRIDOR_HOME", str(home))
        ingest([SAMPLES / "booking_csv.csv"])
        later = home.parent / "later.csv"
        later.write_bytes((SAMPLES / "booking_csv.csv").read_bytes().replace(b"BK2500", b"BK2600"))
        ingest([later, SAMPLES / "codeco.edi"])
    return home


@pytest.fixture
def ingested(two_batches: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one warehouse of the tests of this file, which each of them leaves sound."""
    assert not own_home.exists()
    monkeypatch.setenv("CORRIDOR_HOME", str(two_batches))
    return two_batches


@pytest.fixture
def nights(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    first = now_utc()
    return lambda n: monkeypatch.setenv("CORRIDOR_NOW", (first + timedelta(days=n)).isoformat())


def told(results: list[StepResult]) -> dict[str, str]:
    return {result.step: result.told for result in results}


def test_a_warehouse_without_anything_is_maintained() -> None:
    results = maintain(QUICK)
    assert [r.step for r in results if not r.is_done] == []
    assert told(results)["sweep"] == "nothing was ingested yet"


def test_what_a_crash_has_left_is_swept_and_the_rows_stay(
    ingested: Path, nights: Callable[[int], None]
) -> None:
    with Warehouse.open() as warehouse:
        before = warehouse.rows("booking")
        left = durable.make_folder(warehouse.lake.store.spool) / "half.parquet"
        durable.write(left, b"half")
    nights(2)
    results = maintain(QUICK)
    require_done(results)
    assert told(results)["sweep"] == "1 files of 4 bytes removed"
    assert not left.exists()
    with Warehouse.open() as warehouse:
        assert warehouse.rows("booking").equals(before)
    assert (ingested / "site" / "index.html").is_file()


def test_each_archived_file_is_read_once_in_the_nights_of_a_turn(
    ingested: Path, nights: Callable[[int], None]
) -> None:
    files = len(list((ingested / "archive").iterdir()))
    counts = []
    for night in range(ARCHIVE_NIGHTS):
        nights(night)
        (result,) = maintain(["archive"])
        counts.append(int(result.told.split()[0]))
    assert sum(counts) == files


def test_a_damaged_file_is_named_and_the_other_steps_are_done(
    ingested: Path, nights: Callable[[int], None]
) -> None:
    path = min((ingested / "archive").iterdir())
    received = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"another")
    today = now_utc().toordinal()
    nights((int(path.name[:8], 16) - today) % ARCHIVE_NIGHTS)
    results = maintain(QUICK)
    path.write_bytes(received)
    assert [r.step for r in results if not r.is_done] == ["archive"]
    with pytest.raises(TerminalError, match=path.name):
        require_done(results)


def test_a_step_with_a_defect_stops_no_other_and_what_may_pass_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy() -> str:
        raise WarehouseBusy("the database is locked")

    monkeypatch.setitem(maintenance.STEPS, "compaction", lambda: str(1 // 0))
    monkeypatch.setitem(maintenance.STEPS, "retention", busy)
    broken, busy_one, last = maintain(["compaction", "retention", "ledger"])
    assert (broken.is_done, broken.is_transient) == (False, False)
    assert (busy_one.is_done, busy_one.is_transient) == (False, True)
    assert last.is_done
    with pytest.raises(TerminalError, match="2 of 3 steps failed"):
        require_done([broken, busy_one, last])


def test_a_step_that_does_not_exist_is_refused_before_any_is_done(own_home: Path) -> None:
    with pytest.raises(UsageError, match="compaction"):
        maintain(["sweep", "sweeping"])
    assert not own_home.exists()


@pytest.mark.usefixtures("ingested")
def test_old_snapshots_of_the_lake_are_forgotten_and_every_row_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iceberg, "KEPT_SNAPSHOTS", 1)
    with Warehouse.open() as warehouse:
        before = warehouse.rows("booking")
        (result,) = maintain(["lake-snapshots"])
        assert int(result.told.split()[0]) >= 1
        assert warehouse.rows("booking").equals(before)
    assert maintain(["lake-snapshots"])[0].told == "0 old snapshots forgotten"
