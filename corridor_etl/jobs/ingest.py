"""One batch, from staged readings to a commit: validate, quarantine, resolve versions, marts, publish.

The balance of every delivery is made here and checked again by the warehouse. Reading a file belongs to
``intake``; how a commit is made safe belongs to ``warehouse.publish``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import BaseMoved
from corridor_etl.jobs.intake import Reading, inbox_files, read_delivery
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.model import KINDS, RecordKind
from corridor_etl.quality.quarantine import quarantine_frame
from corridor_etl.quality.runner import Verdict, validate
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Batch, DeliveryRow, Warehouse, versions

BATCH_FILES = 64
BATCH_BYTES = 256 * 1024 * 1024
ATTEMPTS = 4


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one delivery; the four counts satisfy read = loaded + quarantined + duplicate."""

    name: str
    status: str
    reason: str | None
    message: str | None
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int


@dataclass(frozen=True)
class BatchResult:
    """What one commit did; ``snapshot`` is None when there was nothing new."""

    snapshot: int | None
    deliveries: tuple[DeliveryOutcome, ...]

    def total(self, field: str) -> int:
        """The sum of one count over the deliveries."""
        return sum(getattr(outcome, field) for outcome in self.deliveries)

    def count(self, status: str) -> int:
        """How many deliveries ended with a status."""
        return sum(outcome.status == status for outcome in self.deliveries)

    def line(self) -> str:
        """The summary every run ends with."""
        if self.snapshot is None:
            return f"nothing new: {self.count('known')} of {len(self.deliveries)} files were ingested before"
        return (
            f"{self.total('rows_read'):,} rows read = {self.total('rows_loaded'):,} loaded"
            f" + {self.total('rows_quarantined'):,} quarantined + {self.total('rows_duplicate'):,} duplicate;"
            f" {self.count('loaded')} files loaded, {self.count('rejected')} rejected,"
            f" {self.count('duplicate')} sent before, {self.count('known')} already known"
        )


def batches(files: Sequence[Path]) -> list[list[Path]]:
    """Files in groups that fit one commit, in order: at most 64 files or 256 MiB each."""
    groups: list[list[Path]] = []
    size = 0
    for file in files:
        size += file.stat().st_size
        if not groups or len(groups[-1]) >= BATCH_FILES or size > BATCH_BYTES:
            groups.append([])
            size = file.stat().st_size
        groups[-1].append(file)
    return groups


def ingest(paths: Sequence[Path] | None = None) -> BatchResult:
    """Ingests the inbox (or the given files), batch by batch; the result is over all of them."""
    results = [publish_readings([read_delivery(f) for f in group]) for group in batches(inbox_files(paths))]
    return combined(results)


def combined(results: Sequence[BatchResult]) -> BatchResult:
    """Several batches as one result."""
    snapshots = [r.snapshot for r in results if r.snapshot is not None]
    return BatchResult(
        max(snapshots, default=None), tuple(outcome for r in results for outcome in r.deliveries)
    )


def publish_readings(readings: Sequence[Reading]) -> BatchResult:
    """Validates and commits a batch of readings; retried when another writer moved the base in between."""
    with Warehouse.open() as warehouse:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _publish(readings, warehouse, load_settings())
            except BaseMoved:
                if attempt == ATTEMPTS:
                    raise
    raise AssertionError("unreachable")


def _publish(readings: Sequence[Reading], warehouse: Warehouse, settings: Settings) -> BatchResult:
    base = warehouse.snapshot()
    new, known = _split_known(readings, warehouse)
    if not new:
        return BatchResult(None, tuple(known))
    rows = [_resolved(kind, new, warehouse, settings) for kind in KINDS.values()]
    batch = _batch(new, [r for r in rows if r is not None])
    marts = weekly_marts(_current_with(batch, warehouse, base + 1), settings)
    snapshot = warehouse.publish(batch, marts, base=base)
    return BatchResult(snapshot, tuple([*map(_outcome, batch.deliveries), *known]))


def _split_known(
    readings: Sequence[Reading], warehouse: Warehouse
) -> tuple[list[Reading], list[DeliveryOutcome]]:
    """Readings to record, and outcomes of those whose very name and bytes are in the ledger already."""
    new: list[Reading] = []
    known: list[DeliveryOutcome] = []
    for reading in readings:
        if warehouse.is_known(reading.name, reading.sha256):
            known.append(DeliveryOutcome(reading.name, "known", None, "ingested before", 0, 0, 0, 0))
        else:
            new.append(_marked_duplicate(reading, new, warehouse))
    return new, known


def _marked_duplicate(reading: Reading, earlier: Sequence[Reading], warehouse: Warehouse) -> Reading:
    stored = warehouse.known_delivery(reading.sha256)
    first = stored.file_name if stored else next((r.name for r in earlier if r.sha256 == reading.sha256), None)
    if first is None:
        return reading
    return replace(
        reading,
        status="duplicate",
        reason="DUPLICATE_FILE",
        message=f"the same bytes were delivered before as {first}",
        frame=None,
        faults=None,
        findings=(),
        rows_read=0,
    )


