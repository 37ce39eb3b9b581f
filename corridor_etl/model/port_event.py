"""The record ``port_event``: one move or status of one container at a place."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CLOCK, DAY, DEGREES, KG, LOCAL, TEU, TEXT, UTC, VERSIONED

RECORD = RecordKind(
    name="port_event",
    meaning="one move or status of one container at a port, terminal or border",
    key=("container_no", "event_code", "event_at_utc", "facility_code", "classifier"),
    week_of=("event_on_local",),
    compared=("full_empty", "gross_gross_kg", "vgm_kg"),
    document="document_key",
    columns=(
        Column(
            "event_code",
            TEXT,
            "GTIN GTOT LOAD DISC STUF STRP PICK DROP INSP RSEA RMVD CUSS CUSI CUSR CROS AVPU AVDO RAIL_LOAD RAIL_UNLD "
            "XSHIP ARRI DEPA VGM HOLD RLSE",
            "",
            True,
        ),
        Column("classifier", TEXT, "ACT actual, EST estimated, PLN planned; only ACT counts", "", True),
        Column("container_no", TEXT, "ISO 6346 number", "", True),
        Column("size_type", TEXT, "ISO 6346 size and type after alias mapping; null is unknown"),
        Column("teu", TEU, "length in twenty-foot units; null is unknown, never 0", "TEU"),
        Column("full_empty", TEXT, "F laden, E empty, null unknown"),
        Column("trade_status", TEXT, "export, import, transhipment, continental; null unknown"),
        Column("facility_code", TEXT, "UN/LOCODE or code as given, trimmed", "", True),
        Column("facility_node", TEXT, "node of corridor.toml; null outside the corridor"),
        Column("terminal_code", TEXT, "terminal within the facility"),
        Column("transport_mode", TEXT, "sea, rail, road, air, inland water"),
        Column("conveyance_name", TEXT, "vessel or train number"),
        Column("voyage_no", TEXT, "voyage of the vessel"),
        Column("vessel_imo", TEXT, "IMO number of the vessel, 7 digits"),
        Column("wagon_no", TEXT, "wagon of the leg the event belongs to"),
        Column("gross_gross_kg", KG, "goods, packaging and tare", "kg"),
        Column("vgm_kg", KG, "verified gross mass", "kg"),
        Column("vgm_method", TEXT, "SM1 weighed whole, SM2 summed up"),
        Column("tare_kg", KG, "empty container", "kg"),
        Column("un_nos", TEXT, "UN numbers of dangerous goods, separated by one blank"),
        Column("imo_classes", TEXT, "IMDG classes of dangerous goods, separated by one blank"),
        Column("temperature_c", DEGREES, "temperature set", "degree Celsius"),
        Column("seal_nos", TEXT, "seal numbers, separated by one blank"),
        Column("booking_no", TEXT, "booking the container moves under"),
        Column("bl_no", TEXT, "transport document number"),
        Column("event_at_utc", UTC, "instant of the event", "", True),
        Column("event_at_local", LOCAL, "wall clock at the place of the event", "", True),
        Column("event_on_local", DAY, "date at the place of the event", "", True),
        *CLOCK,
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column(
            "document_key",
            TEXT,
            "document the event was reported in: sender, message type and document number",
        ),
        Column("event_ref", TEXT, "the sender's own identifier of the event"),
        Column("function_code", TEXT, "EDIFACT message function (9 original, 5 replace, 1 cancel)"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
