"""Of which versions of code and rules the figures of each week are.

A commit that makes marts says by what they were made; a week is written down again only where that is another than
before. What a version is made of belongs to ``jobs.versions``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from corridor_etl.clock import now_utc
from corridor_etl.warehouse.frames import fetched, insert
from corridor_etl.warehouse.schema import WEEK_BUILD


@dataclass(frozen=True)
class Build:
    """By what figures are made: digests of code, and of rules with settings."""

    code_version: str
    rules_version: str


def record(connection: Connection, weeks: Collection[str], build: Build, snapshot: int) -> None:
    """Writes down that the figures of ``weeks`` are of ``build`` since batch ``snapshot``, unless they were before."""
    c = WEEK_BUILD.c
    mine = (c.code_version == build.code_version, c.rules_version == build.rules_version)
    others = sorted(set(weeks) - set(connection.scalars(select(c.iso_week).where(*mine))))
    if not others:
        return
    connection.execute(WEEK_BUILD.delete().where(c.iso_week.in_(others)))
    rows = pl.DataFrame({"iso_week": others})
    insert(connection, WEEK_BUILD, rows, **vars(build), snapshot=snapshot, built_at_utc=now_utc())


def read(connection: Connection) -> pl.DataFrame:
    """iso_week, code_version, rules_version, snapshot and built_at_utc of every week that is known, by week."""
    return fetched(connection, select(WEEK_BUILD)).sort("iso_week")
