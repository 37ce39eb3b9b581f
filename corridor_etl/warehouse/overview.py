"""Short answers for pages about the whole: counted by the database, so that they stay small at the scale of a port."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, select

from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import ISSUE


def listed_issues(connection: Connection) -> pl.DataFrame:
    """All issues by edition, week and revision, without what they were rendered from."""
    columns = [c for c in ISSUE.columns if c.name != "context_json"]
    return fetched(connection, select(*columns).order_by(*ISSUE.primary_key.columns))
