"""Corrections on readings: tried without changing anything, or applied for those who look at whole deliveries.

Applying them for good, with their effects, belongs to ``resolution``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from corridor_etl.jobs.intake import read_again
from corridor_etl.jobs.reading import Reading
from corridor_etl.model import KINDS
from corridor_etl.quality.corrections import EFFECT_SCHEMA, Corrected, Corrections, corrected
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


def mended(readings: Iterable[Reading], settings: Settings, corrections: Corrections) -> list[Reading]:
    """The readings with their rows as active corrections leave them; what they drop was found and stays."""
    return [_mended(reading, settings, corrections) for reading in readings]


def _mended(reading: Reading, settings: Settings, corrections: Corrections) -> Reading:
    frames = dict(reading.frames)
    for name, found in _corrected(reading, settings, corrections, ("active",)):
        staged = frames[name].with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
        dropped = staged.join(found.dropped, on="row_id", how="semi")
        every = pl.concat([found.rows, dropped.cast(pl.Schema(found.rows.schema))])
        frames[name] = every.sort("row_id").drop("row_id")
    return replace(reading, frames=frames)


def _effects(
    reading: Reading, settings: Settings, corrections: Corrections, statuses: Sequence[str]
) -> Iterator[pl.DataFrame]:
    for _, found in _corrected(reading, settings, corrections, statuses):
        yield found.effects


def _corrected(
    reading: Reading, settings: Settings, corrections: Corrections, statuses: Sequence[str]
) -> Iterator[tuple[str, Corrected]]:
    for name, frame in reading.frames.items():
        if mine := corrections.of(name, statuses):
            staged = frame.with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
            yield name, corrected(staged, KINDS[name], [reading], mine, settings.report_zone)


def archived(warehouse: Warehouse, corrections: Corrections, statuses: Sequence[str]) -> Iterator[Reading]:
    """Every loaded delivery that some correction may be about, read again from the archive as it was received."""
    mine = [c for c in corrections.every if c.written.status in statuses]
    loaded = warehouse.deliveries().filter(pl.col("rows_read") > 0, status="loaded")
    for row in loaded.iter_rows(named=True):
        if any(c.is_about(row["sender_id"], row["file_name"]) for c in mine):
            yield read_again(row, warehouse.archive)
