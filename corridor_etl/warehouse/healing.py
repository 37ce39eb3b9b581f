"""What becomes of rows in quarantine: they leave it, are decided upon, or are found to be as bad as before.

Whether a row may leave is decided in ``versions`` and by whoever publishes the batch; the counts of its delivery
belong to ``balances``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, bindparam, select, update

from corridor_etl.clock import now_utc
from corridor_etl.errors import BaseMoved
from corridor_etl.model import RecordKind
from corridor_etl.warehouse import balances, history
from corridor_etl.warehouse.batch import Batch
from corridor_etl.warehouse.frames import fetched, fetched_among
from corridor_etl.warehouse.schema import QUARANTINE

ORPHAN_RULE = "ST-007"
STAYS = "rows_quarantined"


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


def record(connection: Connection, batch: Batch, snapshot: int) -> None:
    """Writes what became of rows of the quarantine: their state, why, and the counts of their deliveries and weeks.

    ``BaseMoved`` if one of them is no longer in the state the batch was computed from.
    """
    healed, refreshed, suggested = batch.healed_frame(), batch.refreshed_frame(), batch.suggested_frame()
    touched = {n for frame in (healed, refreshed, suggested) for n in frame["quarantine_id"]}
    if not touched:
        return
    weeks = _weeks_of(connection, pl.concat([_expected(healed), _expected(refreshed)]))
    now = now_utc()
    with history.recorded(connection, QUARANTINE, snapshot, "quarantine_id", sorted(touched)):
        _decide(connection, healed, now, snapshot)
        _refresh(connection, refreshed, now)
        _suggest(connection, suggested)
    moves = [*_moves(healed, weeks), *_moves(refreshed.with_columns(counter=pl.lit(STAYS)), weeks)]
    balances.move(connection, moves, snapshot)


def _expected(rows: pl.DataFrame) -> pl.DataFrame:
    """quarantine_id and the state each row must be in: a row is reopened only if it was discarded."""
    is_reopened = pl.col("state") == "open" if "state" in rows.columns else pl.lit(False)
    before = pl.when(is_reopened).then(pl.lit("discarded")).otherwise(pl.lit("open"))
    return rows.select("quarantine_id", "delivery_id", before.alias("state"))


def _weeks_of(connection: Connection, expected: pl.DataFrame) -> dict[int, str]:
    """The week each row is counted under so far; ``BaseMoved`` for one that is in another state by now."""
    ids = sorted(set(expected["delivery_id"]))
    query = select(QUARANTINE.c.quarantine_id, QUARANTINE.c.state, QUARANTINE.c.iso_week)
    held = fetched_among(connection, query, QUARANTINE.c.delivery_id, ids)
    found = {number: (state, week or "") for number, state, week in held.iter_rows()}
    for number, state in expected.select("quarantine_id", "state").iter_rows():
        if found.get(number, ("", ""))[0] != state:
            raise BaseMoved(
                f"row {number} of the quarantine is no longer {state}",
                fix="Read the warehouse again and compute the batch anew.",
            )
    return {number: found[number][1] for number in expected["quarantine_id"]}


def _decide(connection: Connection, healed: pl.DataFrame, now: datetime, snapshot: int) -> None:
    rows = [
        {
            "number": row["quarantine_id"],
            "state": row["state"],
            "iso_week": row["iso_week"],
            "decided_by": row["decided_by"],
            "decision_reason": row["decision_reason"],
            "decided_at_utc": now,
            "decided_snapshot": snapshot,
        }
        for row in healed.iter_rows(named=True)
    ]
    _update(connection, rows)


def _refresh(connection: Connection, refreshed: pl.DataFrame, now: datetime) -> None:
    rows = [
        {
            **{k: v for k, v in row.items() if k not in ("quarantine_id", "delivery_id", "suggestion")},
            "number": row["quarantine_id"],
            "last_seen_at_utc": now,
        }
        for row in refreshed.iter_rows(named=True)
    ]
    _update(connection, rows)


def _suggest(connection: Connection, suggested: pl.DataFrame) -> None:
    for row in suggested.iter_rows(named=True):
        mine = QUARANTINE.c.quarantine_id == row["quarantine_id"]
        connection.execute(update(QUARANTINE).where(mine).values(suggestion=row["suggestion"]))


def _update(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        mine = QUARANTINE.c.quarantine_id == bindparam("number")
        connection.execute(update(QUARANTINE).where(mine), rows)


def _moves(rows: pl.DataFrame, weeks: Mapping[int, str]) -> list[balances.Move]:
    return [
        balances.Move(delivery_id, weeks[number], week or "", counter)
        for number, delivery_id, week, counter in rows.select(
            "quarantine_id", "delivery_id", "iso_week", "counter"
        ).iter_rows()
    ]
