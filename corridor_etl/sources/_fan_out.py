"""Lists that were joined before they were sent: one thing stands in several rows, and is counted once."""

from __future__ import annotations

import polars as pl

from corridor_etl.sources._source import Finding


def repeats(frame: pl.DataFrame, key: str, things: str, *, severity: str = "warning") -> list[Finding]:
    """A finding FAN_OUT where several rows share a value of ``key``, or nothing; ``things`` is its plural."""
    counts = frame.group_by(key).len()["len"].to_list()
    if len(counts) == frame.height:
        return []
    text = f"{frame.height} rows are of {len(counts)} {things}: one repeats up to {max(counts)} times"
    expected = f"{len(counts)} {things}, each counted once"
    return [Finding("FAN_OUT", severity, text, None, str(frame.height), expected)]
