"""Reads the changes of weekly figures with their causes. What they are belongs to the view of the same name."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.views.revisions import V_REVISIONS


def revisions(
    connection: Connection, week: str | None = None, since: int | None = None, as_of: int | None = None
) -> pl.DataFrame:
    """The revisions of all weeks or of one, made after snapshot ``since`` and up to ``as_of``; newest last."""
    c = V_REVISIONS.c
    asked = (week, c.iso_week.__eq__), (since, c.snapshot.__gt__), (as_of, c.snapshot.__le__)
    tests = [compared(value) for value, compared in asked if value is not None]
    query = select(V_REVISIONS).where(*tests)
    return fetched(connection, query).sort("snapshot", "iso_week", "mart", "row_key", "measure")
