"""Counts out of the ledger that say how good deliveries were: for the grade card and for the data quality figures.

One row per delivery and per due week, so that a quantity is counted once whatever it is grouped by afterwards.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.model import KINDS
from corridor_etl.model._types import CLOCK, VERSIONED
from corridor_etl.quality.freshness import IN_TIME, LATE, source_weeks
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_BY_STAGING = {column.name for column in (*CLOCK, *VERSIONED)}
COUNTED = (
    "files", "files_rejected", "files_repeated", "rows_read", "rows_duplicate", "rows_judged", "rows_held",
    "rows_corrected", "cells", "cells_empty",
)  # fmt: skip
"""What is counted of a delivery. A repeated file (bytes known before) is no file and has no rows.

``rows_judged`` are rows but exact duplicates, ``rows_held`` those held back when they came, ``rows_corrected`` those
corrections mended, ``cells`` those of columns a record must have and staging does not fill by itself.
"""


def delivery_counts(warehouse: Warehouse) -> pl.DataFrame:
    """delivery_no and _id, sender_id, source_id, received_at_utc, iso_week (of receipt, UTC) and :data:`COUNTED`."""
    deliveries = warehouse.deliveries()
    counted = _files(deliveries)
    for part in (_held(warehouse), _corrected(warehouse, deliveries), _cells(warehouse)):
        counted = counted.join(part, on="delivery_no", how="left", maintain_order="left")
    own = counted.select(pl.col(name).fill_null(0).cast(pl.Int64) for name in COUNTED)
    return pl.concat([counted.drop(COUNTED, strict=False), own], how="horizontal")


def _files(deliveries: pl.DataFrame) -> pl.DataFrame:
    status, is_loaded = pl.col("status"), pl.col("status") == "loaded"
    return deliveries.select(
        "delivery_no",
        "delivery_id",
        "sender_id",
        "source_id",
        "received_at_utc",
        iso_week=pl.col("received_at_utc").dt.strftime(ISO_WEEK),
        files=status != "duplicate",
        files_rejected=status == "rejected",
        files_repeated=status == "duplicate",
        rows_read=pl.when(is_loaded).then("rows_read").otherwise(0),
        rows_duplicate="rows_duplicate",
        rows_judged=pl.col("rows_loaded") + pl.col("rows_quarantined"),
    )


def _held(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.quarantine().group_by("delivery_no").agg(pl.len().alias("rows_held"))


def _corrected(warehouse: Warehouse, deliveries: pl.DataFrame) -> pl.DataFrame:
    applied = warehouse.correction_effects().filter(
        pl.col("guard_outcome") == "passed", pl.col("action").is_in(["override", "scale"])
    )
    loaded = deliveries.filter(status="loaded").select("delivery_id", "delivery_no")
    mended = applied.join(loaded, on="delivery_id").group_by("delivery_no")
    return mended.agg(pl.col("rows").sum().alias("rows_corrected"))


def _cells(warehouse: Warehouse) -> pl.DataFrame:
    required = [
        (kind.name, column.name)
        for kind in KINDS.values()
        for column in kind.columns
        if column.is_required and column.name not in _BY_STAGING
    ]
    names = pl.DataFrame(required, schema=["record_kind", "column_name"], orient="row")
    profiled = warehouse.empty_cells().join(names, on=["record_kind", "column_name"])
    return profiled.group_by("delivery_no").agg(
        pl.col("rows").sum().alias("cells"), pl.col("nulls").sum().alias("cells_empty")
    )


def due_weeks(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """source_id, iso_week, weeks_due and weeks_late: what each family owed, in the week the data are about.

    Weeks that are not judged (not due yet, before the first delivery, long holidays) are left out.
    """
    lines = source_weeks(warehouse.arrivals(), settings, now_utc=now_utc())
    judged = lines.filter(pl.col("status").is_in([LATE, IN_TIME]))
    return judged.select(
        "source_id",
        "iso_week",
        weeks_due=pl.lit(1, dtype=pl.Int64),
        weeks_late=(pl.col("status") == LATE).cast(pl.Int64),
    )
