"""Every format's sample through the whole line, among files that must not be trusted: all loads, nothing is lost."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import BatchResult, ingest
from corridor_etl.model import KINDS
from corridor_etl.settings import checkout
from corridor_etl.sources import sources
from corridor_etl.warehouse import Warehouse

SAMPLES = checkout() / "tests" / "samples"


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", bytes(200 << 20))
    return buffer.getvalue()


POISON = {
    "a_bomb.zip": (bomb, "TOO_BIG"),
    "b_laughs.xml": (
        lambda: b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        None,
    ),
    "c_deep.json": (lambda: b"[" * 100_000, None),
    "d_endless.edi": (
        lambda: b"UNB+UNOA:2+A+B+250301:0900+1'UNH+1+CODECO:D:95B:UN'EQD+CN+" + b"X" * 5_000_000,
        None,
    ),
    "e_nothing.csv": (lambda: b"", "EMPTY_FILE"),
    "f_noise.bin": (lambda: bytes(range(256)) * 64, "UNKNOWN_FORMAT"),
    "g_half.gz": (lambda: gzip.compress(b"container;event\n" * 1000)[:-20], "TRUNCATED"),
    "h_invoice.edi": (
        lambda: b"UNB+UNOA:2+A+B+250301:0900+1'UNH+1+INVOIC:D:96A:UN'BGM+380+1+9'UNT+3+1'UNZ+1+1'",
        "FOREIGN_MESSAGE",
    ),
}


SENDERS = {"declaration_cn_csv": "customs_broker_cn"}
"""Samples that are in an encoding only their sender declares."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def same_home(home: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests here look at one warehouse, filled once."""
    monkeypatch.setenv("CORRIDOR_HOME", str(home))


_RESULTS: list[BatchResult] = []


@pytest.fixture
def result(home: Path, same_home: None) -> BatchResult:
    if not _RESULTS:
        for path in SAMPLES.iterdir():
            folder = home / "inbox" / SENDERS.get(path.stem, "elsewhere")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).write_bytes(path.read_bytes())
        for name, (content, _) in POISON.items():
            (home / "inbox" / name).write_bytes(content())
        _RESULTS.append(ingest())
    return _RESULTS[0]


def test_every_format_loads_among_poison(result: BatchResult) -> None:
    good = {d.name: d for d in result.deliveries if d.name not in POISON}
    assert {Path(name).stem for name in good} == set(sources())
    assert {name: (d.status, d.reason) for name, d in good.items() if d.status != "loaded"} == {}
    assert {name for name, d in good.items() if d.rows_loaded == 0} == set()
    # Two samples name the same box of the same train with other goods: the later one is a contradiction.
    with Warehouse.open() as warehouse:
        held = warehouse.quarantine().filter(~pl.col("file_name").is_in(list(POISON)))
    assert set(held["rule_ids"]) <= {"CONFLICT"}, held.select("file_name", "rule_ids", "details_json").rows()


def test_what_cannot_be_trusted_is_rejected_with_its_reason(result: BatchResult) -> None:
    outcomes = {d.name: d for d in result.deliveries if d.name in POISON}
    assert {d.status for d in outcomes.values()} == {"rejected"}
    for name, (_, reason) in POISON.items():
        assert reason in (None, outcomes[name].reason), outcomes[name].message
        assert outcomes[name].reason != "PARSER_CRASH", outcomes[name].message
        assert len(outcomes[name].message or "") < 600


def test_the_ledger_balances_and_every_kind_is_there(result: BatchResult) -> None:
    assert result.total("rows_read") == sum(
        result.total(c) for c in ("rows_loaded", "rows_quarantined", "rows_duplicate")
    )
    with Warehouse.open() as warehouse:
        assert problems(warehouse) == []
        assert {name for name in KINDS if warehouse.current(name).is_empty()} == set()
