"""Whether what is stored by week is what the rows of the lake give, so that a commit may leave alone what it adds no
row to.

Asked before a commit; what a commit then makes belongs to ``jobs``. A doubt costs time only: everything is made anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from corridor_etl.model import CROSS_SOURCE
from corridor_etl.warehouse import ledger, mart_tables, week_digests
from corridor_etl.warehouse.builds import Build
from corridor_etl.warehouse.schema import CHECK_RESULT, LAKE_EXPIRY, WEEK_BUILD


def is_standing(connection: Connection, build: Build) -> bool:
    """Whether all weeks that may still change were made by ``build`` and of all rows that are in the lake.

    Not so where there are none, where rows have left the lake since the sources were last compared, and where a week
    has no digest because its rows were changed otherwise.
    """
    expired = ledger.last_expired_week(connection)
    return (
        _is_of_one_build(connection, build, expired)
        and _is_of_the_whole_lake(connection)
        and not any(
            week_digests.is_one_unknown(connection, week, expired) for week in mart_tables.week_columns()
        )
    )


def _is_of_one_build(connection: Connection, build: Build, expired: str) -> bool:
    c = WEEK_BUILD.c
    query = select(c.code_version, c.rules_version).where(c.iso_week > expired).distinct()
    return [tuple(row) for row in connection.execute(query)] == [(build.code_version, build.rules_version)]


def _is_of_the_whole_lake(connection: Connection) -> bool:
    compared = select(func.max(CHECK_RESULT.c.snapshot)).where(CHECK_RESULT.c.record_kind == CROSS_SOURCE)
    left = connection.scalar(select(func.max(LAKE_EXPIRY.c.snapshot)))
    return (connection.scalar(compared) or 0) > (left or 0)
