"""What a run leaves in warehouse and lake, in a form to compare to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from corridor_etl.jobs.health import problems
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Warehouse, durable
from corridor_etl.warehouse.lake import digest_in

NOW = "2025-06-30T06:00:00+05:00"


def remains(home: Path, week: str, editions: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Marts, records with their lineage, ledger, what is held back, digests of the lake's files; the issues of a week.

    Those that are not published yet are published here.
    """
    for edition in editions:
        publish_week(week, edition_id=edition)
    with Warehouse.open(home) as warehouse:
        assert problems(warehouse) == []
        found = {table: warehouse.mart(table) for table in warehouse.mart_tables()}
        found |= {kind: warehouse.current(kind) for kind in KINDS}
        found |= {f"files of {kind}": _files(warehouse, kind) for kind in KINDS}
        found["deliveries"] = warehouse.deliveries()
        found["quarantine"] = warehouse.quarantine()
        found["batches"] = warehouse.batches()
        found["issues"] = warehouse.issues().drop("published_at_utc")
        found["versions"] = warehouse.issue_versions()
        found |= {f"figures of {name}": warehouse.issue_figures(name, week, 0) for name in editions}
        found["pages"] = _pages(home / "site")
        return found


def _pages(site: Path) -> pl.DataFrame:
    """Name and digest of each file of each issue, without the pages around them."""
    files = [path for path in sorted(site.glob("*/*/*/r*/*/*")) if path.is_file()]
    rows = [(str(path.relative_to(site)), durable.sha256_of(path)) for path in files]
    assert rows, f"no issue below {site}"
    return pl.DataFrame(rows, schema={"name": pl.String, "sha256": pl.String}, orient="row")


def _files(warehouse: Warehouse, kind: str) -> pl.DataFrame:
    digests = sorted(digest_in(name) for name in warehouse.lake_files(kind))
    return pl.DataFrame({"digest": digests}, schema={"digest": pl.String})


def different(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The names of what is not the same."""
    assert sorted(one) == sorted(other)
    return [name for name, frame in one.items() if not frame.equals(other[name])]
