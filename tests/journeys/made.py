"""What a warehouse holds after its deliveries came, in a form to compare; as a program, everything made of one inbox."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.model import KINDS
from corridor_etl.settings import home
from corridor_etl.warehouse import Warehouse

COUNTS = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
OF_ORDER = (
    "discrepancy_id", "snapshot", "first_seen", "last_seen", "delivery_id", "line_no", "other_delivery_id",
)  # fmt: skip
"""What says when and by which delivery something was seen first: that depends on the order of arrival."""
OF_ARRIVAL = ("snapshot", "delivery_id", "line_no")
"""What says which of several rows that agree was the first."""


def hash_of(content: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(content).hexdigest()


def marts(warehouse: Warehouse) -> dict[str, str]:
    """The hash of each mart without the number of the batch that wrote a week."""
    frames = {name: warehouse.mart(name).drop("snapshot") for name in warehouse.mart_tables()}
    return {name: hash_of(frame.write_csv().encode()) for name, frame in frames.items()}


def records(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """The current records of each kind, without where they came from."""
    return {name: warehouse.current(name).select(*kind.schema) for name, kind in KINDS.items()}


def balance(warehouse: Warehouse) -> dict[str, int]:
    """The four counts over all deliveries."""
    deliveries = warehouse.deliveries()
    return {name: int(deliveries[name].sum()) for name in COUNTS}


def held_back(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    """Kind, rules and text of each row that is in quarantine still."""
    return sorted(warehouse.quarantine(state="open").select("record_kind", "rule_ids", "raw_text").rows())


def open_discrepancies(warehouse: Warehouse) -> pl.DataFrame:
    """What sources say differently now."""
    found = warehouse.discrepancies(state="open")
    return found.drop([c for c in found.columns if c.startswith(OF_ORDER)]).sort("rule_id", "subject_key")


def everything(week: str) -> dict[str, str]:
    """Ingests the inbox, publishes a week with its mails, and hashes what was made, by name."""
    ingest()
    issue = publish_week(week)
    assert issue.page, issue.line()
    with Warehouse.open() as warehouse:
        figures = warehouse.issue_figures("weekly", week, 0).write_csv()
        return {
            **marts(warehouse),
            "figures": hash_of(figures.encode()),
            "discrepancies": hash_of(open_discrepancies(warehouse).write_csv().encode()),
            "quarantine": hash_of(repr(held_back(warehouse)).encode()),
            **dict(_files(home())),
        }


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for pattern in ("site/**/*", "outbox/**/*.eml", "lake/**/*.parquet"):
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), hash_of(path.read_bytes())


if __name__ == "__main__":
    print(json.dumps(everything(sys.argv[1])))
