"""Counts for the grade card out of the ledger: by sender and week, what came, was held, mended, empty and late."""

from __future__ import annotations

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.model import KINDS
from corridor_etl.model._types import CLOCK, VERSIONED
from corridor_etl.quality.freshness import IN_TIME, LATE, source_weeks
from corridor_etl.quality.grades import COUNTS, grade_card
from corridor_etl.reference.calendar import shifted, week_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_BY_STAGING = {column.name for column in (*CLOCK, *VERSIONED)}


def grades(warehouse: Warehouse, settings: Settings, week: str | None = None) -> pl.DataFrame:
    """The grade card for ``[grades] weeks`` that end with ``week``, else with the week of the last receipt."""
    last = week or _last_week(warehouse)
    weeks = [shifted(last, -n) for n in reversed(range(settings.grades.weeks))]
    return grade_card(counts(warehouse, settings), weeks, settings.grades)


def _last_week(warehouse: Warehouse) -> str:
    last = warehouse.deliveries()["received_at_utc"].max()
    return week_of((last or now_utc()).date())  # type: ignore[union-attr]


def counts(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """Columns of ``quality.grades.COUNTS``, one row per sender and week; files of no sender are left out."""
    deliveries = (
        warehouse.deliveries()
        .drop_nulls("sender_id")
        .with_columns(iso_week=pl.col("received_at_utc").dt.strftime(ISO_WEEK))
    )
    parts = [
        _files(deliveries),
        _of_deliveries(warehouse.quarantine(), deliveries).select(*_BY, rows_held=pl.lit(1)),
        _corrected(warehouse, deliveries),
        _cells(warehouse, deliveries),
        _due(warehouse, settings),
    ]
    made = [
        part.select(
            (pl.col(n) if n in part.columns else pl.lit(0)).cast(t).alias(n) for n, t in COUNTS.items()
        )
        for part in parts
    ]
    keys = [name for name, dtype in COUNTS.items() if dtype == pl.String()]
    return pl.concat(made).group_by(keys).sum().sort(keys)


_BY = ("sender_id", "iso_week")


def _files(deliveries: pl.DataFrame) -> pl.DataFrame:
    came = deliveries.filter(pl.col("status") != "duplicate")
    return came.select(
        *_BY,
        files=pl.lit(1),
        files_rejected=(pl.col("status") == "rejected").cast(pl.Int64),
        rows_judged=pl.col("rows_loaded") + pl.col("rows_quarantined"),
    )


def _of_deliveries(rows: pl.DataFrame, deliveries: pl.DataFrame) -> pl.DataFrame:
    loaded = deliveries.filter(status="loaded").select("delivery_id", *_BY)
    return rows.drop("iso_week", strict=False).join(loaded, on="delivery_id")


def _corrected(warehouse: Warehouse, deliveries: pl.DataFrame) -> pl.DataFrame:
    applied = warehouse.correction_effects().filter(
        pl.col("guard_outcome") == "passed", pl.col("action").is_in(["override", "scale"])
    )
    return _of_deliveries(applied, deliveries).select(*_BY, rows_corrected="rows")


def _cells(warehouse: Warehouse, deliveries: pl.DataFrame) -> pl.DataFrame:
    """Cells of the columns a record must have, without those that staging fills by itself."""
    required = [
        (kind.name, column.name)
        for kind in KINDS.values()
        for column in kind.columns
        if column.is_required and column.name not in _BY_STAGING
    ]
    names = pl.DataFrame(required, schema=["record_kind", "column_name"], orient="row")
    profiled = warehouse.empty_cells().join(names, on=["record_kind", "column_name"])
    own = deliveries.select("delivery_no", *_BY)
    return profiled.join(own, on="delivery_no").select(*_BY, cells="rows", cells_empty="nulls")


def _due(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """Weeks of data each sender's family owed, in the week they are about."""
    lines = source_weeks(warehouse.arrivals(), settings, now_utc=now_utc())
    judged = lines.filter(pl.col("status").is_in([LATE, IN_TIME]))
    senders = pl.DataFrame(
        [(s.source, s.id) for s in settings.senders], schema=["source_id", "sender_id"], orient="row"
    )
    return judged.join(senders, on="source_id").select(
        "sender_id",
        "iso_week",
        weeks_due=pl.lit(1),
        weeks_late=(pl.col("status") == LATE).cast(pl.Int64),
    )