@dataclass(frozen=True)
class _Resolved:
    """One record kind of a batch after validation and version resolution."""

    kind: RecordKind
    fresh: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    verdict: Verdict
    flagged: pl.DataFrame


def _resolved(
    kind: RecordKind, readings: Sequence[Reading], warehouse: Warehouse, settings: Settings
) -> _Resolved | None:
    mine = [r for r in readings if r.record_kind == kind.name and r.frame is not None]
    if not mine:
        return None
    staged = pl.concat([r.frame for r in mine if r.frame is not None]).with_row_index("row_id")
    staged = staged.with_columns(pl.col("row_id").cast(pl.Int64))
    verdict = validate(kind.name, staged, settings, now_utc=now_utc())
    critical = verdict.failures.filter(severity="critical")
    accepted = staged.join(critical.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
    arrivals = versions.arrivals(accepted, warehouse.rows(kind.name), kind)
    faults = pl.concat([r.faults for r in mine if r.faults is not None])
    failures = pl.concat([critical, arrivals.failures])
    return _Resolved(
        kind=kind,
        fresh=arrivals.fresh,
        duplicates=arrivals.duplicates,
        quarantine=quarantine_frame(kind.name, staged, failures, faults),
        verdict=verdict,
        flagged=_flagged(staged, verdict),
    )


def _flagged(staged: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
    """Warnings and infos of loaded rows, one line per delivery and rule, with how many and the first line."""
    lighter = verdict.failures.filter(pl.col("severity") != "critical")
    return (
        lighter.join(staged.select("row_id", "delivery_id", "line_no"), on="row_id")
        .sort("delivery_id", "rule_id", "line_no")
        .group_by("delivery_id", "rule_id", "severity", maintain_order=True)
        .agg(
            pl.len().alias("rows"),
            pl.col("line_no").first(),
            pl.col("observed").first(),
            pl.col("expected").first(),
        )
    )


def _batch(readings: Sequence[Reading], resolved: Sequence[_Resolved]) -> Batch:
    quarantine = [r.quarantine for r in resolved]
    return Batch(
        deliveries=[_delivery_row(reading, resolved) for reading in readings],
        rows={r.kind.name: r.fresh for r in resolved},
        quarantine=pl.concat(quarantine) if quarantine else None,
        findings=_findings(readings, resolved),
        checks=_checks(resolved),
        received_at_utc=max(r.received_at_utc for r in readings),
    )


def _delivery_row(reading: Reading, resolved: Sequence[_Resolved]) -> DeliveryRow:
    mine = next((r for r in resolved if r.kind.name == reading.record_kind), None)
    is_read = reading.status == "read"
    return DeliveryRow(
        delivery_id=reading.delivery_id,
        sha256=reading.sha256,
        file_name=reading.name,
        sender_id=reading.sender_id,
        source_id=reading.source_id,
        record_kind=reading.record_kind,
        format=reading.format,
        dialect=reading.dialect,
        size_bytes=reading.size_bytes,
        received_at_utc=reading.received_at_utc,
        status="loaded" if is_read else reading.status,
        reason=reading.reason,
        message=reading.message,
        rows_read=reading.rows_read if is_read else 0,
        rows_loaded=_rows_of(mine.fresh if mine else None, reading),
        rows_quarantined=_rows_of(mine.quarantine if mine else None, reading),
        rows_duplicate=_rows_of(mine.duplicates if mine else None, reading),
    )


def _rows_of(frame: pl.DataFrame | None, reading: Reading) -> int:
    if frame is None or reading.status != "read":
        return 0
    return frame.filter(delivery_id=reading.delivery_id).height


def _findings(readings: Sequence[Reading], resolved: Sequence[_Resolved]) -> list[dict[str, Any]]:
    of_files = [
        {"delivery_id": r.delivery_id, "rule_id": f.rule_id, "severity": f.severity, "message": f.message,
         "line_no": f.line_no, "rows": 0, "observed": f.observed, "expected": f.expected}
        for r in readings if r.status == "read" for f in r.findings
    ]  # fmt: skip
    of_rows = [
        {**row, "message": f"{row['rows']} rows flagged"}
        for r in resolved
        for row in r.flagged.iter_rows(named=True)
    ]
    return of_files + of_rows


def _checks(resolved: Sequence[_Resolved]) -> pl.DataFrame | None:
    frames = [r.verdict.checks.with_columns(record_kind=pl.lit(r.kind.name)) for r in resolved]
    return pl.concat(frames) if frames else None


def _current_with(batch: Batch, warehouse: Warehouse, snapshot: int) -> dict[str, pl.DataFrame]:
    """Current records of every kind as they will be once the batch is committed."""
    current = {}
    for name, kind in KINDS.items():
        rows = [warehouse.rows(name)]
        if name in batch.rows:
            rows.append(versions.stored(batch.rows[name], kind, snapshot).select(rows[0].columns))
        current[name] = versions.current(pl.concat(rows), kind)
    return current


def _outcome(row: DeliveryRow) -> DeliveryOutcome:
    return DeliveryOutcome(
        row.file_name,
        row.status,
        row.reason,
        row.message,
        row.rows_read,
        row.rows_loaded,
        row.rows_quarantined,
        row.rows_duplicate,
    )
