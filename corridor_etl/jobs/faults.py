"""Rows that are no records, as a frame with their text and cells. Which rows are is for ``sources`` and ``staging``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import polars as pl

from corridor_etl.sources import RawFile, RowFault

FAULT_SCHEMA = {
    "delivery_id": pl.String,
    "line_no": pl.Int64,
    "rule_id": pl.String,
    "column": pl.String,
    "observed": pl.String,
    "expected": pl.String,
    "raw_text": pl.String,
    "raw_json": pl.String,
}


def fault_frame(delivery_id: str, raw: RawFile, faults: Iterable[RowFault]) -> pl.DataFrame:
    """One row per fault (:data:`FAULT_SCHEMA`), with the row as received."""
    faults = list(faults)
    wanted = {fault.line_no for fault in faults}
    as_read = raw.frame.filter(pl.col("line_no").is_in(wanted)) if wanted else raw.frame.clear()
    by_line = {row["line_no"]: row for row in as_read.iter_rows(named=True)}
    rows = [_fault_row(delivery_id, fault, by_line.get(fault.line_no, {}), raw) for fault in faults]
    return pl.DataFrame(rows, schema=FAULT_SCHEMA, orient="row")


def _fault_row(delivery_id: str, fault: RowFault, row: dict[str, Any], raw: RawFile) -> dict[str, Any]:
    cells = {k: v for k, v in row.items() if k not in ("line_no", "raw_text") and v is not None}
    return {
        "delivery_id": delivery_id,
        "line_no": fault.line_no,
        "rule_id": fault.rule_id,
        "column": fault.column,
        "observed": fault.observed,
        "expected": fault.expected,
        "raw_text": row.get("raw_text") or raw.raw_lines.get(fault.line_no, ""),
        "raw_json": json.dumps(cells, ensure_ascii=False, sort_keys=True),
    }
