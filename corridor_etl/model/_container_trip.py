"""The container trip: which columns the fact has, once for the frame that facts make and for the table they end in.

A new column is one line here, its value in ``facts.trips`` and a migration. How values come about belongs to
``corridor_etl.facts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import polars as pl

from corridor_etl.model._record import Column
from corridor_etl.model._types import DAY, KG, TEU, TEXT, UTC

CONTAINER_TRIP = (
    Column("trip_id", TEXT, "service, train, planned departure date and container, separated by |", "", True),
    Column("journey_id", TEXT, "trip_id of the first of the trains that carried the box on this way"),
    Column("outcome", TEXT, "completed, split (another train took the box on), turned_back or open"),
    Column("service_id", TEXT, "service of corridor.toml", "", True),
    Column("train_no", TEXT, "block train number", "", True),
    Column("direction", TEXT, "W toward Kazakhstan and Europe, E toward China", "", True),
    Column(
        "container_no", TEXT, "ISO 6346 number, or the box's own where the list marks it as without", "", True
    ),
    Column("size_type", TEXT, "ISO 6346 size and type; null is unknown"),
    Column("teu", TEU, "length in twenty-foot units; null is unknown", "TEU"),
    Column("full_empty", TEXT, "F laden, E empty, null unknown"),
    Column("wagon_no", TEXT, "wagon on the first leg"),
    Column("cargo_gross_kg", KG, "goods and packaging, without tare; null is unknown", "kg"),
    Column("cargo_net_kg", KG, "goods alone; null is unknown", "kg"),
    Column("tare_kg", KG, "empty container, by the loading list; null is unknown", "kg"),
    Column(
        "hs_chapter",
        TEXT,
        "HS chapter, 2 digits; empty where the goods are not known or the box is empty",
        "",
        True,
    ),
    Column(
        "flow",
        TEXT,
        "EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, TRANSIT, DOMESTIC, EMPTY or UNDECLARED",
        "",
        True,
    ),
    Column(
        "empty_kind",
        TEXT,
        "EMPTY_RETURN after a laden trip of the box the other way, else EMPTY_POSITIONING; null for a laden box",
    ),
    Column("origin_country", TEXT, "country of origin of the goods, ISO 3166 alpha-2"),
    Column("planned_departure_at_utc", UTC, "departure by the timetable", "UTC"),
    Column("departure_on_local", DAY, "planned departure date, on the calendar of the origin", "", True),
    Column(
        "departed_on_local",
        DAY,
        "departure date, on the calendar of the origin; the planned one where no event saw the train leave",
        "",
        True,
    ),
    Column("departure_week", TEXT, "ISO week of departed_on_local, like 2025-W24", "", True),
    Column("stuffed_at_utc", UTC, "stuffed, the last time before the train; null for an empty box", "UTC"),
    Column("gate_in_at_utc", UTC, "handed over at the door of origin", "UTC"),
    Column(
        "domestic_departed_at_utc",
        UTC,
        "left the seaport or door for the train's origin, or the train's destination for a door elsewhere; where no"
        " departure was seen the gate-out, else the loading on rail",
        "UTC",
    ),
    Column("origin_arrived_at_utc", UTC, "reached the train's origin from a door elsewhere", "UTC"),
    Column("departed_at_utc", UTC, "left the train's origin", "UTC"),
    Column("border_arrived_at_utc", UTC, "reached the border", "UTC"),
    Column("border_in_departed_at_utc", UTC, "left the border's near side", "UTC"),
    Column("border_out_arrived_at_utc", UTC, "reached the border's far side", "UTC"),
    Column("transshipped_at_utc", UTC, "lifted to the wagon of the other gauge", "UTC"),
    Column("border_departed_at_utc", UTC, "left the border's far side", "UTC"),
    Column("arrived_at_utc", UTC, "reached the train's destination", "UTC"),
    Column("door_arrived_at_utc", UTC, "reached the door of destination, where that is elsewhere", "UTC"),
    Column("delivered_at_utc", UTC, "handed out at the door of destination", "UTC"),
    Column("empty_returned_at_utc", UTC, "handed back empty after delivery; null for an empty box", "UTC"),
    Column("turned_back_at_utc", UTC, "came back to the train's origin, its destination not reached", "UTC"),
    Column("border_departed_on_local", DAY, "date it left the border, on the calendar of the far side"),
    Column("delivered_on_local", DAY, "date it was handed out, on the calendar of the place"),
    Column("delivery_id", TEXT, "delivery of the loading list: first 16 digits of its SHA-256", "", True),
    Column("line_no", pl.Int64(), "line of the loading list, or sheet row", "", True),
)


@dataclass(frozen=True)
class _Whole:
    """How an exact decimal of one unit is stored: another unit, and a name that ends otherwise."""

    unit: str
    ending: str
    replacement: str
    digits: int


# Databases differ in decimals; whole numbers are the same everywhere and add up in any order.
_WHOLE = {
    "TEU": _Whole("0.01 TEU", "$", "_x100", 2),
    "kg": _Whole("g", "_kg$", "_g", 3),
    "CNY": _Whole("0.01 CNY", "$", "_fen", 2),
    "USD": _Whole("0.01 USD", "$", "_cent", 2),
}


@dataclass(frozen=True)
class StoredColumn:
    """A column of the table: what it is made from and times which power of ten (None: as it is)."""

    column: Column
    source: str
    digits: int | None


def _stored(column: Column) -> StoredColumn:
    if not isinstance(column.dtype, pl.Decimal):
        return StoredColumn(column, column.name, None)
    whole = _WHOLE[column.unit]
    name = re.sub(whole.ending, whole.replacement, column.name)
    stored = replace(column, name=name, dtype=pl.Int64(), unit=whole.unit)
    return StoredColumn(stored, column.name, whole.digits)


STORED_TRIP = tuple(_stored(column) for column in CONTAINER_TRIP)
"""The columns of ``fct_container_trip``, without ``snapshot``."""
