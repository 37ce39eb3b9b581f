"""The files of rows in quarantine, read again from the archive, and why some cannot give their rows back.

What becomes of the rows belongs to ``replay``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl

from corridor_etl.jobs.decisions import Outcome, outcome
from corridor_etl.jobs.intake import read_again
from corridor_etl.jobs.reading import Reading
from corridor_etl.warehouse import Warehouse


def read_files_again(
    warehouse: Warehouse, held: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Reading, ...], list[Outcome]]:
    """The rows whose files read as they did, these readings, and refusals for the rows of the others."""
    loaded = warehouse.deliveries().filter(status="loaded").join(held, on="delivery_id", how="semi")
    readings, refused = [], []
    for delivery in loaded.sort("delivery_no").iter_rows(named=True):
        rows = held.filter(delivery_id=delivery["delivery_id"])
        reading = read_again(delivery, warehouse.archive)
        if why := why_not(reading, delivery, rows):
            refused += [outcome(row, "refused", why) for row in rows.iter_rows(named=True)]
        else:
            readings.append(reading)
    kept = held.filter(pl.col("delivery_id").is_in([r.delivery_id for r in readings]))
    return kept, tuple(readings), refused


def why_not(reading: Reading, delivery: dict[str, Any], rows: pl.DataFrame) -> str:
    """Why rows cannot be taken out of a file that is read again; empty if they can."""
    if reading.status != "read":
        return f"the file no longer reads as a whole: {reading.reason}: {reading.message}"
    if reading.rows_read != delivery["rows_read"]:
        return (
            f"the file reads as {reading.rows_read:,} rows now and as {delivery['rows_read']:,} when it came"
        )
    lines = Counter[tuple[str, int]]()
    for kind, frame in reading.frames.items():
        lines.update((kind, line) for line in frame["line_no"])
        lines.update((kind, line) for line in reading.faults[kind]["line_no"].unique())
    lost = [(k, n) for k, n in rows.select("record_kind", "line_no").iter_rows() if lines[k, n] != 1]
    return f"line {lost[0][1]} is no longer one row of {lost[0][0]}" if lost else ""
