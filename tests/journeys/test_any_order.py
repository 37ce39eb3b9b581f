"""The same deliveries in any order, in batches of any size, split, renamed or sent again: the same records, marts and
balance.

What may differ is told in docs/operations.md: which of two files of the same bytes is the duplicate, which of two rows that
agree is, whether a correction had to wait for its original, and when a discrepancy was first seen.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.ingest import ingest, publish_readings
from corridor_etl.jobs.intake import read_deliveries
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse
from tests.journeys import made

Deliveries = dict[str, bytes]
ONE, TWO = "2025-W09:2025-W09", "2025-W09:2025-W10"
NOW = "2025-06-02T01:00:00+00:00"


class Arrived:
    """A warehouse after these deliveries came in this order, so many files to a batch."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, deliveries: Deliveries, per_batch: int) -> None:
        patch.setenv("CORRIDOR_HOME", str(home))
        patch.setenv("CORRIDOR_NOW", NOW)
        paths = []
        for name, content in deliveries.items():
            paths.append(home / "inbox" / name)
            paths[-1].parent.mkdir(parents=True, exist_ok=True)
            paths[-1].write_bytes(content)
        for start in range(0, len(paths), per_batch):
            publish_readings([r for path in paths[start : start + per_batch] for r in read_deliveries(path)])
        self.home = home
        with Warehouse.open() as warehouse:
            self.problems = problems(warehouse)
            self.marts, self.records = made.marts(warehouse), made.records(warehouse)
            self.tables = {name: warehouse.mart(name) for name in warehouse.mart_tables()}
            self.balance, self.held_back = made.balance(warehouse), made.held_back(warehouse)
            self.discrepancies = made.open_discrepancies(warehouse)
            items = warehouse.reconciled_items()
            self.items = items.drop([c for c in items.columns if c.endswith(made.OF_ARRIVAL)])
            self.statuses = sorted(warehouse.deliveries()["status"])


class Simulated:
    """Files of a simulated corridor with every fault, the truth about them, and what came of them in one batch."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, weeks: str) -> None:
        told = simulate(folder / "told", parse_range(weeks), seed=1, faults=True, settings=load_settings())
        inbox = folder / "told" / "inbox"
        self.files = {p.relative_to(inbox).as_posix(): p.read_bytes() for p in sorted(told.files)}
        self.truth: dict[str, Any] = json.loads(told.truth_path.read_text(encoding="utf-8"))
        self.as_sent = Arrived(folder / "as_sent", patch, self.files, len(self.files))


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def one_week(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("one"), patch, ONE)


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Simulated:
    return Simulated(tmp_path_factory.mktemp("two"), patch, TWO)


@pytest.fixture(params=["one_week", pytest.param("two_weeks", marks=pytest.mark.long)])
def simulated(request: pytest.FixtureRequest) -> Simulated:
    found: Simulated = request.getfixturevalue(request.param)
    return found


def assert_same(arrived: Arrived, expected: Arrived) -> None:
    """Records, marts, what is held back and what is contradicted, whatever the way there."""
    assert arrived.problems == []
    for name, frame in expected.records.items():
        assert_frame_equal(arrived.records[name], frame, check_exact=True)
    assert arrived.marts == expected.marts
    assert arrived.held_back == expected.held_back
    assert_frame_equal(arrived.discrepancies, expected.discrepancies)
    assert_frame_equal(arrived.items, expected.items)


def shuffled(seed: int) -> Callable[[Deliveries], Deliveries]:
    def order(files: Deliveries) -> Deliveries:
        names = sorted(files)
        random.Random(seed).shuffle(names)
        return {name: files[name] for name in names}

    return order


def backwards(files: Deliveries) -> Deliveries:
    return {name: files[name] for name in sorted(files, reverse=True)}


def test_the_marts_are_those_of_the_truth(simulated: Simulated) -> None:
    for name, rows in simulated.truth["marts"].items():
        found = simulated.as_sent.tables[name].drop("snapshot").to_dicts()
        keyed = sorted((tuple(sorted(r.items())) for r in found), key=repr)
        assert keyed == sorted((tuple(sorted(r.items())) for r in rows), key=repr), name


@pytest.mark.parametrize(
    ("order", "per_batch"),
    [pytest.param(backwards, 64, marks=pytest.mark.long), (shuffled(1), 9)],
    ids=["backwards at once", "shuffled by nine"],
)
def test_deliveries_may_come_in_any_order(
    simulated: Simulated,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    order: Callable[[Deliveries], Deliveries],
    per_batch: int,
) -> None:
    arrived = Arrived(tmp_path, monkeypatch, order(simulated.files), per_batch)
    assert_same(arrived, simulated.as_sent)
    assert arrived.balance == simulated.as_sent.balance
    assert arrived.statuses == simulated.as_sent.statuses


@pytest.mark.long
def test_each_delivery_may_come_by_itself(
    one_week: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = Arrived(tmp_path, monkeypatch, shuffled(2)(one_week.files), 1)
    assert_same(arrived, one_week.as_sent)
    assert arrived.balance == one_week.as_sent.balance
    assert arrived.statuses == one_week.as_sent.statuses


def split(name: str, content: bytes) -> Deliveries:
    """A CSV file of one row per line as two files with a header each; any other file as it is."""
    lines = content.splitlines(keepends=True)
    if not name.startswith("rail_terminals/") or len(lines) < 3:
        return {name: content}
    head, *rows = lines
    half, stem = len(rows) // 2, name.removesuffix(".csv")
    return {
        f"{stem}_b.csv": head + b"".join(rows[half:]),
        f"{stem}_a.csv": head + b"".join(rows[:half]),
    }


def renamed(name: str) -> str:
    """Another name of the same sender, which sorts the other way round."""
    folder, _, file = name.partition("/")
    stem, _, ending = file.rpartition(".")
    return f"{folder}/{stem[::-1]}.{ending}"


def test_files_may_be_split_and_renamed(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {n: c for name, content in simulated.files.items() for n, c in split(name, content).items()}
    assert len(parts) > len(simulated.files)
    files = dict(sorted((renamed(name), content) for name, content in parts.items()))
    arrived = Arrived(tmp_path, monkeypatch, files, 64)
    assert_same(arrived, simulated.as_sent)
    assert arrived.balance == simulated.as_sent.balance


def test_what_comes_again_changes_nothing_but_the_ledger(
    one_week: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = {renamed(name): content for name, content in one_week.files.items()}
    arrived = Arrived(tmp_path, monkeypatch, {**one_week.files, **again}, len(one_week.files))
    assert_same(arrived, one_week.as_sent)
    assert arrived.balance == one_week.as_sent.balance
    assert arrived.statuses.count("loaded") == one_week.as_sent.statuses.count("loaded")
    assert ingest().snapshot is None, "the poll of the inbox finds every name and its bytes in the ledger"
