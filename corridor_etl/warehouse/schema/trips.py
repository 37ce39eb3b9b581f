"""The fact at the centre of the star: one row per container and train, columns as the model lists them."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Column, Index, Table

from corridor_etl.model import STORED_TRIP
from corridor_etl.model import Column as ModelColumn
from corridor_etl.warehouse.columns import count, day, flag, instant, number, text
from corridor_etl.warehouse.schema._metadata import METADATA

# Only what the loader itself guarantees: a code that no table knows must not stop a commit.
_LINKS = {"service_id": "dim_service.service_id"}


def _column(column: ModelColumn) -> Column[Any]:
    options: dict[str, Any] = {"nullable": not column.is_required, "foreign_key": _LINKS.get(column.name)}
    if column.name == "trip_id":
        options["primary_key"] = True
    match column.dtype:
        case pl.Int64():
            return count(column.name, column.meaning, column.unit, **options)
        case pl.Float64():
            return number(column.name, column.meaning, column.unit, **options)
        case pl.Datetime():
            return instant(column.name, column.meaning, **options)
        case pl.Date():
            return day(column.name, column.meaning, **options)
        case pl.Boolean():
            return flag(column.name, column.meaning, **options)
    return text(column.name, column.meaning, **options)


_TRIP = Table(
    "fct_container_trip",
    METADATA,
    *(_column(stored.column) for stored in STORED_TRIP),
    count("snapshot", "batch in which the trips of the week last changed", foreign_key="batch.snapshot"),
    Index("ix_fct_container_trip_departure_week", "departure_week"),
    Index("ix_fct_container_trip_container_no", "container_no"),
    comment="Container trips: one row per container on one train, as the current records tell it.",
    info={"week": "departure_week"},
)

FACTS = {t.name: t for t in (_TRIP,)}
