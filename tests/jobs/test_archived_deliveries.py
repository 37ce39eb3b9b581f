"""An archive is delivered as itself and as each of its files; a bad file in it stops no other."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from corridor_etl.jobs import content
from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import batches, ingest
from corridor_etl.jobs.intake import inbox_files, read_deliveries
from corridor_etl.settings import checkout
from corridor_etl.warehouse import Warehouse

SAMPLES = checkout() / "tests" / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def delivered(home: Path, name: str, data: bytes) -> Path:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


def test_every_file_of_an_archive_is_a_delivery_with_its_own_balance(own_home: Path) -> None:
    delivered(
        own_home, "rail_terminals/week.zip",
        zipped(a__csv=sample("terminal_csv.csv"), empty__csv=b"", inner__zip=zipped(x__csv=b"x\n")),
    )  # fmt: skip
    result = ingest()
    assert [(d.name, d.status, d.reason, d.rows_read) for d in result.deliveries] == [
        ("rail_terminals/week.zip", "loaded", None, 0),
        ("rail_terminals/week.zip/a.csv", "loaded", None, 3),
        ("rail_terminals/week.zip/empty.csv", "rejected", "EMPTY_FILE", 0),
        ("rail_terminals/week.zip/inner.zip", "rejected", "NESTED_ARCHIVE", 0),
    ]
    with Warehouse.open() as warehouse:
        rows = warehouse.deliveries()
        assert problems(warehouse) == []
    assert rows["sender_id"].to_list() == ["rail_terminals"] * 4
    assert rows["dialect"][0] == "3 files"
    assert batches(inbox_files()) == []


def test_a_file_sent_plain_and_in_an_archive_is_loaded_once(own_home: Path) -> None:
    delivered(own_home, "rail_terminals/a.csv", sample("terminal_csv.csv"))
    delivered(own_home, "rail_terminals/b.csv.gz", gzip.compress(sample("terminal_csv.csv")))
    assert [(d.name, d.status) for d in ingest().deliveries] == [
        ("rail_terminals/a.csv", "loaded"),
        ("rail_terminals/b.csv.gz", "loaded"),
        ("rail_terminals/b.csv.gz/b.csv", "duplicate"),
    ]


def test_a_damaged_archive_is_rejected_whole(own_home: Path) -> None:
    whole = zipped(a__csv=sample("terminal_csv.csv"))
    path = delivered(own_home, "rail_terminals/cut.zip", whole[:-8])
    (outcome,) = ingest([path]).deliveries
    assert (outcome.status, outcome.reason) == ("rejected", "CORRUPT")


def test_a_large_file_is_archived_as_received(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "IN_MEMORY_BYTES", 16)
    path = delivered(own_home, "rail_terminals/a.csv", sample("terminal_csv.csv"))
    (reading,) = read_deliveries(path)
    assert (reading.status, reading.rows_read) == ("read", 3)
    assert (own_home / "archive" / reading.sha256).read_bytes() == sample("terminal_csv.csv")
