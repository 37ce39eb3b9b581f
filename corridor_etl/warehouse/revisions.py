"""The view ``v_revisions``: each change of a weekly figure after its week first appeared, with its cause.

The changes are recorded by ``history``, the causes by ``causes``; this puts them together, for people who ask in SQL
and for ``corridor revisions`` alike.
"""

from __future__ import annotations

import hashlib

import polars as pl
from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy import text as sql

from corridor_etl.warehouse.columns import count, instant, text
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema.marts import MADE_FROM

VIEWS = MetaData()
V_REVISIONS = Table(
    "v_revisions",
    VIEWS,
    text("iso_week", "ISO week of the figure"),
    text("mart", "mart table of the figure"),
    text("row_key", "the other key columns of the mart in their order, separated by |"),
    text("measure", "column of the mart"),
    count(
        "value_before", "value before, in the unit of the column; null where there was none", nullable=True
    ),
    count("value_after", "value after, in the unit of the column; null where there is none", nullable=True),
    count("snapshot", "number of the batch that made the change"),
    instant("committed_at_utc", "when that batch became visible"),
    text(
        "cause",
        "what the batch brought for the figure: new, late, corrected, cancelled, replayed, waived, corrections, or "
        "several of them, separated by a comma; configuration where no row explains the change",
    ),
    count("delivery_no", "one of the deliveries that brought it", nullable=True),
    comment="Every change of a weekly figure since its week first appeared, with its cause.",
)
_JOINED = {"sqlite": "group_concat(cause, ', ')", "postgresql": "string_agg(cause, ', ' ORDER BY cause)"}
_SQL = """
CREATE VIEW v_revisions AS
WITH source (mart, record_kind) AS (VALUES {sources}),
changed AS (
  SELECT DISTINCT mart, snapshot, iso_week FROM mart_change WHERE measure <> ''
),
fitting AS (
  SELECT changed.mart, changed.snapshot, changed.iso_week, batch_cause.cause, batch_cause.delivery_no,
         CASE WHEN batch_cause.iso_week = changed.iso_week THEN 0 ELSE 1 END AS distance
  FROM changed
  JOIN source ON source.mart = changed.mart
  JOIN batch_cause
    ON batch_cause.snapshot = changed.snapshot AND batch_cause.record_kind = source.record_kind
),
nearest AS (
  SELECT mart, snapshot, iso_week, min(distance) AS distance
  FROM fitting GROUP BY mart, snapshot, iso_week
),
told AS (
  SELECT fitting.mart, fitting.snapshot, fitting.iso_week, fitting.cause,
         min(fitting.delivery_no) AS delivery_no
  FROM fitting
  JOIN nearest
    ON nearest.mart = fitting.mart AND nearest.snapshot = fitting.snapshot
   AND nearest.iso_week = fitting.iso_week AND nearest.distance = fitting.distance
  GROUP BY fitting.mart, fitting.snapshot, fitting.iso_week, fitting.cause
  ORDER BY fitting.mart, fitting.snapshot, fitting.iso_week, fitting.cause
),
explained AS (
  SELECT mart, snapshot, iso_week, {joined} AS cause, min(delivery_no) AS delivery_no
  FROM told GROUP BY mart, snapshot, iso_week
)
SELECT mart_change.iso_week, mart_change.mart, mart_change.row_key, mart_change.measure,
       mart_change.value_before, mart_change.value_after, mart_change.snapshot, batch.committed_at_utc,
       coalesce(explained.cause, 'configuration') AS cause, explained.delivery_no
FROM mart_change
JOIN batch ON batch.snapshot = mart_change.snapshot
LEFT JOIN explained
  ON explained.mart = mart_change.mart AND explained.snapshot = mart_change.snapshot
 AND explained.iso_week = mart_change.iso_week
WHERE mart_change.measure <> ''
"""


def revisions(
    connection: Connection, week: str | None = None, since: int | None = None, as_of: int | None = None
) -> pl.DataFrame:
    """The revisions of all weeks or of one, made after snapshot ``since`` and up to ``as_of``; newest last."""
    c = V_REVISIONS.c
    asked = (week, c.iso_week.__eq__), (since, c.snapshot.__gt__), (as_of, c.snapshot.__le__)
    tests = [compared(value) for value, compared in asked if value is not None]
    query = select(V_REVISIONS).where(*tests)
    return fetched(connection, query).sort("snapshot", "iso_week", "mart", "row_key", "measure")


def create(connection: Connection) -> None:
    """Makes the view, with its comments where the database keeps any; it must not be there."""
    dialect = connection.dialect.name
    connection.execute(sql(_definition(dialect)))
    if dialect == "postgresql":
        for on, comment in _comments():
            quoted = comment.replace("'", "''")
            connection.execute(sql(f"COMMENT ON {on} IS '{quoted}'"))


def drop(connection: Connection) -> None:
    """Takes the view away, so that the tables below it may be altered."""
    connection.execute(sql("DROP VIEW IF EXISTS v_revisions"))


def content_sha256() -> str:
    """A hash of everything the view is made of."""
    made_of = [*(_definition(dialect) for dialect in sorted(_JOINED)), repr(_comments())]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()


def _definition(dialect: str) -> str:
    pairs = [f"('{mart}', '{kind}')" for mart, kinds in MADE_FROM.items() for kind in kinds]
    return _SQL.format(sources=", ".join(pairs), joined=_JOINED[dialect])


def _comments() -> list[tuple[str, str]]:
    columns = [(f"COLUMN v_revisions.{c.name}", str(c.comment)) for c in V_REVISIONS.columns]
    return [("VIEW v_revisions", str(V_REVISIONS.comment)), *columns]
