"""The record ``rail_position``: where a container or wagon was last operated, by a 1520 position sheet."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CLOCK, COUNT, DAY, LOCAL, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="rail_position",
    meaning="one operation on a container or wagon at a station, from a position sheet",
    key=("equipment_key", "operation_at_utc", "operation_station_code", "operation_code"),
    week_of=("operation_on_local",),
    compared=("wagon_no", "train_index", "destination_station_code"),
    columns=(
        Column("equipment_key", TEXT, "container number, else wagon number", "", True),
        Column("container_no", TEXT, "ISO 6346 number"),
        Column("wagon_no", TEXT, "wagon, 8 digits on the 1520 network"),
        Column("operation_code", TEXT, "operation as given; 'position' where the sheet names none", "", True),
        Column(
            "operation_station_code", TEXT, "station of the operation as given (ESR code or name)", "", True
        ),
        Column("operation_at_utc", UTC, "instant of the operation", "", True),
        Column("operation_at_local", LOCAL, "wall clock of the sheet (Moscow time by default)", "", True),
        Column("operation_on_local", DAY, "date of the operation by that clock", "", True),
        *CLOCK,
        Column("origin_station_code", TEXT, "station of departure as given"),
        Column("destination_station_code", TEXT, "station of destination as given"),
        Column("facility_node", TEXT, "node of the operation's station; null outside the corridor"),
        Column("railway_code", TEXT, "railway of the operation as given"),
        Column("train_index", TEXT, "index of the train, 9999-999-9999"),
        Column("train_no", TEXT, "train number"),
        Column("consignment_note_no", TEXT, "SMGS consignment note"),
        Column("remaining_km", COUNT, "distance left to the destination", "km"),
        Column("forecast_days", COUNT, "days to arrival as forecast", "days"),
        *VERSIONED,
    ),
)
