"""Reads what corrections did. The rows are written with the batch, by ``records``."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, select

from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import CORRECTION_EFFECT


def effects(connection: Connection, week: str | None = None, as_of: int | None = None) -> pl.DataFrame:
    """Effects of all weeks or of one, by snapshot, delivery, correction and week; up to ``as_of`` if given."""
    query: Select[Any] = select(CORRECTION_EFFECT).order_by(*CORRECTION_EFFECT.primary_key.columns)
    if as_of is not None:
        query = query.where(CORRECTION_EFFECT.c.snapshot <= as_of)
    return fetched(connection, query if week is None else query.where(CORRECTION_EFFECT.c.iso_week == week))
