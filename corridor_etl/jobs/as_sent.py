"""The cells of rows in quarantine as their senders wrote them, out of the archived bytes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor_etl.errors import CorridorError
from corridor_etl.jobs.intake import raw_again
from corridor_etl.warehouse import Warehouse

log = logging.getLogger(__name__)


def cells_as_sent(warehouse: Warehouse, rows: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    """Cells by raw column name for each row that its format still reads, by ``quarantine_id``; empty cells are there.

    A file that no longer reads as it did is passed over: what the quarantine keeps of its rows has to do.
    """
    wanted = {(row["delivery_no"], row["record_kind"], row["line_no"]): row["quarantine_id"] for row in rows}
    deliveries = warehouse.deliveries().filter(pl.col("delivery_no").is_in([number for number, *_ in wanted]))
    found: dict[int, dict[str, str]] = {}
    for delivery in deliveries.iter_rows(named=True):
        try:
            found |= _of_file(warehouse, delivery, wanted)
        except CorridorError as error:
            log.warning("%s is listed by what the quarantine keeps: %s", delivery["file_name"], error.message)
    return found


def _of_file(
    warehouse: Warehouse, delivery: Mapping[str, Any], wanted: Mapping[tuple[int, str, int], int]
) -> dict[int, dict[str, str]]:
    number = delivery["delivery_no"]
    lines = sorted({line for of, _, line in wanted if of == number})
    found = {}
    for kind, raw in raw_again(delivery, warehouse.archive):
        for row in raw.frame.filter(pl.col("line_no").is_in(lines)).iter_rows(named=True):
            at = wanted.get((number, kind, row["line_no"]))
            cells = {name: value or "" for name, value in row.items() if name not in ("line_no", "raw_text")}
            if at is not None:
                found[at] = cells
    return found
