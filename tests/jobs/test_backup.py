"""A backup is proved by restoring it: on both databases, into another folder, and of a warehouse that is being written."""

from __future__ import annotations

import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import psycopg
import pytest
from sqlalchemy import make_url, text

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.jobs.backup import BackedUp, backup
from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.restore import Restored, restore, states
from corridor_etl.settings import checkout, load_settings
from corridor_etl.warehouse import IssueRow, Warehouse
from corridor_etl.warehouse.engine import writing
from tests.delivery import outboxes

SAMPLES = checkout() / "tests" / "samples"
FIGURES = pl.DataFrame({"address": ["throughput.teu"], "value_text": ["84"], "unit": ["TEU"]})
NOW = datetime(2025, 6, 16, 1, tzinfo=UTC)
FOLDER = "site/internal/weekly/2025-W24/r0/en"
_NUMBERS = itertools.count(1)


@pytest.fixture
def new_server_database(postgresql: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database, because a dump keeps the name of its schema."""
    made: list[str] = []
    with psycopg.connect(postgresql, autocommit=True) as connection:

        def new() -> str:
            made.append(f"backup_{os.getpid()}_{next(_NUMBERS)}")
            connection.execute(f"CREATE DATABASE {made[-1]}".encode())
            return make_url(postgresql).set(database=made[-1]).render_as_string(hide_password=False)

        yield new
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def another(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Points the environment to a database that is new; called at once, and once more before a restore."""
    if request.param == "sqlite":
        return lambda: None
    new = request.getfixturevalue("new_server_database")

    def point() -> None:
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", new())

    point()
    return point


def filled(home: Path) -> Warehouse:
    """Two deliveries, two snapshots, an issue with its page, three mails of which one is sent."""
    ingest([SAMPLES / "codeco.edi"])
    ingest([SAMPLES / "booking_csv.csv"])
    warehouse = Warehouse.open(home)
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / "index.html").write_text("84 TEU", encoding="utf-8")
    row = IssueRow(
        edition="weekly", week="2025-W24", revision=0, language="en", issue_no=1, state="published", snapshot=2,
        published_at_utc=NOW, scheduled_at_utc=None, content_sha256="c" * 64, context_json="{}", folder=FOLDER,
    )  # fmt: skip
    warehouse.record_issue(row, FIGURES, [])
    with writing(warehouse.engine) as connection:
        outboxes.put(connection, home, 3)
        sent = {"m": outboxes.message_id(1)}
        connection.execute(text("UPDATE outbox SET state = 'sent' WHERE message_id = :m"), sent)
    return warehouse


