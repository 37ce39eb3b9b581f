"""The record ``stowage_position``: one slot of a vessel's stowage plan. A position is never a throughput event."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CONTAINER, DAY, DEGREES, KG, TEXT, VERSIONED

RECORD = RecordKind(
    name="stowage_position",
    meaning="one slot of a stowage plan and what stands, or is to stand, in it",
    key=("plan_type", "conveyance_name", "voyage_no", "departure_port_code", "handling_code", "slot_code"),
    week_of=("planned_on_local",),
    compared=("container_no", "full_empty", "gross_gross_kg"),
    document="document_key",
    columns=(
        Column("plan_type", TEXT, "OCCUPIED (BAPLIE) or INSTRUCTED (MOVINS)", "", True),
        Column("conveyance_name", TEXT, "vessel by name, else by call sign or IMO number", "", True),
        Column("voyage_no", TEXT, "voyage of the vessel; 'unknown' where the plan has none", "", True),
        Column(
            "departure_port_code", TEXT, "port the plan is made for; 'unknown' where it has none", "", True
        ),
        Column(
            "handling_code",
            TEXT,
            "what is to be done in the slot: LOA load, DIS discharge, SHI shift ...; NONE where nothing is said",
            "",
            True,
        ),
        Column("slot_code", TEXT, "bay, row and tier as given", "", True),
        Column("planned_on_local", DAY, "date of the plan; the day of receipt where it has none", "", True),
        Column("plan_no", TEXT, "document number of the plan"),
        Column("vessel_imo", TEXT, "IMO number of the vessel, 7 digits"),
        Column("next_port_code", TEXT, "next port of call"),
        Column("container_no", TEXT, "ISO 6346 number; null where the slot names no container"),
        *CONTAINER,
        Column("gross_gross_kg", KG, "goods, packaging and tare", "kg"),
        Column("vgm_kg", KG, "verified gross mass", "kg"),
        Column("load_port_code", TEXT, "port of loading as given, trimmed"),
        Column("discharge_port_code", TEXT, "port of discharge as given, trimmed"),
        Column("delivery_place_code", TEXT, "final place as given, trimmed"),
        Column("un_nos", TEXT, "UN numbers of dangerous goods, separated by one blank"),
        Column("imo_classes", TEXT, "IMDG classes of dangerous goods, separated by one blank"),
        Column("temperature_c", DEGREES, "temperature set", "degree Celsius"),
        Column("carrier_code", TEXT, "carrier of the container"),
        Column("bl_no", TEXT, "transport document number"),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("document_key", TEXT, "the plan as a whole: sender, message type and document number"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
