"""One turn of our side of the benchmark of marts, in a process of its own: a week, or a year and its publication."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks._marts_rows import Records, read, records
from benchmarks._storage_measure import measured
from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import reconciled
from corridor_etl.facts.trips import stored_trips
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Batch, Warehouse

WARM_UP_TRIPS = 500
_NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)


def made(current: Records) -> dict[str, pl.DataFrame]:
    """Trips, reconciled items and all marts, as a commit makes them."""
    settings = load_settings()
    facts = corridor_facts(current, settings)
    known = sources(current, settings, facts.trips)
    return {
        **weekly_marts(current, settings, facts),
        "fct_container_trip": stored_trips(facts.trips),
        "fct_reconciliation": reconciled(known, subjects_of(known)),
    }


def _published(warehouse: Warehouse, current: Records) -> int:
    return warehouse.publish(Batch((), _NOW), made(current), base=warehouse.snapshot())


def week(folder: Path) -> dict[str, float]:
    """What trips, reconciliation and marts of the records of a folder take."""
    current = read(folder)
    return measured(lambda: made(current))


def year(folder: Path) -> dict[str, float]:
    """What they take with their publication, and with one more of marts that did not change."""
    current = read(folder)
    with tempfile.TemporaryDirectory() as home, Warehouse.open(Path(home)) as warehouse:
        first = measured(lambda: _published(warehouse, current))
        few = {name: frame for name, frame in made(current).items() if name.startswith("mart_")}
        same = measured(lambda: warehouse.publish(Batch((), _NOW), few, base=warehouse.snapshot()))
    return {**first, "unchanged_cpu_s": same["cpu_s"]}


def main(turn: str, folder: str) -> None:
    """Prints what one turn took as JSON."""
    made(records(WARM_UP_TRIPS, 1))
    print(json.dumps({"week": week, "year": year}[turn](Path(folder))))


if __name__ == "__main__":
    main(*sys.argv[1:])
