"""A late file in a closed year beside the year made anew, in a process of its own.

Both start at the lake. The late file is a whole commit: sources are compared, the ledger is brought up to date, marts
and facts are published. The rebuild only makes marts and facts. In the end what is stored must be what a rebuild gives.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks._marts_rows import LATE_ROWS, Records, read, records, without_late
from benchmarks._storage_measure import measured
from corridor_etl.jobs.consequences import consequences
from corridor_etl.jobs.remaking import ITEMS, TRIPS, Remade
from corridor_etl.model import KINDS
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Batch, DeliveryRow, Warehouse

WARM_UP_TRIPS = 500
NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
Taken = dict[str, float]


def turn(home: Path, current: Records) -> dict[str, Taken]:
    """What the ``rebuild``, the ``late`` file and a ``yard`` list, which no figure is made from, take."""
    known, late = without_late(current)
    with Warehouse.open(home) as warehouse:
        commit(warehouse, "year", known)
        rebuild = measured(lambda: Remade.of(warehouse, load_settings()))
        taken = measured(lambda: commit(warehouse, "late", {"port_event": late}))
        yard = measured(lambda: commit(warehouse, "yard", {"yard_position": _yard()}))
        _check(warehouse)
    return {"rebuild": rebuild, "late": {**taken, "rows": late.height}, "yard": yard}


def commit(warehouse: Warehouse, name: str, rows: Records) -> None:
    """Commits rows with all that follows from them."""
    base = warehouse.snapshot()
    batch = batch_of(name, rows, NOW + timedelta(days=base))
    batch, made = consequences(batch, warehouse, base, load_settings())
    warehouse.publish(batch, made, base=base)


def batch_of(name: str, rows: Records, at_utc: datetime) -> Batch:
    """One delivery per record kind, all of whose rows are loaded."""
    deliveries, given = [], {}
    for kind, frame in rows.items():
        digest = hashlib.sha256(f"{name}/{kind}".encode()).hexdigest()
        line_no = pl.int_range(2, pl.len() + 2, dtype=pl.Int64)
        given[kind] = frame.with_columns(delivery_id=pl.lit(digest[:16]), line_no=line_no)
        deliveries.append(
            DeliveryRow(
                digest[:16], digest, f"{name}/{kind}.csv", frame.height * 200, at_utc, "loaded", record_kind=kind,
                rows_read=frame.height, rows_loaded=frame.height,
            )
        )  # fmt: skip
    return Batch(deliveries, at_utc, given)


def _yard() -> pl.DataFrame:
    entry = pl.int_range(LATE_ROWS).cast(pl.String)
    cells = {
        "entry_ref": entry, "listed_on_local": pl.lit(date(2025, 7, 1)), "stack_code": pl.lit("A"),
        "is_in_yard": pl.lit(True), "version": pl.lit(1), "action": pl.lit("insert"),
    }  # fmt: skip
    schema = KINDS["yard_position"].schema
    rows = pl.select(entry.alias("entry_ref"))
    return rows.select(cells.get(n, pl.lit(None)).cast(dtype).alias(n) for n, dtype in schema.items())


def _check(warehouse: Warehouse) -> None:
    """``AssertionError`` where what is stored is not what the lake gives."""
    for name, frame in Remade.of(warehouse, load_settings()).frames.items():
        kept = {TRIPS: warehouse.trips, ITEMS: warehouse.reconciled_items}.get(name)
        stored = kept() if kept is not None else warehouse.mart(name)
        assert stored.drop("snapshot").equals(frame), f"{name} is not what a rebuild gives"


def main(folder: str) -> None:
    """Prints what each took as JSON, as ``rebuild_cpu_s``; a few rows go first, so that no import is measured."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as home:
        turn(Path(few), records(WARM_UP_TRIPS, 1))
        taken = turn(Path(home), read(Path(folder)))
    print(json.dumps({f"{of}_{name}": value for of, found in taken.items() for name, value in found.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
