"""A turn of the storage benchmark on our side: loads the year, reads a week, or replaces one, in a home folder.

Every turn is made once on a few rows in another home before it is measured, so imports are not in it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks._storage_measure import READS, aggregated, measured
from benchmarks._storage_rows import RECEIVED_AT_UTC, deliveries, mart, weeks, write
from corridor_etl.warehouse import Batch, Warehouse

WARM_UP_ROWS = 2_000


def load(home: Path, source: Path, _week: str) -> int:
    """From parsed rows to the commit, with the mart of the year."""
    return _publish(home, source, mart())


def replace(home: Path, source: Path, week: str) -> int:
    """A delivery with another version of each row of one week, with the mart that follows from it."""
    return _publish(home, source, mart([week]))


def read(home: Path, _source: Path, week: str) -> int:
    """One week, aggregated."""
    with Warehouse.open(home) as warehouse:
        for _ in range(READS):
            rows = aggregated(warehouse.scan("port_event", weeks=[week])).height
    return rows


def _publish(home: Path, source: Path, marts: dict[str, pl.DataFrame]) -> int:
    rows = pl.scan_parquet(source)
    batch = Batch(deliveries(source), RECEIVED_AT_UTC, {"port_event": rows})
    with Warehouse.open(home) as warehouse:
        return warehouse.publish(batch, marts, base=warehouse.snapshot())


TURNS: dict[str, Callable[[Path, Path, str], int]] = {"load": load, "read": read, "replace": replace}


def main(turn: str, home: str, source: str, week: str) -> None:
    """Prints what one turn took as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.parquet"
        write(few, WARM_UP_ROWS)
        load(Path(folder) / "home", few, week)
        if turn == "read":
            read(Path(folder) / "home", few, weeks()[0])
    Warehouse.open(Path(home)).__exit__()
    print(json.dumps(measured(lambda: TURNS[turn](Path(home), Path(source), week))))


if __name__ == "__main__":
    main(*sys.argv[1:])
