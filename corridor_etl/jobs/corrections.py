"""Tries corrections on readings without changing anything: what each would match, and whether its guard would hold.

Applying them for good belongs to ``resolution``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from corridor_etl.jobs.intake import read_delivery
from corridor_etl.jobs.reading import Reading
from corridor_etl.model import KINDS
from corridor_etl.quality.corrections import EFFECT_SCHEMA, Corrections, corrected
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

TRIED = ("active", "proposed")
_SHOWN = ("file_name", *EFFECT_SCHEMA)


def tried(
    readings: Iterable[Reading],
    settings: Settings,
    corrections: Corrections,
    statuses: Sequence[str] = ("active",),
) -> pl.DataFrame:
    """The effects corrections of some statuses would have (``EFFECT_SCHEMA``), with the ``file_name``."""
    found = [
        effects.with_columns(file_name=pl.lit(reading.name)).select(_SHOWN)
        for reading in readings
        for effects in _effects(reading, settings, corrections, statuses)
    ]
    return pl.concat([pl.DataFrame(schema={"file_name": pl.String(), **EFFECT_SCHEMA}), *found])


def _effects(
    reading: Reading, settings: Settings, corrections: Corrections, statuses: Sequence[str]
) -> Iterator[pl.DataFrame]:
    for name, frame in reading.frames.items():
        if mine := corrections.of(name, statuses):
            staged = frame.with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
            yield corrected(staged, KINDS[name], [reading], mine, settings.report_zone).effects


def archived(warehouse: Warehouse, corrections: Corrections, statuses: Sequence[str]) -> Iterator[Reading]:
    """Every loaded delivery that some correction may be about, read again from the archive as it was received."""
    mine = [c for c in corrections.every if c.written.status in statuses]
    loaded = warehouse.deliveries().filter(pl.col("rows_read") > 0, status="loaded")
    for row in loaded.iter_rows(named=True):
        if any(c.is_about(row["sender_id"], row["file_name"]) for c in mine):
            path = warehouse.archive.path(row["sha256"])
            reading = read_delivery(path, name=row["file_name"], keep=False)
            yield replace(reading, received_at_utc=row["received_at_utc"])