def content(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """Everything that must be what it was: marts, records now and as of the first snapshot, ledger, issues."""
    found = {name: warehouse.mart(name) for name in warehouse.mart_tables()}
    found |= {name: warehouse.current(name) for name in ("port_event", "booking")}
    found |= {f"{name} as of 1": warehouse.rows(name, as_of=1) for name in ("port_event", "booking")}
    found |= {"deliveries": warehouse.deliveries(), "quarantine": warehouse.quarantine()}
    return found | {
        "issues": warehouse.issues(),
        "revisions": warehouse.revisions(),
        "batches": warehouse.batches(),
    }


def restored(out: Path, home: Path, another: Callable[[], None], **options: bool) -> Restored:
    another()
    return restore(out, home, load_settings(), **options)


def test_a_restored_home_elsewhere_is_what_was_backed_up_and_can_go_on(
    own_home: Path, tmp_path: Path, another: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, there = tmp_path / "backups", tmp_path / "elsewhere"
    with filled(own_home) as warehouse:
        done = backup(warehouse, out)
        before = content(warehouse)
    shutil.move(own_home, tmp_path / "gone")
    back = restored(out, there, another)
    assert (back.snapshot, back.deliveries, back.issues) == (2, 2, 1)
    assert back.files == done.files
    assert (there / FOLDER / "index.html").read_text(encoding="utf-8") == "84 TEU"
    monkeypatch.setenv("CORRIDOR_HOME", str(there))
    with Warehouse.open(there) as warehouse:
        after = content(warehouse)
        assert [name for name in before if not after[name].equals(before[name])] == []
        states_of_mails = dict(warehouse.outbox().group_by("state").len().iter_rows())
        assert states_of_mails == {"sent": 1, "unknown": 2}
        assert "may have been sent" in warehouse.mails.events(outboxes.message_id(2))["answer"][0]
    ingest([SAMPLES / "terminal_csv.csv"])
    with Warehouse.open(there) as warehouse:
        assert problems(warehouse) == []
        assert warehouse.snapshot() == 3


def test_a_second_backup_copies_only_what_is_new_and_both_states_can_be_restored(
    own_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "backups"
    with filled(own_home) as warehouse:
        first = backup(warehouse, out)
        again = backup(warehouse, out)
    assert (first.copied_files, again.copied_files) == (first.files, 0)
    assert again.files == first.files
    ingest([SAMPLES / "terminal_csv.csv"])
    with Warehouse.open(own_home) as warehouse:
        grown = backup(warehouse, out)
    assert 0 < grown.copied_files < grown.files
    old, _, new = states(out)
    assert restore(out, tmp_path / "old", load_settings(), state=old, nothing_sent=True).snapshot == 2
    back = restore(out, tmp_path / "new", load_settings())
    assert (back.snapshot, back.state) == (3, new)
    with Warehouse.open(tmp_path / "old") as warehouse:
        assert warehouse.outbox().filter(state="queued").height == 2


@pytest.mark.parametrize(
    "another", [pytest.param("sqlite", marks=pytest.mark.long), "postgresql"], indirect=True
)
def test_a_backup_beside_an_ingest_is_of_one_snapshot(
    own_home: Path, tmp_path: Path, another: Callable[[], None]
) -> None:
    out = tmp_path / "backups"
    names = ("booking_csv.csv", "terminal_csv.csv")
    ingest([SAMPLES / "codeco.edi"])
    writer = threading.Thread(target=lambda: [ingest([SAMPLES / name]) for name in names])
    writer.start()
    taken: list[BackedUp] = []
    with Warehouse.open(own_home) as warehouse:
        while writer.is_alive() and len(taken) < 5:
            taken.append(backup(warehouse, out))
        writer.join()
        batches = warehouse.batches()
    middle = taken[len(taken) // 2]
    another()
    back = restore(out, tmp_path / "there", load_settings(), state=Path(middle.folder).name)
    assert back.snapshot == middle.snapshot
    assert back.deliveries == batches.filter(pl.col("snapshot") <= middle.snapshot)["deliveries"].sum()


def test_a_damaged_file_stops_the_backup_and_a_damaged_backup_the_restore(
    own_home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "backups"
    ingest([SAMPLES / "codeco.edi"])
    with Warehouse.open(own_home) as warehouse:
        backup(warehouse, out)
        (kept,) = (out / "files" / "archive").iterdir()
        kept.write_bytes(kept.read_bytes() + b" ")
        with pytest.raises(TerminalError, match="The medium is damaged"):
            restore(out, tmp_path / "there", load_settings())
        (archived,) = (own_home / "archive").iterdir()
        archived.chmod(0o644)
        archived.write_bytes(b"changed")
        with pytest.raises(TerminalError, match="This backup is not finished"):
            backup(warehouse, tmp_path / "second")
    assert states(tmp_path / "second") == []
    assert not (tmp_path / "there" / "warehouse.db").exists()


def test_nothing_that_is_there_is_overwritten_and_no_other_kind_of_database_is_filled(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Warehouse.open(own_home) as warehouse:
        backup(warehouse, tmp_path / "backups")
    with pytest.raises(UsageError, match="there is a warehouse already"):
        restore(tmp_path / "backups", own_home, load_settings())
    with pytest.raises(UsageError, match="there is no finished backup"):
        restore(tmp_path / "nowhere", tmp_path / "there", load_settings())
    monkeypatch.setenv("CORRIDOR_DATABASE_URL", "postgresql://127.0.0.1:1/corridor")
    with pytest.raises(UsageError, match="the backup is of sqlite"):
        restore(tmp_path / "backups", tmp_path / "there", load_settings())


@pytest.mark.usefixtures("s3")
def test_a_home_moves_between_a_bucket_and_a_folder(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest([SAMPLES / "codeco.edi"])
    with Warehouse.open(own_home) as warehouse:
        before = warehouse.current("port_event")
        backup(warehouse, tmp_path / "backups")
    bucket = os.environ["CORRIDOR_STORE_URL"]
    monkeypatch.delenv("CORRIDOR_STORE_URL")
    restore(tmp_path / "backups", tmp_path / "folder", load_settings())
    with Warehouse.open(tmp_path / "folder") as warehouse:
        assert warehouse.current("port_event").equals(before)
        backup(warehouse, tmp_path / "second")
    monkeypatch.setenv("CORRIDOR_STORE_URL", f"{bucket}-moved")
    restore(tmp_path / "second", tmp_path / "bucket", load_settings())
    with Warehouse.open(tmp_path / "bucket") as warehouse:
        assert warehouse.current("port_event").equals(before)
        assert all(path.startswith(f"{bucket}-moved") for path in warehouse.lake_files("port_event"))
