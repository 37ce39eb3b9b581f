"""Stores and reads what is kept by week: the weekly marts and the container trips.

Only weeks whose rows changed are written, so ``snapshot`` says since when a week is what it is; which weeks have
to be looked at is told by ``week_digests``. How the figures come about belongs to
``corridor_etl.marts`` and ``corridor_etl.facts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Column, Connection, Table

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import bulk, history, week_digests
from corridor_etl.warehouse.frames import conformed, insert, schema_of
from corridor_etl.warehouse.schema import FACTS, MARTS

_BY_WEEK = {**MARTS, **FACTS}


@dataclass(frozen=True)
class SomeWeeks:
    """All rows of some weeks of a mart; its other weeks are not spoken of."""

    weeks: tuple[str, ...]
    rows: pl.DataFrame


Content = pl.DataFrame | SomeWeeks
"""What a mart is to hold: whole, or in some weeks."""


def table(name: str) -> Table:
    """The mart or fact called ``name``; ``UsageError`` with the known names where there is none."""
    if name not in _BY_WEEK:
        raise UsageError(f"there is no mart '{name}'", expected=f"one of {', '.join(_BY_WEEK)}")
    return _BY_WEEK[name]


def week_columns() -> list[Column[Any]]:
    """Of each mart and fact the column that says the week of a row."""
    return [_week(mart) for mart in _BY_WEEK.values()]


def rows_of(content: Content) -> pl.DataFrame:
    """The rows that are given, of all weeks or of some."""
    return content.rows if isinstance(content, SomeWeeks) else content


def checked_content(name: str, content: Content) -> Content:
    """:func:`checked`, of a whole mart or of some of its weeks."""
    if isinstance(content, SomeWeeks):
        return SomeWeeks(content.weeks, checked(name, content.rows))
    return checked(name, content)


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
        return history.mart_rows(connection, _with_history(mart), as_of, weeks).sort(_key(mart))
    where = None if weeks is None else _week(mart).in_(sorted(set(weeks)))
    found = bulk.unload(connection, mart, schema_of(mart.columns), where)
    return found.sort(_key(mart))  # not by the database, whose order of texts is its own


def replace(
    connection: Connection, name: str, content: Content, snapshot: int, *, after: str = ""
) -> list[str]:
    """Makes the mart, or some of its weeks, equal to ``content`` (as :func:`checked_content` returns it); the weeks
    that changed.

    Only weeks later than ``after``: of earlier ones rows have left the lake, so their figures stay. Weeks whose digest
    is what it was are not read.
    """
    mart = table(name)
    week = _week(mart)
    later = rows_of(content).filter(pl.col(week.name) > after)
    if isinstance(content, SomeWeeks):
        weeks = [w for w in content.weeks if w > after]
        return replace_weeks(connection, name, later, weeks, snapshot)
    digests = week_digests.of_weeks(later, week.name)
    suspects = week_digests.differing(connection, week, digests, after)
    if not suspects:
        return []
    of_suspects = later.filter(pl.col(week.name).is_in(suspects))
    weeks = _written(connection, name, of_suspects, suspects, snapshot)
    week_digests.record(connection, name, suspects, digests)
    return weeks


def replace_weeks(
    connection: Connection, name: str, frame: pl.DataFrame, weeks: Sequence[str], snapshot: int
) -> list[str]:
    """Makes some weeks equal to ``frame`` (as :func:`checked` returns it, of these weeks); those that changed."""
    if not weeks:
        return []
    digests = week_digests.of_weeks(frame, _week(table(name)).name)
    changed = _written(connection, name, frame, weeks, snapshot)
    week_digests.record(connection, name, weeks, digests)
    return changed


def of_weeks(name: str, frame: pl.DataFrame, weeks: Sequence[str]) -> pl.DataFrame:
    """The rows of some weeks."""
    return frame.filter(pl.col(_week(table(name)).name).is_in(list(weeks)))


def _written(
    connection: Connection, name: str, frame: pl.DataFrame, among: Sequence[str], snapshot: int
) -> list[str]:
    """Writes those of the weeks ``among``, of which ``frame`` has all rows, that are stored otherwise."""
    mart = table(name)
    week = _week(mart)
    before = read(connection, name, among)
    weeks = _changed(before.drop("snapshot"), frame, week.name)
    is_changed = pl.col(week.name).is_in(weeks)
    changed = frame.filter(is_changed)
    if name in MARTS:
        history.record_mart(connection, mart, before.filter(is_changed), changed, snapshot)
    connection.execute(mart.delete().where(week.in_(weeks)))
    insert(connection, mart, changed, snapshot=snapshot)
    return weeks


def _changed(before: pl.DataFrame, after: pl.DataFrame, week: str) -> list[str]:
    old = before.partition_by(week, as_dict=True, maintain_order=True)
    new = after.partition_by(week, as_dict=True, maintain_order=True)
    return sorted(
        str(label)
        for (label,) in old.keys() | new.keys()
        if (label,) not in old or (label,) not in new or not old[(label,)].equals(new[(label,)])
    )


def _with_history(mart: Table) -> Table:
    if mart.name not in MARTS:
        raise UsageError(
            f"{mart.name} is kept as it is now only", fix="Make it from the records of that snapshot."
        )
    return mart


def _week(mart: Table) -> Column[Any]:
    return mart.c[mart.info.get("week", "iso_week")]


def _key(mart: Table) -> list[str]:
    return [c.name for c in mart.primary_key.columns]
