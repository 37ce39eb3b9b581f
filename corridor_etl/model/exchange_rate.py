"""The record ``exchange_rate``: one official or market rate of one day."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import COUNT, DAY, RATE, TEXT, VERSIONED

RECORD = RecordKind(
    name="exchange_rate",
    meaning="one exchange rate of one day",
    key=("source_id", "currency", "base_currency", "rate_on_local"),
    week_of=("rate_on_local",),
    compared=("rate", "units"),
    columns=(
        Column("source_id", TEXT, "who publishes the rate", "", True),
        Column("rate_on_local", DAY, "day the rate is of", "", True),
        Column("currency", TEXT, "ISO 4217 code of the currency priced", "", True),
        Column("base_currency", TEXT, "ISO 4217 code of the currency it is priced in", "", True),
        Column("rate", RATE, "base currency per ``units`` of currency", "", True),
        Column("units", COUNT, "how many units the rate is for, usually 1 or 100", "", True),
        *VERSIONED,
    ),
)
