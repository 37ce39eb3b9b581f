"""What a batch brought, by record kind and week: the causes of the figures that change with it.

Only facts of the batch itself count: actions of its rows, records that were known before, rows out of quarantine,
corrections that were applied. Which change of a figure has which cause is said by the view of ``revisions``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl
from sqlalchemy import Connection, func, select

from corridor_etl.model import kind
from corridor_etl.warehouse.batch import Batch
from corridor_etl.warehouse.frames import fetched_among, insert
from corridor_etl.warehouse.schema import BATCH_CAUSE, DELIVERY, ISSUE
from corridor_etl.warehouse.versions import CANCEL, PATCH, REPLACE

_PASSED, _FLAG = "passed", "flag"
_LINE = ["delivery_id", "line_no"]
_CAUSES = ["cause", "record_kind", "iso_week", "rows", "delivery_id"]
_ROWS = pl.len().cast(pl.Int64).alias("rows")
_NOWHERE = pl.lit(None, dtype=pl.String)


def record(connection: Connection, batch: Batch, snapshot: int) -> None:
    """Writes the causes of a batch; the deliveries it names must be in the ledger."""
    published = list(connection.scalars(select(ISSUE.c.week).distinct()))
    parts = [*_fresh(batch, published), *_healed(batch), _mended(batch)]
    keys = ["cause", "record_kind", "iso_week"]
    known = pl.concat(parts).with_columns(pl.col("iso_week").fill_null("")).filter(pl.col("rows") > 0)
    found = known.group_by(keys).agg(pl.col("rows").sum(), pl.col("delivery_id").min()).sort(keys)
    numbered = found.join(
        _numbers(connection, found["delivery_id"].unique().to_list()), on="delivery_id", how="left"
    )
    insert(connection, BATCH_CAUSE, numbered.drop("delivery_id"), snapshot=snapshot)


def _fresh(batch: Batch, published: Collection[str]) -> Iterator[pl.DataFrame]:
    """What came with the deliveries of the batch: new, late, corrected or cancelled."""
    revised = batch.revised_frame()
    for name, frame in batch.rows.items():
        before = revised.filter(record_kind=name).select(*_LINE, was_week="iso_week")
        rows = frame.lazy().select(*_LINE, "action", day=pl.coalesce(*kind(name).week_of).cast(pl.Date))
        # Counted by day first: there may be many rows, and most are of no record known before.
        others = rows.join(before.lazy(), on=_LINE, how="anti") if before.height else rows
        known = rows.join(before.lazy(), on=_LINE).collect(engine="streaming").lazy()
        counted = pl.concat([_by_day(others.with_columns(was_week=_NOWHERE)), _by_day(known.unique(_LINE))])
        weekly = counted.with_columns(iso_week=pl.col("day").dt.strftime("%G-W%V"))
        moved = _by_day(known).with_columns(iso_week="was_week", left=pl.col("day").dt.strftime("%G-W%V"))
        left = moved.filter(pl.col("iso_week") != pl.col("left")).drop("left")
        seen = pl.concat([weekly, left]).with_columns(cause=_cause(published), record_kind=pl.lit(name))
        yield seen.select(_CAUSES).collect(engine="streaming")


def _by_day(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.group_by("delivery_id", "action", "day", "was_week").agg(_ROWS)


def _cause(published: Collection[str]) -> pl.Expr:
    action = pl.col("action")
    return (
        pl.when(action == CANCEL)
        .then(pl.lit("cancelled"))
        .when(action.is_in([PATCH, REPLACE]) | pl.col("was_week").is_not_null())
        .then(pl.lit("corrected"))
        .when(pl.col("iso_week").is_in(list(published)))
        .then(pl.lit("late"))
        .otherwise(pl.lit("new"))
    )


def _healed(batch: Batch) -> Iterator[pl.DataFrame]:
    """Rows of earlier deliveries that left the quarantine with the batch: replayed or waived."""
    states = batch.healed_frame().filter(counter="rows_loaded").select("delivery_id", cause="state")
    for name, frame in batch.healed_rows.items():
        rows = frame.select("delivery_id", iso_week=kind(name).iso_week())
        decided = rows.join(states.unique("delivery_id", keep="first"), on="delivery_id")
        counted = decided.group_by("cause", "iso_week", "delivery_id").agg(_ROWS)
        yield counted.with_columns(record_kind=pl.lit(name)).select(_CAUSES)


def _mended(batch: Batch) -> pl.DataFrame:
    """Rows a correction has changed or dropped; a flag changes no figure."""
    applied = batch.effect_frame().filter(pl.col("action") != _FLAG, guard_outcome=_PASSED)
    return applied.with_columns(cause=pl.lit("corrections")).select(_CAUSES)


def _numbers(connection: Connection, delivery_ids: list[str]) -> pl.DataFrame:
    """delivery_id and delivery_no of loaded deliveries."""
    number = func.min(DELIVERY.c.delivery_no).label("delivery_no")
    query = select(DELIVERY.c.delivery_id, number).where(DELIVERY.c.status == "loaded")
    by_id = query.group_by(DELIVERY.c.delivery_id)
    return fetched_among(connection, by_id, DELIVERY.c.delivery_id, delivery_ids)
