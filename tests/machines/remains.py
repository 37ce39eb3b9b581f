"""What a run leaves in warehouse and lake, in a form to compare to the byte."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.lake import digest_in

NOW = "2025-06-30T06:00:00+05:00"


def remains(home: Path, week: str | None = None) -> dict[str, pl.DataFrame]:
    """Marts, records with their lineage, ledger, what is held back, digests of the lake's files; the issue of a week."""
    if week is not None:
        publish_week(week)
    with Warehouse.open(home) as warehouse:
        assert problems(warehouse) == []
        found = {table: warehouse.mart(table) for table in warehouse.mart_tables()}
        found |= {kind: warehouse.current(kind) for kind in KINDS}
        found |= {f"files of {kind}": _files(warehouse, kind) for kind in KINDS}
        found["deliveries"] = warehouse.deliveries()
        found["quarantine"] = warehouse.quarantine()
        found["batches"] = warehouse.batches()
        if week is not None:
            found["figures"] = warehouse.issue_figures("weekly", week, 0)
            found["issue"] = warehouse.issues().select("week", "state", "content_sha256")
        return found


def _files(warehouse: Warehouse, kind: str) -> pl.DataFrame:
    digests = sorted(digest_in(name) for name in warehouse.lake_files(kind))
    return pl.DataFrame({"digest": digests}, schema={"digest": pl.String})


def different(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The names of what is not the same."""
    assert sorted(one) == sorted(other)
    return [name for name, frame in one.items() if not frame.equals(other[name])]
