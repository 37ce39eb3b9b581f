"""The rows of one kind in a batch: which are loaded, which are held back, which were there before.

Rules belong to ``quality``, versions to ``warehouse.versions``; this puts their answers together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.jobs.orphans import healing, orphaned
from corridor_etl.jobs.reading import Reading
from corridor_etl.model import RecordKind
from corridor_etl.quality import history
from corridor_etl.quality.corrections import Corrected, Corrections, corrected
from corridor_etl.quality.quarantine import quarantine_frame
from corridor_etl.quality.runner import Verdict, run_parameters, validate
from corridor_etl.quality.validation_record import recorded
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
    corrected: Corrected
    validation: pl.DataFrame


def resolved(
    kind: RecordKind,
    readings: Sequence[Reading],
    warehouse: Warehouse,
    settings: Settings,
    corrections: Corrections,
) -> Resolved | None:
    """Corrects, validates and resolves the rows of one kind; None where no reading has any. ``BatchHeld`` if that
    fails."""
    mine = [r for r in readings if kind.name in r.frames]
    if not mine:
        return None
    staged = pl.concat([r.frames[kind.name] for r in mine]).with_row_index("row_id")
    as_staged = staged.with_columns(pl.col("row_id").cast(pl.Int64))
    mended = corrected(as_staged, kind, mine, corrections.of(kind.name), settings.report_zone)
    staged = mended.rows
    now = now_utc()
    existing = warehouse.rows(kind.name)
    usual = _history(kind, existing, settings)
    verdict = validate(kind.name, staged, settings, now_utc=now, history=usual)
    critical = verdict.failures.filter(severity="critical")
    accepted = staged.join(critical.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
    orphans = versions.orphans(accepted, existing, kind)
    accepted = accepted.join(orphans.select("row_id"), on="row_id", how="anti", maintain_order="left")
    arrivals = versions.arrivals(accepted, existing, kind)
    healed_rows, healed = healing(kind, warehouse, existing, arrivals.fresh)
    faults = pl.concat([r.faults[kind.name] for r in mine])
    conflicts = arrivals.failures.select(critical.columns)
    failures = pl.concat([critical, conflicts, orphaned(orphans, kind), mended.dropped])
    # What is held back is kept as it came. A waiting row will load as it is kept, so it is kept corrected.
    waiting = orphans.select(as_staged.columns)
    kept = pl.concat([as_staged.join(waiting, on="row_id", how="anti", maintain_order="left"), waiting])
    return Resolved(
        kind=kind,
        fresh=arrivals.fresh,
        duplicates=arrivals.duplicates.with_columns(iso_week=kind.iso_week()),
        quarantine=quarantine_frame(kind.name, kept, failures, faults),
        verdict=verdict,
        flagged=_flagged(staged, verdict),
        healed_rows=healed_rows,
        healed=healed,
        corrected=mended,
        validation=recorded(
            kind.name,
            verdict,
            rows=staged.height,
            run_at_utc=now,
            parameters=run_parameters(settings, now),
        ),
    )


def _history(kind: RecordKind, existing: pl.DataFrame, settings: Settings) -> pl.DataFrame | None:
    """What the accepted records say for judging new ones; None for kinds that are not judged by any."""
    if kind.name != history.KIND:
        return None
    days = settings.corridor.fx_max_age_days
    return history.value_history(versions.current(existing, kind), max_age_days=days)


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
