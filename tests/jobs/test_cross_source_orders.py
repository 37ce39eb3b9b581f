"""Whatever the order and the batches in which deliveries come, the same is open and reconciled alike in the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.jobs import consequences, reconciliation
from corridor_etl.jobs.ingest import ingest
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate
from corridor_etl.warehouse import Warehouse

WEEKS = ("2025-W09", "2025-W10", "2025-W11", "2025-W12", "2025-W13")
LATE = "manifest_X9003_"
OF_TIME = ("discrepancy_id", "first_seen_at_utc", "changed_at_utc", "snapshot_opened")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What five simulated weeks deliver."""
    simulated = simulate(tmp_path_factory.mktemp("corridor"), WEEKS, seed=3, settings=load_settings())
    return sorted(simulated.files)


@pytest.fixture(scope="module")
def whole(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    """A home that got everything but one list at once, and what is open there."""
    home = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        return home, after(home, [[f for f in files if LATE not in f.name]], patch)


def after(home: Path, batches: Sequence[Sequence[Path]], patch: pytest.MonkeyPatch) -> pl.DataFrame:
    """What is open once the batches have come one after the other to a home of their own."""
    patch.setenv("CORRIDOR_HOME", str(home))
    for batch in batches:
        assert {d.status for d in ingest(batch).deliveries} == {"loaded"}
    with Warehouse.open() as warehouse:
        return warehouse.discrepancies(state="open").drop(OF_TIME).sort("rule_id", "subject_key")


def split(files: list[Path], pieces: int, seed: int) -> list[list[Path]]:
    mixed = random.Random(seed).sample(files, len(files))
    return [mixed[i::pieces] for i in range(pieces)]


# A week in any order is in tests/journeys/test_any_order.py.
@pytest.mark.long
@pytest.mark.parametrize(("seed", "pieces"), [(2, 3), (1, 2)])
def test_any_order_and_any_split_end_with_the_same(
    files: list[Path],
    whole: tuple[Path, pl.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    pieces: int,
) -> None:
    some = [f for f in files if LATE not in f.name]
    home, expected = whole
    items = reconciled_items(home)
    assert {"moved_not_manifested", "manifested_not_declared", "matched", "pending"} <= set(items["outcome"])
    assert {"XR-001", "XR-002", "XR-004", "XR-015"} <= set(expected["rule_id"])
    found = after(tmp_path / "split", split(some, pieces, seed), monkeypatch)
    assert_frame_equal(found, expected)
    assert_frame_equal(reconciled_items(tmp_path / "split"), items)


def reconciled_items(home: Path) -> pl.DataFrame:
    with Warehouse.open(home) as warehouse:
        return warehouse.reconciled_items().drop("snapshot")


def test_what_is_missing_opens_and_heals_when_it_comes_and_repeats_change_nothing(
    files: list[Path], whole: tuple[Path, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [f for f in files if LATE in f.name]
    home, before = whole
    missed = before.filter(rule_id="XR-002")
    assert missed.height > 10
    assert set(missed["other_delivery_id"]) == {None}
    was = reconciled_items(home)
    after(home, [late], monkeypatch)
    assert_healed(home, was)
    with Warehouse.open() as warehouse:
        ledger, snapshot = warehouse.discrepancies(), warehouse.snapshot()
        checks = warehouse.checks(snapshot=snapshot).filter(record_kind=CROSS_SOURCE)
    healed = ledger.filter(rule_id="XR-002", state="healed")
    assert set(missed["subject_key"]) <= set(healed["subject_key"])
    assert set(healed["snapshot_closed"]) == {snapshot}
    assert dict(checks.select("rule_id", "evaluated").iter_rows())["XR-009"] == 0
    again = late[0].with_name("again_" + late[0].name)
    again.write_bytes(late[0].read_bytes())
    assert ingest(files).snapshot is None
    assert [d.status for d in ingest([again]).deliveries] == ["duplicate"]
    with Warehouse.open() as warehouse:
        assert_frame_equal(warehouse.discrepancies(), ledger)


def assert_healed(home: Path, was: pl.DataFrame) -> None:
    """Boxes that were missed are matched trips now, say since when, and are as they were as of the first batch."""
    settings = load_settings()
    with Warehouse.open(home) as warehouse:
        now, then = (reconciliation.items(w, settings) for w in (warehouse, warehouse.at(1)))
        last_batch = warehouse.batches()["received_at_utc"][-1]
        past = reconciliation.history(warehouse, now)
    assert_frame_equal(then.select(was.columns), was)
    assert set(then["snapshot"]) == {1}
    gone = was.filter(outcome="moved_not_manifested", in_declaration=True).join(
        now, on="subject_key", how="anti"
    )
    assert gone.height > 10
    trips = now.filter(pl.col("container_nos").is_in(gone["container_nos"].implode()), train_no="X9003")
    healed = trips.filter(state="matched")
    assert set(trips["subject"]) == {"trip"}
    assert healed.height > 10
    assert set(healed["since_utc"]) == {last_batch}
    of_healed = past.join(healed, on="subject_key", how="semi")
    for outcome in ("declared_not_moved", "moved_not_manifested"):
        assert set(of_healed.filter(outcome=outcome)["closed_by"]) == {"healing"}


def test_a_comparison_that_breaks_holds_the_delivery(
    files: list[Path], own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> pl.DataFrame:
        raise pl.exceptions.ComputeError("no such join")

    monkeypatch.setattr(consequences, "subjects_of", broken)
    result = ingest([next(f for f in files if f.suffix == ".csv")])
    assert (result.snapshot, [d.status for d in result.deliveries]) == (None, ["held"])
    with Warehouse.open() as warehouse:
        assert warehouse.deliveries().is_empty()
