"""The record of backfills as people read it: a list, and one with its weeks and what differed. Nothing is written."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Warehouse


def listed() -> list[dict[str, Any]]:
    """Every backfill, by number: who, why, its weeks, how many of them are done, cells that differ, state."""
    with Warehouse.open() as warehouse:
        return listed_of(warehouse)


def listed_of(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The same of a warehouse that is open."""
    weeks = (
        warehouse.backfills.weeks()
        .group_by("backfill_id")
        .agg(
            pl.len().alias("of"),
            (pl.col("finished_at_utc").is_not_null() & (pl.col("state") != "failed")).sum().alias("done"),
            pl.col("cells_changed").sum().alias("differ"),
        )
    )
    rows = warehouse.backfills.all().join(weeks, on="backfill_id", how="left", maintain_order="left")
    return [
        {
            **{name: value for name, value in row.items() if name not in ("of", "done", "differ")},
            "weeks": _span(row),
            "done": f"{row['done']} of {row['of']}",
            "differ": row["differ"],
        }
        for row in rows.to_dicts()
    ]


def told(backfill_id: int | None = None, *, with_differences: bool) -> dict[str, Any]:
    """One backfill, the last if no number is given: its row, ``weeks_of_it``, and ``differences`` if asked for.

    ``UsageError`` where there is none.
    """
    with Warehouse.open() as warehouse:
        record = warehouse.backfills
        number = _last(record.all()) if backfill_id is None else backfill_id
        row = record.one(number)
        found = {
            "weeks": _span(row),
            **row,
            "weeks_of_it": record.weeks(number).drop("backfill_id").to_dicts(),
        }
        if with_differences:
            found["differences"] = record.differences(number).to_dicts()
        return found


def _last(backfills: pl.DataFrame) -> int:
    if backfills.is_empty():
        raise UsageError("there is no backfill", fix="corridor backfill run WEEKS --reason makes one.")
    return int(backfills["backfill_id"][-1])


def _span(row: dict[str, Any]) -> str:
    return f"{row['weeks_first']}:{row['weeks_last']}"
