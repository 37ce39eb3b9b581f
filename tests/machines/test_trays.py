"""A delivery read elsewhere comes out of the store as it would have been read here, and leaves nothing there."""

from __future__ import annotations

import io
import pickle
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.errors import SettingsError, TransientError, UsageError
from corridor_etl.jobs.handover import handed_over, staging, taken_over
from corridor_etl.jobs.ingest import ingest, publish_readings
from corridor_etl.jobs.intake import read_deliveries
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.terms import Terms
from corridor_etl.jobs.trays import ArchivedOrder, SharedTray, Tray
from corridor_etl.settings import checkout
from tests.machines.remains import NOW
from tests.machines.swept import assert_swept_after_a_day

SAMPLES = sorted((checkout() / "tests" / "samples").iterdir())


@pytest.fixture(autouse=True)
def still(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", NOW)


def as_one_value(reading: Reading) -> dict[str, object]:
    """A reading with its frames as bytes, so that types, order and values are compared."""
    held = {field.name: getattr(reading, field.name) for field in fields(reading)}
    frames = {name: {k: raw(f) for k, f in held[name].items()} for name in ("frames", "faults")}
    return {**held, **frames, "references": raw(reading.references)}


def raw(frame: pl.DataFrame) -> tuple[dict[str, pl.DataType], list[tuple[object, ...]]]:
    return dict(frame.schema), frame.rows()


def carried(order: object) -> object:
    """What arrives where an order or its receipt is sent to."""
    return pickle.loads(pickle.dumps(order))


def through_the_store(files: list[Path]) -> SharedTray:
    tray = SharedTray(files)
    for file in files:
        order = carried(tray.order(file))
        assert isinstance(order, ArchivedOrder)
        tray.take(file, carried(order.filled()))  # type: ignore[arg-type]
    return tray


def a_zip(folder: Path) -> Path:
    path = folder / "several.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("booking_csv.csv", "coarri.edi"):
            archive.write(checkout() / "tests" / "samples" / name, name)
    return path


def test_every_format_comes_out_of_the_store_as_it_went_in(tmp_path: Path) -> None:
    files = [*SAMPLES, a_zip(tmp_path)]
    here = [as_one_value(reading) for file in files for reading in read_deliveries(file)]
    there = [as_one_value(reading) for reading in through_the_store(files).in_order()]
    assert len(here) > 50
    assert [one["name"] for one in here] == [one["name"] for one in there]
    assert [one["name"] for one, other in zip(here, there, strict=True) if one != other] == []


def test_a_reference_stays_small_however_many_rows_it_stands_for() -> None:
    reading = read_deliveries(checkout() / "tests" / "samples" / "booking_csv.csv")[0]
    frame = reading.frames["booking"]
    many = replace(reading, frames={"booking": pl.concat([frame] * 5_000)})
    assert many.frames["booking"].height >= 10_000
    assert len(pickle.dumps(handed_over(many, staging()))) < 16_000


def test_an_order_filled_twice_is_the_same_and_leaves_the_same_files() -> None:
    file = checkout() / "tests" / "samples" / "coarri.edi"
    order = SharedTray([file]).order(file)
    first = order.filled()
    left = {entry.name for entry in staging().listed()}
    assert order.filled().handed[0].files == first.handed[0].files
    assert {entry.name for entry in staging().listed()} == left != set()


def test_nothing_is_left_in_between_once_a_batch_is_committed() -> None:
    file = checkout() / "tests" / "samples" / "booking_csv.csv"
    tray = through_the_store([file])
    result = publish_readings(tray.in_order())
    assert result.count("loaded") == 1
    assert list(staging().listed()) != []
    tray.empty(is_committed=True)
    assert list(staging().listed()) == []
    assert tray.names() == []


def test_what_was_never_committed_is_swept_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    file = checkout() / "tests" / "samples" / "booking_csv.csv"
    tray = through_the_store([file])
    tray.empty(is_committed=False)
    ingest([checkout() / "tests" / "samples" / "coarri.edi"])
    assert_swept_after_a_day({entry.name for entry in staging().listed()}, monkeypatch)


def test_rows_that_change_on_their_way_are_not_committed() -> None:
    reading = read_deliveries(checkout() / "tests" / "samples" / "booking_csv.csv")[0]
    store = staging()
    handed = handed_over(reading, store)
    name = handed.files["frames", "booking"]
    other = io.BytesIO()
    reading.frames["booking"].head(1).write_parquet(other)
    store.put(name, other.getvalue())
    with pytest.raises(TransientError, match="have changed"):
        taken_over(handed, store)
    store.remove(name)
    with pytest.raises(UsageError, match="there is no file"):
        taken_over(handed, store)


@pytest.mark.parametrize("name", ["version", "configuration", "store"])
def test_a_worker_that_would_read_otherwise_refuses_the_order(name: str) -> None:
    file = checkout() / "tests" / "samples" / "booking_csv.csv"
    order = SharedTray([file]).order(file)
    assert isinstance(order, ArchivedOrder)
    foreign = replace(order, terms=replace(Terms.here(), **{name: "another"}))
    with pytest.raises(SettingsError, match=f"{name} another"):
        foreign.filled()
    assert list(staging().listed()) == []


def test_a_tray_in_memory_needs_no_store() -> None:
    file = checkout() / "tests" / "samples" / "booking_csv.csv"
    tray = Tray([file])
    tray.take(file, tray.order(file).filled())
    assert tray.names() == [reading.name for reading in tray.in_order()] == ["booking_csv.csv"]
    tray.empty(is_committed=True)
    assert tray.in_order() == []
    assert not staging().local("").exists()  # type: ignore[union-attr]
