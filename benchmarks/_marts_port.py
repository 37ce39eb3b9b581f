"""A late file into the lake of a whole port, beside everything made anew, in a process of its own.

The lake is filled without marts, because only what the last two commits take is measured: the first finds figures made
by nothing and makes all, the second is the late file.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import polars as pl

from benchmarks._marts_late import NOW, batch_of, commit
from benchmarks._marts_rows import LATE_ROWS, WEEKS, records, without_late
from benchmarks._port_rows import EVENTS_PER_VISIT, port_week
from benchmarks._storage_measure import measured
from corridor_etl.warehouse import Warehouse

_OF_THE_CORRIDOR = LATE_ROWS // 10
WARM_UP_VISITS = 20


def fill(home: Path, events: int, trips: int) -> pl.DataFrame:
    """Puts a year into the lake: ``trips`` of the corridor, ``events`` of other boxes. What comes late is returned."""
    known, late = without_late(records(trips, WEEKS))
    visits = events // EVENTS_PER_VISIT // WEEKS
    with Warehouse.open(home) as warehouse:
        for number in range(-1, WEEKS):
            rows = known if number < 0 else {"port_event": port_week(number, visits)}
            batch = batch_of(f"{number}", rows, NOW + timedelta(hours=number))
            warehouse.publish(batch, {}, base=warehouse.snapshot())
    again = port_week(WEEKS // 2, visits).tail(LATE_ROWS - _OF_THE_CORRIDOR)
    moved = again.with_columns(pl.col("event_at_utc") + pl.duration(minutes=1))
    return pl.concat([late.head(_OF_THE_CORRIDOR), moved])


def main(step: str, folder: str, events: str, trips: str) -> None:
    """``fill`` makes the lake and commits once; ``late`` prints what one more commit takes as JSON."""
    home, late = Path(folder) / "home", Path(folder) / "late.parquet"
    if step == "fill":
        fill(home, int(events), int(trips)).write_parquet(late)
    else:
        _warm_up()
    rows = pl.read_parquet(late)
    given = {"port_event": rows.head(1) if step == "fill" else rows.tail(-1)}
    with Warehouse.open(home) as warehouse:
        print(json.dumps(measured(lambda: commit(warehouse, step, given))))


def _warm_up() -> None:
    with tempfile.TemporaryDirectory() as few:
        late = fill(Path(few), WEEKS * EVENTS_PER_VISIT * WARM_UP_VISITS, 500)
        with Warehouse.open(Path(few)) as warehouse:
            commit(warehouse, "late", {"port_event": late})


if __name__ == "__main__":
    main(*sys.argv[1:])
