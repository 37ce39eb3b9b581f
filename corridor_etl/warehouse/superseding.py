"""Rows held back whose record came by another delivery: they are superseded in the commit that loads it.

A later delivery of the same batch counts like one of a later batch, so that it does not matter how files were grouped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select, update

from corridor_etl.clock import now_utc
from corridor_etl.model import KINDS, RecordKind
from corridor_etl.warehouse import history
from corridor_etl.warehouse.batch import BY_ITSELF, Batch
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import DELIVERY, QUARANTINE

SUPERSEDED = "superseded"


def record(connection: Connection, batch: Batch, added: Mapping[str, pl.LazyFrame], snapshot: int) -> None:
    """Marks the open rows of which the batch loads the same record with the same or a higher version.

    ``added`` are all rows of the batch by record kind.
    """
    order = {d.delivery_id: n for n, d in enumerate(batch.deliveries)}
    for name, rows in added.items():
        held = _held(connection, name)
        found = _replaced(held, rows, KINDS[name], order) if held.height else held
        if found.height:
            with history.recorded(connection, QUARANTINE, snapshot, "quarantine_id", found["quarantine_id"]):
                for row in found.iter_rows(named=True):
                    _mark(connection, row, snapshot)


def _held(connection: Connection, kind: str) -> pl.DataFrame:
    mine = (QUARANTINE.c.record_kind == kind) & (QUARANTINE.c.state == "open")
    columns = ("quarantine_id", "delivery_id", "record_key", "record_version")
    known = mine & QUARANTINE.c.record_key.is_not(None)
    return fetched(connection, select(*(QUARANTINE.c[c] for c in columns)).where(known))


def _replaced(
    held: pl.DataFrame, rows: pl.LazyFrame, kind: RecordKind, order: dict[str, int]
) -> pl.DataFrame:
    """quarantine_id, and delivery and version of the record that came; the highest version, then the first delivery."""
    key = list(kind.key)
    parts = [json.loads(text) for text in held["record_key"]]
    keys = [pl.Series(name, [part.get(name) for part in parts], dtype=pl.String) for name in key]
    loaded = rows.select(
        *(pl.col(name).cast(pl.String) for name in key),
        pl.col(kind.version).alias("version"),
        pl.col("delivery_id").alias("by_delivery_id"),
    )
    waiting = held.with_columns(keys)
    both = waiting.lazy().join(loaded, on=key, how="inner", nulls_equal=True).collect()
    rank = [pl.col(c).replace_strict(order, default=-1, return_dtype=pl.Int64) for c in _DELIVERIES]
    comes_later = (rank[0] < 0) | (rank[1] > rank[0])
    is_another = pl.col("delivery_id") != pl.col("by_delivery_id")
    found = both.filter(is_another & comes_later & (pl.col("version") >= pl.col("record_version")))
    return found.sort("version", "by_delivery_id", descending=[True, False]).unique(
        "quarantine_id", keep="first", maintain_order=True
    )


_DELIVERIES = ("delivery_id", "by_delivery_id")


def _mark(connection: Connection, row: dict[str, Any], snapshot: int) -> None:
    loaded = (DELIVERY.c.delivery_id == row["by_delivery_id"]) & (DELIVERY.c.status == "loaded")
    name = connection.scalar(select(func.min(DELIVERY.c.file_name)).where(loaded))
    values = {
        "state": SUPERSEDED,
        "decided_at_utc": now_utc(),
        "decided_by": BY_ITSELF,
        "decision_reason": f"{name} brought version {row['version']} of the record",
        "decided_snapshot": snapshot,
    }
    mine = QUARANTINE.c.quarantine_id == row["quarantine_id"]
    connection.execute(update(QUARANTINE).where(mine).values(values))
