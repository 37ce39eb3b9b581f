"""The column types of the model, so that one quantity has one type everywhere, and the columns every record shares."""

from __future__ import annotations

import polars as pl

from corridor_etl.model._record import Column

TEXT = pl.String()
COUNT = pl.Int64()
FLAG = pl.Boolean()
DAY = pl.Date()
UTC = pl.Datetime("us", "UTC")
LOCAL = pl.Datetime("us")
KG = pl.Decimal(18, 3)
MEASURE = pl.Decimal(18, 3)
DEGREES = pl.Decimal(6, 2)
MONEY = pl.Decimal(18, 2)
AMOUNT = pl.Decimal(18, 5)
RATE = pl.Decimal(18, 8)
TEU = pl.Decimal(6, 2)

LINEAGE = (
    Column("delivery_id", TEXT, "first 16 hexadecimal digits of the file's SHA-256", "", True),
    Column("line_no", COUNT, "line of the file (sheet row, or line where the segment starts)", "", True),
    Column("snapshot", COUNT, "number of the batch that loaded the row", "", True),
    Column("iso_week", TEXT, "ISO week the row is stored under, like 2025-W24", "", True),
)

VERSIONED = (
    Column("version", COUNT, "1 for the original, higher for a correction", "", True),
    Column("action", TEXT, "insert, replace, patch or cancel", "", True),
)

CONTAINER = (
    Column("size_type", TEXT, "ISO 6346 size and type after alias mapping; null is unknown"),
    Column("teu", TEU, "length in twenty-foot units; null is unknown, never 0", "TEU"),
    Column("full_empty", TEXT, "F laden, E empty, null unknown"),
)

CLOCK = (
    Column("timezone", TEXT, "IANA zone of the place, or the offset written with the time", "", True),
    Column("timezone_source", TEXT, "explicit, profile, node, country or assumed_utc", "", True),
)
