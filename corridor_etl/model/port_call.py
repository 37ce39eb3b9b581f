"""The record ``port_call``: one call of a vessel at a place, planned, expected and as it was."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CLOCK, COUNT, DAY, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="port_call",
    meaning="one call of a vessel (or train) at a place, with its planned, estimated and actual times",
    key=("call_key",),
    week_of=("call_on_local",),
    compared=("arrived_at_utc", "departed_at_utc", "planned_arrival_at_utc", "planned_departure_at_utc"),
    columns=(
        Column(
            "call_key",
            TEXT,
            "the sender's call reference, else conveyance, voyage, place and sequence",
            "",
            True,
        ),
        Column("call_on_local", DAY, "local date of arrival: actual, else estimated, else planned", "", True),
        Column("conveyance_name", TEXT, "vessel or train number"),
        Column("vessel_imo", TEXT, "IMO number of the vessel, 7 digits"),
        Column("voyage_no", TEXT, "voyage of the vessel"),
        Column("service_code", TEXT, "liner or rail service of the carrier"),
        Column("facility_code", TEXT, "UN/LOCODE or code as given, trimmed", "", True),
        Column("facility_node", TEXT, "node of corridor.toml; null outside the corridor"),
        Column("terminal_code", TEXT, "terminal within the facility"),
        Column("berth_code", TEXT, "berth"),
        Column("sequence_no", COUNT, "position of the call in the voyage, from 1"),
        Column("call_status", TEXT, "as scheduled, omitted, added ... in the sender's code"),
        Column("planned_arrival_at_utc", UTC, "arrival by the timetable"),
        Column("estimated_arrival_at_utc", UTC, "arrival as last expected"),
        Column("arrived_at_utc", UTC, "actual arrival"),
        Column("berthed_at_utc", UTC, "actual berthing"),
        Column("work_started_at_utc", UTC, "cargo work began"),
        Column("work_ended_at_utc", UTC, "cargo work ended"),
        Column("planned_departure_at_utc", UTC, "departure by the timetable"),
        Column("estimated_departure_at_utc", UTC, "departure as last expected"),
        Column("departed_at_utc", UTC, "actual departure"),
        *CLOCK,
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
