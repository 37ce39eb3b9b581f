"""The rows of one kind in a batch: which are loaded, which are held back, which were there before.

Rules belong to ``quality``, versions to ``warehouse.versions``; this puts their answers together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.jobs.deliveries import held_rows
from corridor_etl.jobs.orphans import healing, orphaned
from corridor_etl.jobs.reading import Reading
from corridor_etl.model import RecordKind
from corridor_etl.quality.quarantine import quarantine_frame
from corridor_etl.quality.runner import Verdict, validate
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse, versions


@dataclass(frozen=True)
class Resolved:
    """One record kind of a batch after validation and version resolution."""

    kind: RecordKind
    fresh: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    verdict: Verdict
    flagged: pl.DataFrame
    healed_rows: pl.DataFrame
    healed: pl.DataFrame


def resolved(
    kind: RecordKind,
    readings: Sequence[Reading],
    warehouse: Warehouse,
    settings: Settings,
    held: pl.DataFrame | None = None,
) -> Resolved | None:
    """Validates and resolves the rows of one kind; None where no reading has any. ``BatchHeld`` if that fails.

    All rows of a delivery that ``held`` names go to quarantine with its rule, see ``deliveries``.
    """
    mine = [r for r in readings if kind.name in r.frames]
    if not mine:
        return None
    staged = pl.concat([r.frames[kind.name] for r in mine]).with_row_index("row_id")
    staged = staged.with_columns(pl.col("row_id").cast(pl.Int64))
    verdict = validate(kind.name, staged, settings, now_utc=now_utc())
    critical = verdict.failures.filter(severity="critical")
    if held is not None:
        critical = pl.concat([critical, held_rows(staged, held).select(critical.columns)])
    accepted = staged.join(critical.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
    existing = warehouse.rows(kind.name)
    orphans = versions.orphans(accepted, existing, kind)
    accepted = accepted.join(orphans.select("row_id"), on="row_id", how="anti", maintain_order="left")
    arrivals = versions.arrivals(accepted, existing, kind)
    healed_rows, healed = healing(kind, warehouse, existing, arrivals.fresh)
    faults = pl.concat([r.faults[kind.name] for r in mine])
    failures = pl.concat([critical, arrivals.failures.select(critical.columns), orphaned(orphans, kind)])
    return Resolved(
        kind=kind,
        fresh=arrivals.fresh,
        duplicates=arrivals.duplicates.with_columns(iso_week=kind.iso_week()),
        quarantine=quarantine_frame(kind.name, staged, failures, faults),
        verdict=verdict,
        flagged=_flagged(staged, verdict),
        healed_rows=healed_rows,
        healed=healed,
    )


def _flagged(staged: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
    """Warnings and infos of rows as findings: one per delivery and rule, with how many and the first line."""
    lighter = verdict.failures.filter(pl.col("severity") != "critical")
    return (
        lighter.join(staged.select("row_id", "delivery_id", "line_no"), on="row_id")
        .sort("delivery_id", "rule_id", "line_no")
        .group_by("delivery_id", "rule_id", "severity", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("rows"),
            pl.col("line_no").first(),
            pl.col("column").first().alias("column_name"),
            pl.col("observed").first(),
            pl.col("expected").first(),
        )
        .with_columns(message=pl.format("{} rows flagged", "rows"))
    )
