"""Corrections that came before what they correct: why they are held back, and which of them heal with a batch."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.warehouse import BY_ITSELF, HEALED_COLUMNS, ORPHAN_RULE, Warehouse, versions


def orphaned(orphans: pl.DataFrame, kind: RecordKind) -> pl.DataFrame:
    """The orphans among a batch as failures of rule ST-007."""
    key = pl.concat_str([pl.col(k).cast(pl.String) for k in kind.key], separator=" ", ignore_nulls=True)
    return orphans.select(
        "row_id",
        rule_id=pl.lit(ORPHAN_RULE),
        severity=pl.lit("critical"),
        column=pl.lit("action"),
        observed=pl.format("{} of {}", "action", key),
        expected=pl.lit("a record of this key; the correction waits and loads by itself when that comes"),
    )


def healing(
    kind: RecordKind,
    warehouse: Warehouse,
    existing: pl.DataFrame,
    fresh: pl.DataFrame,
    apart_from: Collection[int] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Waiting corrections whose original is there now: their rows, and what becomes of each (HEALED_COLUMNS).

    A correction that repeats one already loaded leaves as a duplicate; one that contradicts it stays where it is.
    Rows of the quarantine with the numbers ``apart_from`` are looked at elsewhere.
    """
    held = warehouse.waiting_corrections(kind.name)
    held = held.filter(~pl.col("quarantine_id").is_in(list(apart_from)))
    names = [*kind.schema, "delivery_id", "line_no"]
    known = pl.concat([existing.select(names), fresh.select(names)])
    still = versions.orphans(held, known, kind)
    ready = held.join(still.select("quarantine_id"), on="quarantine_id", how="anti", maintain_order="left")
    found = versions.arrivals(ready, known, kind)
    parts = [(found.fresh, "rows_loaded"), (found.duplicates, "rows_duplicate")]
    moved = [
        f.select(
            "quarantine_id",
            "delivery_id",
            iso_week=kind.iso_week(),
            counter=pl.lit(c),
            state=pl.lit("replayed"),
            decided_by=pl.lit(BY_ITSELF),
            decision_reason=pl.lit("its original came"),
        )
        for f, c in parts
    ]
    return found.fresh.select(names), pl.concat(moved).select(
        pl.col(c).cast(t) for c, t in HEALED_COLUMNS.items()
    )
