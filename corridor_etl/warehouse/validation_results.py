"""Keeps the last validation results of each suite: written with a batch, the oldest dropped in the same transaction."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, delete, select

from corridor_etl.warehouse.frames import fetched, insert
from corridor_etl.warehouse.schema import VALIDATION_RESULT

KEPT = 20


def record(connection: Connection, results: pl.DataFrame, snapshot: int) -> None:
    """Adds the results of one batch and drops those of the same suites that are older than the last :data:`KEPT`."""
    insert(connection, VALIDATION_RESULT, results, snapshot=snapshot)
    for suite in results["suite"]:
        _drop_old(connection, suite)


def _drop_old(connection: Connection, suite: str) -> None:
    mine = VALIDATION_RESULT.c.suite == suite
    newest_first = (
        select(VALIDATION_RESULT.c.snapshot).where(mine).order_by(VALIDATION_RESULT.c.snapshot.desc())
    )
    newest_dropped = connection.scalar(newest_first.offset(KEPT).limit(1))
    if newest_dropped is not None:
        connection.execute(
            delete(VALIDATION_RESULT).where(mine, VALIDATION_RESULT.c.snapshot <= newest_dropped)
        )


def results(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """All results that are kept, by suite, the newest first; those up to snapshot ``as_of`` if given."""
    by = (VALIDATION_RESULT.c.suite, VALIDATION_RESULT.c.snapshot.desc())
    query = select(VALIDATION_RESULT).order_by(*by)
    return fetched(connection, query if as_of is None else query.where(VALIDATION_RESULT.c.snapshot <= as_of))
