"""A turn of the storage benchmark on the other side: Polars' own files, and the mart into SQLite by its driver.

The year becomes one bare Parquet file, the week that is read a file of its own. Nothing is counted, checked, named by
its content, forced to disk or committed with anything else.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl

from benchmarks._storage_measure import READS, aggregated, measured
from benchmarks._storage_rows import KIND, mart, weeks, write


def load(folder: Path, source: Path, _week: str) -> None:
    """The year as one file, and the mart."""
    folder.mkdir(exist_ok=True)
    pl.scan_parquet(source).sink_parquet(folder / "year.parquet")
    for name, frame in mart().items():
        _insert(folder / "marts.db", name, frame)


def week_file(folder: Path, source: Path, week: str) -> None:
    """The rows of one week as a file."""
    folder.mkdir(exist_ok=True)
    pl.scan_parquet(source).filter(KIND.iso_week() == week).collect().write_parquet(folder / "week.parquet")


def read(folder: Path, _source: Path, _week: str) -> None:
    """One week, aggregated."""
    for _ in range(READS):
        aggregated(pl.scan_parquet(folder / "week.parquet"))


def _insert(path: Path, name: str, frame: pl.DataFrame) -> None:
    marks = ", ".join("?" * frame.width)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE {name} ({', '.join(frame.columns)}, PRIMARY KEY ({_KEY}))")
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", frame.rows())


_KEY = "iso_week, service_id, direction, flow, hs_chapter, full_empty"
TURNS: dict[str, Callable[[Path, Path, str], None]] = {"load": load, "read": read}


def main(turn: str, place: str, source: str, week: str) -> None:
    """Prints what one turn took as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder, few = Path(name), Path(name) / "few.parquet"
        write(few, 2_000)
        load(folder / "bare", few, week)
        week_file(folder, few, weeks()[0])
        read(folder, few, week)
    if turn == "read":
        week_file(Path(place), Path(source), week)
    print(json.dumps(measured(lambda: TURNS[turn](Path(place), Path(source), week))))


if __name__ == "__main__":
    main(*sys.argv[1:])
