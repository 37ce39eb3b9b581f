"""The worked example of a KPI: a handful of facts, and the figures they make. Data, so that a test and a page read it.

Facts of an example name only the columns that matter; all others are null. Times are UTC of June 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from corridor_etl.facts.corridor import Facts, corridor_facts
from corridor_etl.settings import Settings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """``given``: name of a fact (for a derived KPI of a mart) -> its rows. ``figures``: rows of the KPI, in the order
    of its dimensions and columns."""

    given: Mapping[str, tuple[Row, ...]]
    figures: tuple[tuple[str | int | None, ...], ...]


def at(text: str) -> datetime:
    """``04 17:00`` as that instant of June 2025, UTC."""
    return datetime.fromisoformat(f"2025-06-{text}").replace(tzinfo=UTC)


def on(day: int) -> date:
    """That day of June 2025: 2 to 8 are week 23."""
    return date(2025, 6, day)


def rows_of(*rows: Row, **common: Any) -> tuple[Row, ...]:
    """Rows of the live service westbound that share ``common``."""
    return tuple({"service_id": "YIN-ALA", "direction": "W", **common, **row} for row in rows)


def facts_of(given: Mapping[str, tuple[Row, ...]], settings: Settings) -> Facts:
    """The facts of an example; a fact that is not given has no rows."""
    empty = corridor_facts({}, settings)
    frames = {field.name: getattr(empty, field.name) for field in fields(Facts)}
    made = {name: _frame(given.get(name, ()), frame.schema) for name, frame in frames.items()}
    return Facts(**made)


def marts_of(given: Mapping[str, tuple[Row, ...]]) -> dict[str, pl.DataFrame]:
    """The tables of a derived KPI's example, with the columns that are given."""
    return {name: pl.DataFrame(list(rows), infer_schema_length=None) for name, rows in given.items()}


def _frame(rows: tuple[Row, ...], schema: Mapping[str, Any]) -> pl.DataFrame:
    unknown = {name for row in rows for name in row} - set(schema)
    if unknown:
        raise KeyError(f"the fact has no column {', '.join(sorted(unknown))}")
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
