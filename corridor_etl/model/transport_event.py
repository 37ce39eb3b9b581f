"""The record ``transport_event``: one arrival or departure of a vessel, train or truck as an event of its own."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CLOCK, DAY, LOCAL, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="transport_event",
    meaning="one arrival or departure of a vessel, train, truck or barge at a place",
    key=("conveyance_key", "event_code", "facility_code", "event_at_utc", "classifier"),
    week_of=("event_on_local",),
    compared=("voyage_no", "delay_reason_code"),
    columns=(
        Column("event_code", TEXT, "ARRI arrived, DEPA departed", "", True),
        Column("classifier", TEXT, "ACT actual, EST estimated, PLN planned; only ACT counts", "", True),
        Column(
            "conveyance_key", TEXT, "IMO number, else name, else reference of the transport call", "", True
        ),
        Column("conveyance_name", TEXT, "vessel, train or vehicle"),
        Column("vessel_imo", TEXT, "IMO number of the vessel, 7 digits"),
        Column("voyage_no", TEXT, "voyage of the vessel, or service number of the train"),
        Column("service_code", TEXT, "liner or rail service of the carrier"),
        Column("transport_mode", TEXT, "sea, rail, road, air, inland water"),
        Column("facility_code", TEXT, "UN/LOCODE or code as given, trimmed", "", True),
        Column("facility_node", TEXT, "node of corridor.toml; null outside the corridor"),
        Column("terminal_code", TEXT, "terminal within the facility"),
        Column("call_ref", TEXT, "the sender's reference of the call"),
        Column("delay_reason_code", TEXT, "reason of a delay, in the sender's code"),
        Column("remarks", TEXT, "remark of the sender"),
        Column("event_at_utc", UTC, "instant of the event", "", True),
        Column("event_at_local", LOCAL, "wall clock at the place of the event", "", True),
        Column("event_on_local", DAY, "date at the place of the event", "", True),
        *CLOCK,
        Column("event_ref", TEXT, "the sender's own identifier of the event"),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
