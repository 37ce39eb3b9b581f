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
from corridor_etl.jobs.taking import LINE, Taking
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
    revised: pl.DataFrame
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
    taking: Taking | None = None,
    held: pl.DataFrame | None = None,
) -> Resolved | None:
    """Corrects, validates and resolves the rows of one kind; None where no reading has any. ``BatchHeld`` if that
    fails.

    Where rows are taken out of quarantine, ``taking`` says which: all rows are validated, the others are context only.
    All rows of a delivery that ``held`` names go to quarantine with its rule, see ``deliveries``.
    """
    mine = [r for r in readings if kind.name in r.frames]
    if not mine or (taking is not None and not taking.has(kind)):
        return None
    judged = _judged(kind, mine, warehouse, settings, corrections, taking)
    existing, broken = judged.existing, _broken(judged, held)
    critical = broken.filter(severity="critical")
    accepted = judged.staged.join(critical, on="row_id", how="anti", maintain_order="left")
    orphans = versions.orphans(accepted, existing, kind)
    accepted = accepted.join(orphans.select("row_id"), on="row_id", how="anti", maintain_order="left")
    arrivals = versions.arrivals(accepted, existing, kind)
    taken = taking.numbers if taking is not None else ()
    healed_rows, healed = healing(kind, warehouse, existing, arrivals.fresh, apart_from=taken)
    conflicts = arrivals.failures.select(critical.columns)
    failures = pl.concat([broken, conflicts, orphaned(orphans, kind), judged.corrected.dropped])
    return Resolved(
        kind=kind,
        fresh=arrivals.fresh,
        duplicates=arrivals.duplicates.with_columns(iso_week=kind.iso_week()),
        revised=versions.revised(arrivals.fresh, existing, kind),
        quarantine=quarantine_frame(kind.name, _as_kept(judged, orphans), failures, judged.faults),
        verdict=judged.verdict,
        flagged=_flagged(judged.staged, judged.remarks),
        healed_rows=healed_rows,
        healed=healed,
        corrected=judged.corrected,
        validation=judged.validation,
    )


def _broken(judged: _Judged, held: pl.DataFrame | None) -> pl.DataFrame:
    """What the rules say of the rows, and of the deliveries they came in."""
    failures = judged.verdict.failures
    if held is None:
        return failures
    return pl.concat([failures, held_rows(judged.staged, held).select(failures.columns)])


def _as_kept(judged: _Judged, orphans: pl.DataFrame) -> pl.DataFrame:
    """What is held back is kept as it came. A waiting row will load as it is kept, so it is kept corrected."""
    waiting = orphans.select(judged.as_staged.columns)
    others = judged.as_staged.join(waiting, on="row_id", how="anti", maintain_order="left")
    return pl.concat([others, waiting])


@dataclass(frozen=True)
class _Judged:
    """The rows that go on: as staged, corrected, with what the rules say; ``existing`` are rows of the lake."""

    existing: pl.DataFrame
    as_staged: pl.DataFrame
    staged: pl.DataFrame
    faults: pl.DataFrame
    verdict: Verdict
    remarks: pl.DataFrame
    corrected: Corrected
    validation: pl.DataFrame


def _judged(
    kind: RecordKind, readings: Sequence[Reading], warehouse: Warehouse, settings: Settings,
    corrections: Corrections, taking: Taking | None,
) -> _Judged:  # fmt: skip
    as_staged = pl.concat([r.frames[kind.name] for r in readings]).with_row_index("row_id")
    as_staged = as_staged.with_columns(pl.col("row_id").cast(pl.Int64))
    faults = pl.concat([r.faults[kind.name] for r in readings])
    taken = taking.lines(kind) if taking is not None else None
    known = corrections.of(kind.name)
    mended = corrected(as_staged, kind, readings, known, settings.report_zone, counted=taken)
    now, staged = now_utc(), mended.rows
    existing = _existing(kind, staged, warehouse)
    verdict = validate(kind.name, staged, settings, now_utc=now, history=_history(kind, existing, settings))
    parameters = run_parameters(settings, now)
    validation = recorded(kind.name, verdict, rows=staged.height, run_at_utc=now, parameters=parameters)
    remarks = verdict.failures
    if taking is not None:
        staged, faults, verdict = taking.only_taken(kind, staged, faults, verdict)
        as_staged = as_staged.join(taking.lines(kind), on=LINE, how="semi", maintain_order="left")
        remarks = taking.new_remarks(kind, staged, verdict.failures)
    return _Judged(existing, as_staged, staged, faults, verdict, remarks, mended, validation)


def _existing(kind: RecordKind, staged: pl.DataFrame, warehouse: Warehouse) -> pl.DataFrame:
    """The rows of the lake that the batch or corrections that wait speak of; all, where new ones are judged by them."""
    if kind.name == history.KIND:
        return warehouse.rows(kind.name)
    key = list(kind.key)
    waiting = warehouse.waiting_corrections(kind.name)
    return warehouse.rows_of(kind.name, pl.concat([staged.select(key), waiting.select(key)]))


def _history(kind: RecordKind, existing: pl.DataFrame, settings: Settings) -> pl.DataFrame | None:
    """What the accepted records say for judging new ones; None for kinds that are not judged by any."""
    if kind.name != history.KIND:
        return None
    days = settings.corridor.fx_max_age_days
    return history.value_history(versions.current(existing, kind), max_age_days=days)


def _flagged(staged: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Warnings and infos of rows as findings: one per delivery and rule, with how many and the first line."""
    lighter = failures.filter(pl.col("severity") != "critical")
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
