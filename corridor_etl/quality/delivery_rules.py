"""Runs the suites about deliveries: frames with one line per delivery, per column of one, or per source and week.

They are no record kinds: their columns are declared here. What stands in the frames is made in ``comparison``,
``numbering`` and ``freshness``; what becomes of a delivery that breaks a rule belongs to ``jobs.deliveries``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor_etl.quality.comparison import FILLING_SCHEMA
from corridor_etl.quality.numbering import NUMBERING_SCHEMA
from corridor_etl.quality.runner import run_suite
from corridor_etl.quality.verdicts import Verdict

DELIVERY, DELIVERY_COLUMN, SOURCE_WEEK = "delivery", "delivery_column", "source_week"
DELIVERY_SUITES = {
    DELIVERY: "one file as received, read or refused",
    DELIVERY_COLUMN: "one column of one record kind in a delivery, beside the deliveries before",
    SOURCE_WEEK: "what a source owes for a week",
}
"""The suites of this module and what a line of their frame is."""

FRAMES: dict[str, dict[str, pl.DataType]] = {
    DELIVERY: {
        "delivery_id": pl.String(),
        "file_name": pl.String(),
        "status": pl.String(),
        "reason": pl.String(),
        "refused_rule": pl.String(),
        "said_rules": pl.String(),
        "rows_counted": pl.Int64(),
        "rows_found": pl.Int64(),
        **{name: dtype for name, dtype in NUMBERING_SCHEMA.items() if name != "delivery_id"},
        "rows": pl.Int64(),
        "comparable": pl.Int64(),
        "baseline_rows": pl.Float64(),
    },
    DELIVERY_COLUMN: FILLING_SCHEMA,
    SOURCE_WEEK: {
        "source_id": pl.String(),
        "iso_week": pl.String(),
        "files": pl.Int64(),
        "expected_files": pl.Int64(),
        "due_at_utc": pl.Datetime("us", "UTC"),
        "arrived_at_utc": pl.Datetime("us", "UTC"),
        "not_judged": pl.String(),
    },
}
"""Suite -> the columns of its frame."""


def validate_frame(suite: str, frame: pl.DataFrame, parameters: dict[str, Any] | None = None) -> Verdict:
    """Judges a frame of :data:`FRAMES`; ``row_id`` of the verdict is the place of a line in it.

    ``BatchHeld`` when a rule cannot be run, because then nothing is known about the deliveries.
    """

    def typed() -> pl.DataFrame:
        cells = frame.select(pl.col(name).cast(dtype) for name, dtype in FRAMES[suite].items())
        return cells.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row_id"))

    return run_suite(suite, typed, parameters or {})
