"""Stores and reads the weekly marts. How the figures come about belongs to ``corridor_etl.marts``.

Only weeks whose figures changed are written, so ``snapshot`` says since when a week is what it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, Table, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import history
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


def read(
    connection: Connection, name: str, weeks: Sequence[str] | None = None, as_of: int | None = None
) -> pl.DataFrame:
    """The rows of a mart, all or of some weeks, with ``snapshot``, by key; as they were at ``as_of`` if given."""
    mart = table(name)
    if as_of is not None:
        return history.mart_rows(connection, mart, as_of, weeks).sort(_key(mart))
    query = select(mart) if weeks is None else select(mart).where(mart.c.iso_week.in_(list(weeks)))
    return fetched(connection, query).sort(_key(mart))


def replace(connection: Connection, name: str, frame: pl.DataFrame, snapshot: int) -> list[str]:
    """Makes the whole mart equal to ``frame`` (as :func:`checked` returns it); the weeks that changed."""
    mart = table(name)
    before = read(connection, name)
    weeks = _changed(before.drop("snapshot"), frame)
    is_changed = pl.col("iso_week").is_in(weeks)
    after = frame.filter(is_changed)
    history.record_mart(connection, mart, before.filter(is_changed), after, snapshot)
    connection.execute(mart.delete().where(mart.c.iso_week.in_(weeks)))
    insert(connection, mart, after, snapshot=snapshot)
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
