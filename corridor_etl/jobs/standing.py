"""What the rules say of everything received as it stands: verdicts on rows that were judged anew are withdrawn."""

from __future__ import annotations

import polars as pl


def standing(checks: pl.DataFrame) -> pl.DataFrame:
    """record_kind, rule_id, the severity it has now, evaluated, and ``unexpected``: the rows that break it still.

    ``checks`` are those of all batches, by snapshot.
    """
    return (
        checks.sort("snapshot", maintain_order=True)
        .group_by("record_kind", "rule_id", maintain_order=True)
        .agg(
            pl.col("severity").last(),
            pl.col("evaluated").sum(),
            (pl.col("unexpected") - pl.col("withdrawn")).sum().alias("unexpected"),
        )
    )
