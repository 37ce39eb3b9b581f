"""Stores and reads the weekly marts. How the figures come about belongs to ``corridor_etl.marts``.

Only weeks whose figures changed are written, so ``snapshot`` says since when a week is what it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, Table, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse.frames import conformed, fetched, insert, schema_of
from corridor_etl.warehouse.schema import MARTS


def table(name: str) -> Table:
    """The mart called ``name``; ``UsageError`` with the known names where there is none."""
    if name not in MARTS:
        raise UsageError(f"there is no mart '{name}'", expected=f"one of {', '.join(MARTS)}")
    return MARTS[name]


def checked(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the columns of the mart (without ``snapshot``), sorted by its key."""
    mart = table(name)
    schema = schema_of(c for c in mart.columns if c.name != "snapshot")
    return conformed(frame, schema, what=f"the frame for {name}").sort(_key(mart))


def read(connection: Connection, name: str, weeks: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of a mart, all or of some weeks, with ``snapshot``, sorted by key."""
    mart = table(name)
    query = select(mart).order_by(*mart.primary_key.columns)
    return fetched(connection, query if weeks is None else query.where(mart.c.iso_week.in_(list(weeks))))


def replace(
    connection: Connection, name: str, frame: pl.DataFrame, snapshot: int, *, after: str = ""
) -> list[str]:
    """Makes the whole mart equal to ``frame`` (as :func:`checked` returns it); the weeks that changed.

    Only weeks later than ``after``: of earlier ones rows have left the lake, so their figures stay.
    """
    mart = table(name)
    is_later = pl.col("iso_week") > after
    before = read(connection, name).drop("snapshot").sort(_key(mart))
    weeks = _changed(before.filter(is_later), frame.filter(is_later))
    connection.execute(mart.delete().where(mart.c.iso_week.in_(weeks)))
    insert(connection, mart, frame.filter(pl.col("iso_week").is_in(weeks)), snapshot=snapshot)
    return weeks


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> list[str]:
    old = before.partition_by("iso_week", as_dict=True, maintain_order=True)
    new = after.partition_by("iso_week", as_dict=True, maintain_order=True)
    return sorted(
        str(week)
        for (week,) in old.keys() | new.keys()
        if (week,) not in old or (week,) not in new or not old[(week,)].equals(new[(week,)])
    )


def _key(mart: Table) -> list[str]:
    return [c.name for c in mart.primary_key.columns]
