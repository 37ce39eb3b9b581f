"""Rows that waited in quarantine for another record, and how they leave it with the balance of their delivery intact.

Whether a row may leave is decided in ``versions`` and by whoever publishes the batch.
"""

from __future__ import annotations

import json

import polars as pl
from sqlalchemy import Connection, select, update

from corridor_etl.errors import BaseMoved
from corridor_etl.model import RecordKind
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import DELIVERY, DELIVERY_WEEK, QUARANTINE

ORPHAN_RULE = "ST-007"
REPLAYED = "replayed"


def waiting(connection: Connection, kind: RecordKind) -> pl.DataFrame:
    """The corrections of a kind that wait for their original: model columns, delivery, line and ``quarantine_id``."""
    mine = (QUARANTINE.c.record_kind == kind.name) & (QUARANTINE.c.rule_ids == ORPHAN_RULE)
    query = (
        select(QUARANTINE).where(mine & (QUARANTINE.c.state == "open")).order_by(QUARANTINE.c.quarantine_id)
    )
    held = fetched(connection, query)
    cells = [json.loads(text) for text in held["raw_json"]]
    columns = {name: _typed([row.get(name) for row in cells], dtype) for name, dtype in kind.schema.items()}
    rows = held.select("quarantine_id", "delivery_id", "line_no").with_columns(
        values.alias(name) for name, values in columns.items()
    )
    # A line that became no record, because it only names the original by reference, cannot be loaded by itself.
    return rows.filter(pl.col("action").is_not_null())


def _typed(values: list[object], dtype: pl.DataType) -> pl.Series:
    texts = pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)
    if dtype == pl.Boolean():
        return texts == "True"
    if isinstance(dtype, pl.Datetime):
        return (
            texts.str.replace(r"[+]00:00$", "")
            .str.to_datetime(time_unit="us")
            .dt.replace_time_zone(dtype.time_zone)
        )
    return texts.str.to_date() if dtype == pl.Date() else texts.cast(dtype)


def record(connection: Connection, healed: pl.DataFrame) -> None:
    """Moves rows out of the quarantine: their state, and the counts of their delivery and its week.

    ``BaseMoved`` if one of them is no longer waiting.
    """
    for row in healed.iter_rows(named=True):
        mine = (QUARANTINE.c.quarantine_id == row["quarantine_id"]) & (QUARANTINE.c.state == "open")
        if connection.execute(update(QUARANTINE).where(mine).values(state=REPLAYED)).rowcount != 1:
            raise BaseMoved(
                f"row {row['quarantine_id']} left the quarantine while this batch was computed",
                fix="Read the warehouse again and compute the batch anew.",
            )
        _move(connection, row["delivery_id"], row["iso_week"] or "", row["counter"])


def _move(connection: Connection, delivery_id: str, iso_week: str, counter: str) -> None:
    loaded = (DELIVERY.c.delivery_id == delivery_id) & (DELIVERY.c.status == "loaded")
    number = connection.execute(select(DELIVERY.c.delivery_no).where(loaded)).scalar_one()
    for table, mine in (
        (DELIVERY, DELIVERY.c.delivery_no == number),
        (DELIVERY_WEEK, (DELIVERY_WEEK.c.delivery_no == number) & (DELIVERY_WEEK.c.iso_week == iso_week)),
    ):
        moved = {counter: table.c[counter] + 1, "rows_quarantined": table.c.rows_quarantined - 1}
        connection.execute(update(table).where(mine).values(moved))
