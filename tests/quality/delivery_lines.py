"""Lines that break no rule about deliveries, one per suite, and frames made of them with single cells changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from corridor_etl.quality.delivery_rules import FRAMES

DUE_UTC = datetime(2025, 6, 15, 23, 0, tzinfo=UTC)

GOOD_LINES: dict[str, dict[str, Any]] = {
    "delivery": {
        "delivery_id": "0123456789abcdef", "file_name": "ningbo_port/CODECO.edi", "status": "read", "said_rules": "",
        "rows_counted": 40, "rows_found": 40, "messages": 2, "missing": 0, "missing_refs": "", "numbered": 2,
        "repeated": "", "corrections": 1, "orphans": 0, "orphan_nos": "", "rows": 40, "comparable": 8,
        "baseline_rows": 40.0,
    },
    "delivery_column": {
        "delivery_id": "0123456789abcdef", "record_kind": "port_event", "column_name": "gross_gross_kg",
        "null_pct": 12.0, "baseline_null_pct": 10.0, "null_spread_pct": 0.5, "median": 21500.0, "median_unit": "kg",
        "baseline_median": 21000.0, "median_spread": 0.05, "codes": "CT", "new_codes": "",
    },
    "source_week": {
        "source_id": "manifests", "iso_week": "2025-W24", "files": 2, "expected_files": 2, "due_at_utc": DUE_UTC,
        "arrived_at_utc": DUE_UTC,
    },
}  # fmt: skip


def line_frame(suite: str, *changes: dict[str, Any]) -> pl.DataFrame:
    """One line per change of the good line of a suite; no change gives the good line. Instants may be text, in UTC."""
    rows = [{**GOOD_LINES[suite], **change} for change in changes or ({},)]
    schema = FRAMES[suite]
    cells = {name: [_typed(row.get(name), dtype) for row in rows] for name, dtype in schema.items()}
    return pl.DataFrame(cells, schema=schema)


def _typed(value: Any, dtype: pl.DataType) -> Any:
    is_instant = isinstance(dtype, pl.Datetime) and isinstance(value, str)
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if is_instant else value
