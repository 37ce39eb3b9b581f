"""The view of revisions: each change of a weekly figure after its week first appeared, with its cause.

The changes are recorded by ``history``, the causes by ``causes``; this puts them together, for people who ask in SQL
and for ``corridor revisions`` alike.
"""

from __future__ import annotations

from sqlalchemy import MetaData, Table

from corridor_etl.warehouse.columns import count, instant, text
from corridor_etl.warehouse.schema.marts import MADE_FROM
from corridor_etl.warehouse.views._view import Said, View, Words

V_REVISIONS = Table(
    "v_revisions",
    MetaData(),
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
_SQL = """
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


def _revisions(words: Words) -> str:
    pairs = [f"('{mart}', '{kind}')" for mart, kinds in MADE_FROM.items() for kind in kinds]
    return _SQL.format(sources=", ".join(pairs), joined=words.listed.format(column="cause"))


REVISIONS = View(
    V_REVISIONS.name,
    str(V_REVISIONS.comment),
    _revisions,
    {c.name: Said(c.info["meaning"], c.info["unit"]) for c in V_REVISIONS.columns},
)
