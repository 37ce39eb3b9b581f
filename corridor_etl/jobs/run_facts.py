"""What a run of ingest shows beside its balance: coverage of the newest weeks, and findings by rule.

How it is shown belongs to whoever runs the job.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor_etl.warehouse import Warehouse

SHOWN_WEEKS = 6


def recent_coverage(weeks: int = SHOWN_WEEKS) -> list[dict[str, Any]]:
    """source_id, iso_week, files and rows of the newest weeks anything has come for, in that order."""
    with Warehouse.open() as warehouse:
        coverage = warehouse.coverage()
    newest = coverage["iso_week"].unique().sort().tail(weeks)
    return (
        coverage.filter(pl.col("iso_week").is_in(newest.to_list())).sort("source_id", "iso_week").to_dicts()
    )


def findings_by_rule(since: int) -> list[dict[str, Any]]:
    """rule_id, severity and how many findings of batches later than ``since``, by rule."""
    with Warehouse.open() as warehouse:
        found = warehouse.findings().filter(pl.col("snapshot") > since)
    return found.group_by("rule_id", "severity").len("findings").sort("rule_id", "severity").to_dicts()


def last_snapshot() -> int:
    """The number of the last committed batch, 0 before the first."""
    with Warehouse.open() as warehouse:
        return warehouse.snapshot()
