"""Counts for the grade card out of the ledger: by sender and week, what came, was held, mended, empty and late."""

from __future__ import annotations

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.jobs.delivery_counts import delivery_counts, due_weeks
from corridor_etl.quality.grades import COUNTS, grade_card
from corridor_etl.reference.calendar import shifted, week_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_BY = ("sender_id", "iso_week")


def grades(warehouse: Warehouse, settings: Settings, week: str | None = None) -> pl.DataFrame:
    """The grade card for ``[grades] weeks`` that end with ``week``, else with the week of the last receipt."""
    last = week or last_week(warehouse)
    weeks = [shifted(last, -n) for n in reversed(range(settings.grades.weeks))]
    return grade_card(counts(warehouse, settings), weeks, settings.grades)


def last_week(warehouse: Warehouse) -> str:
    """The week (UTC) of the last receipt, that of today before the first."""
    last = warehouse.deliveries()["received_at_utc"].max()
    return week_of((last or now_utc()).date())  # type: ignore[union-attr]


def counts(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """Columns of ``quality.grades.COUNTS``, one row per sender and week; files of no sender are left out."""
    senders = pl.DataFrame(
        [(s.source, s.id) for s in settings.senders], schema=["source_id", "sender_id"], orient="row"
    )
    came = delivery_counts(warehouse).drop_nulls("sender_id")
    owed = due_weeks(warehouse, settings).join(senders, on="source_id")
    made = [
        part.select(
            (pl.col(n) if n in part.columns else pl.lit(0)).cast(t).alias(n) for n, t in COUNTS.items()
        )
        for part in (came.filter(pl.col("files") > 0), owed)
    ]
    return pl.concat(made).group_by(_BY).sum().sort(_BY)
