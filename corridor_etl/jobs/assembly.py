"""Puts readings and their resolved rows together into the batch that is committed, with every delivery's balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from corridor_etl.jobs.deliveries import Judged
from corridor_etl.jobs.reading import Reading
from corridor_etl.jobs.resolution import Resolved
from corridor_etl.warehouse import FINDING_COLUMNS, Batch, DeliveryRow


def assembled(readings: Sequence[Reading], resolved: Sequence[Resolved], judged: Judged) -> Batch:
    """Deliveries with their balance, fresh rows, quarantine, findings and checks, ready to commit."""
    parts = {
        "healed": [r.healed for r in resolved],
        "quarantine": [r.quarantine for r in resolved],
        "revised": [r.revised for r in resolved],
        "effects": [r.corrected.effects for r in resolved],
        "validations": [judged.validations, *(r.validation for r in resolved)],
        "checks": [
            judged.checks,
            *(r.verdict.checks.with_columns(record_kind=pl.lit(r.kind.name)) for r in resolved),
        ],
        "duplicates": [r.duplicates.select("delivery_id", "line_no", "iso_week") for r in resolved],
    }
    joined: dict[str, Any] = {name: pl.concat(frames) for name, frames in parts.items() if frames}
    return Batch(
        deliveries=[_delivery_row(reading, resolved) for reading in readings],
        rows={r.kind.name: r.fresh for r in resolved},
        healed_rows={r.kind.name: r.healed_rows for r in resolved if r.healed_rows.height},
        findings=pl.concat([_findings(readings, resolved), judged.findings]),
        profiles=judged.profiles,
        profile_columns=judged.profile_columns,
        references=judged.references,
        received_at_utc=max(r.received_at_utc for r in readings),
        **joined,
    )


def _delivery_row(reading: Reading, resolved: Sequence[Resolved]) -> DeliveryRow:
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
        rows_loaded=_rows_of([r.fresh for r in resolved], reading),
        rows_quarantined=_rows_of([r.quarantine for r in resolved], reading),
        rows_duplicate=_rows_of([r.duplicates for r in resolved], reading),
    )


def _rows_of(frames: Iterable[pl.DataFrame], reading: Reading) -> int:
    if reading.status != "read":
        return 0
    return sum(frame.filter(delivery_id=reading.delivery_id).height for frame in frames)


def _findings(readings: Sequence[Reading], resolved: Sequence[Resolved]) -> pl.DataFrame:
    of_files = [
        {**vars(finding), "delivery_id": reading.delivery_id, "record_kind": reading.record_kind, "rows": 0}
        for reading in readings
        if reading.status == "read"
        for finding in reading.findings
    ]
    of_rows = [
        {**row, "record_kind": r.kind.name}
        for r in resolved
        for frame in (r.flagged, r.corrected.findings)
        for row in frame.iter_rows(named=True)
    ]
    return pl.DataFrame(of_files + of_rows, schema=FINDING_COLUMNS)
