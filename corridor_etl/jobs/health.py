"""Looks whether what is stored is what was received and what was promised: archive, balances, lake, quarantine."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from corridor_etl.errors import CorridorError
from corridor_etl.model import KINDS
from corridor_etl.warehouse import Warehouse


def problems(warehouse: Warehouse) -> list[str]:
    """Every discrepancy as a sentence; none if the warehouse is sound. Reads every archived file once."""
    deliveries = warehouse.deliveries()
    return [
        *archive_problems(warehouse, set(deliveries["sha256"])),
        *_balances(deliveries),
        *_lake(warehouse, deliveries),
        *_quarantine(warehouse, deliveries),
    ]


def ledger_problems(warehouse: Warehouse) -> list[str]:
    """Deliveries whose balance or quarantine does not agree with the ledger. Opens no file."""
    deliveries = warehouse.deliveries()
    return [*_balances(deliveries), *_quarantine(warehouse, deliveries)]


def archive_problems(warehouse: Warehouse, hashes: Collection[str]) -> Iterator[str]:
    """What is wrong with those archived files that are missing or are not what was received; reads each once."""
    for sha256 in sorted(hashes):
        try:
            warehouse.archive.check(sha256)
        except CorridorError as error:
            yield error.message


def _balances(deliveries: pl.DataFrame) -> Iterator[str]:
    parts = pl.sum_horizontal("rows_loaded", "rows_quarantined", "rows_duplicate")
    for row in deliveries.filter(pl.col("rows_read") != parts).iter_rows(named=True):
        yield f"delivery {row['delivery_no']} ({row['file_name']}) does not balance"


def _lake(warehouse: Warehouse, deliveries: pl.DataFrame) -> Iterator[str]:
    damaged = [said for kind in KINDS for said in warehouse.damaged_files(kind)]
    if damaged:
        yield from damaged
        return  # rows that cannot be read cannot be counted
    stored = pl.concat(
        [warehouse.scan(kind).group_by("delivery_id").len("stored").collect() for kind in KINDS]
    )
    expired = warehouse.expired().group_by("delivery_id").agg(pl.sum("rows").alias("expired"))
    loaded = deliveries.filter(status="loaded").select("delivery_id", "file_name", "rows_loaded")
    both = loaded
    for found in (stored.group_by("delivery_id").sum(), expired):
        both = both.join(found, on="delivery_id", how="full", coalesce=True)
    both = both.with_columns(pl.col("rows_loaded", "stored", "expired").fill_null(0)).sort("delivery_id")
    for row in both.filter(pl.col("stored") + pl.col("expired") != pl.col("rows_loaded")).iter_rows(
        named=True
    ):
        name = row["file_name"] or f"delivery {row['delivery_id']}"
        left = f" and {row['expired']} left by policy" if row["expired"] else ""
        yield (
            f"the lake holds {row['stored']} rows of {name}{left}, "
            f"the ledger says {row['rows_loaded']} were loaded"
        )


def _quarantine(warehouse: Warehouse, deliveries: pl.DataFrame) -> Iterator[str]:
    out = ("replayed", "waived")
    rows = warehouse.quarantine().filter(~pl.col("state").is_in(out)).group_by("delivery_no").len("kept")
    both = deliveries.join(rows, on="delivery_no", how="left").with_columns(pl.col("kept").fill_null(0))
    for row in both.filter(pl.col("kept") != pl.col("rows_quarantined")).iter_rows(named=True):
        yield (
            f"the quarantine keeps {row['kept']} rows of {row['file_name']}, "
            f"the ledger says {row['rows_quarantined']} are held back"
        )
