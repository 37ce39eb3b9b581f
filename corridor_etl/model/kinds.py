"""The record kinds of the corridor and the lineage columns every stored row carries."""

from __future__ import annotations

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.model._record import Column, RecordKind

TEXT = pl.String()
COUNT = pl.Int64()
DAY = pl.Date()
UTC = pl.Datetime("us", "UTC")
LOCAL = pl.Datetime("us")
KG = pl.Decimal(18, 3)
MONEY = pl.Decimal(18, 2)
AMOUNT = pl.Decimal(18, 5)
TEU = pl.Decimal(6, 2)

LINEAGE = (
    Column("delivery_id", TEXT, "first 16 hexadecimal digits of the file's SHA-256", "", True),
    Column("line_no", COUNT, "line of the file (sheet row, or line where the segment starts)", "", True),
    Column("snapshot", COUNT, "number of the batch that loaded the row", "", True),
    Column("iso_week", TEXT, "ISO week the row is stored under, like 2025-W24", "", True),
)

_VERSIONED = (
    Column("version", COUNT, "1 for the original, higher for a correction", "", True),
    Column("action", TEXT, "insert, replace or cancel", "", True),
)

MANIFEST_CONTAINER = RecordKind(
    name="manifest_container",
    meaning="one container on one train, from the loading list",
    key=("service_id", "train_no", "departure_on_local", "container_no"),
    week_of=("departure_on_local",),
    compared=(
        "wagon_no",
        "size_type",
        "full_empty",
        "seal_nos",
        "packages",
        "cargo_gross_kg",
        "cargo_net_kg",
        "hs_code",
        "booking_no",
    ),
    columns=(
        Column("service_id", TEXT, "service of corridor.toml, by the train number", "", True),
        Column("train_no", TEXT, "block train number", "", True),
        Column("departure_on_local", DAY, "departure date at the train's origin", "", True),
        Column("planned_departure_at_utc", UTC, "timetable departure"),
        Column("direction", TEXT, "W toward Kazakhstan and Europe, E toward China", "", True),
        Column("origin_node", TEXT, "node where the train starts", "", True),
        Column("destination_node", TEXT, "node where the train ends", "", True),
        Column("wagon_no", TEXT, "wagon on the first leg; changes at the gauge break"),
        Column("wagon_seq", COUNT, "position of the wagon in the train"),
        Column("container_no", TEXT, "ISO 6346 number", "", True),
        Column("size_type", TEXT, "ISO 6346 size and type after alias mapping; null is unknown"),
        Column("teu", TEU, "length in twenty-foot units; null is unknown, never 0", "TEU"),
        Column("full_empty", TEXT, "F laden, E empty, null unknown"),
        Column("seal_nos", TEXT, "seal numbers, separated by one blank"),
        Column("packages", COUNT, "number of packages", "packages"),
        Column("package_type", TEXT, "UNECE Rec 21 code or the text given"),
        Column("cargo_gross_kg", KG, "goods and packaging, without tare", "kg"),
        Column("cargo_net_kg", KG, "goods alone", "kg"),
        Column("tare_kg", KG, "empty container", "kg"),
        Column("goods_description", TEXT, "goods as described by the sender"),
        Column("hs_code", TEXT, "commodity code, digits only, 4 to 10 of them"),
        Column("consignor_name", TEXT, "sender of the goods; never shown in reports"),
        Column("consignee_name", TEXT, "receiver of the goods; never shown in reports"),
        Column("origin_country", TEXT, "ISO 3166 alpha-2 country of origin"),
        Column("booking_no", TEXT, "booking the container moves under"),
        Column("consignment_note_no", TEXT, "SMGS consignment note"),
        Column("declaration_nos", TEXT, "declaration numbers, separated by one blank"),
        Column("list_status", TEXT, "draft, final, corrected or cancelled"),
        *_VERSIONED,
    ),
)

DECLARATION_ITEM = RecordKind(
    name="declaration_item",
    meaning="one item of a customs declaration, with its header's values repeated",
    key=("regime", "declaration_no", "item_no"),
    week_of=("released_on_local", "declared_on_local"),
    compared=(
        "ie_flag",
        "released_on_local",
        "hs_code",
        "total_price",
        "currency",
        "first_quantity",
        "container_nos",
    ),
    columns=(
        Column("regime", TEXT, "CN or EAEU", "", True),
        Column("declaration_no", TEXT, "number given by customs", "", True),
        Column("item_no", COUNT, "item within the declaration, from 1", "", True),
        Column("ie_flag", TEXT, "E export, I import", "", True),
        Column("office_code", TEXT, "office where it was declared"),
        Column("border_office_code", TEXT, "office of entry or exit"),
        Column("declared_on_local", DAY, "date of acceptance at the office", "", True),
        Column("released_on_local", DAY, "date of release at the office; null while open"),
        Column("supervision_mode", TEXT, "China supervision mode, 4 digits"),
        Column("transport_mode", TEXT, "mode of transport code (China: 3 is rail)"),
        Column("transaction_mode", TEXT, "China transaction mode (1 CIF, 2 C&F, 3 FOB, 7 EXW)"),
        Column("service_id", TEXT, "service of corridor.toml, by the train number"),
        Column("train_no", TEXT, "train the goods leave or arrive on"),
        Column("bl_no", TEXT, "transport document number"),
        Column("trade_country", TEXT, "ISO 3166 alpha-2 trading partner"),
        Column("origin_country", TEXT, "ISO 3166 alpha-2 country of origin"),
        Column("destination_country", TEXT, "ISO 3166 alpha-2 final destination"),
        Column("hs_code", TEXT, "10 digits (13 with the CIQ suffix)", "", True),
        Column("goods_name", TEXT, "goods as declared"),
        Column("quantity", AMOUNT, "traded quantity in unit_code"),
        Column("unit_code", TEXT, "China 3-digit unit of quantity"),
        Column("first_quantity", AMOUNT, "first statutory quantity in first_unit_code"),
        Column("first_unit_code", TEXT, "China 3-digit unit; 035 is kilogram"),
        Column("unit_price", AMOUNT, "price per unit in currency"),
        Column("total_price", MONEY, "declared total in currency", "currency"),
        Column("currency", TEXT, "ISO 4217 code", "", True),
        Column("gross_kg", KG, "gross weight of the whole declaration", "kg"),
        Column("net_kg", KG, "net weight of the whole declaration", "kg"),
        Column("packages", COUNT, "packages of the whole declaration", "packages"),
        Column("container_nos", TEXT, "containers of the declaration, separated by one blank"),
        *_VERSIONED,
    ),
)

PORT_EVENT = RecordKind(
    name="port_event",
    meaning="one move or status of one container at a port, terminal or border",
    key=("container_no", "event_code", "event_at_utc", "facility_code"),
    week_of=("event_on_local",),
    compared=("full_empty", "gross_gross_kg", "vgm_kg"),
    columns=(
        Column(
            "event_code",
            TEXT,
            "GTIN GTOT LOAD DISC STUF STRP RAIL_LOAD RAIL_UNLD XSHIP ARRI DEPA VGM",
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
        Column("wagon_no", TEXT, "wagon of the leg the event belongs to"),
        Column("gross_gross_kg", KG, "goods, packaging and tare", "kg"),
        Column("vgm_kg", KG, "verified gross mass", "kg"),
        Column("seal_nos", TEXT, "seal numbers, separated by one blank"),
        Column("booking_no", TEXT, "booking the container moves under"),
        Column("bl_no", TEXT, "transport document number"),
        Column("event_at_utc", UTC, "instant of the event", "", True),
        Column("event_at_local", LOCAL, "wall clock at the place of the event", "", True),
        Column("event_on_local", DAY, "date at the place of the event", "", True),
        Column("timezone", TEXT, "IANA zone used", "", True),
        Column("timezone_source", TEXT, "explicit, profile, node, country or assumed_utc", "", True),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("function_code", TEXT, "EDIFACT message function (9 original, 5 replace, 1 cancel)"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *_VERSIONED,
    ),
)

BOOKING = RecordKind(
    name="booking",
    meaning="one booking of container slots on one departure",
    key=("booking_no",),
    week_of=("departure_on_local",),
    compared=("train_no", "departure_on_local", "teu", "booking_status"),
    columns=(
        Column("booking_no", TEXT, "number of the booking", "", True),
        Column("service_id", TEXT, "service of corridor.toml", "", True),
        Column("direction", TEXT, "W toward Kazakhstan and Europe, E toward China", "", True),
        Column("train_no", TEXT, "block train number", "", True),
        Column("departure_on_local", DAY, "planned departure date at the train's origin", "", True),
        Column("containers", COUNT, "containers booked", "containers", True),
        Column("teu", TEU, "slots booked", "TEU", True),
        Column("booked_at_utc", UTC, "instant the booking was confirmed", "", True),
        Column("booking_status", TEXT, "confirmed or cancelled", "", True),
        *_VERSIONED,
    ),
)

KINDS = {k.name: k for k in (MANIFEST_CONTAINER, DECLARATION_ITEM, PORT_EVENT, BOOKING)}


def kind(name: str) -> RecordKind:
    """The record kind called ``name``; ``UsageError`` with the known names where there is none."""
    if name not in KINDS:
        raise UsageError(f"there is no record kind '{name}'", expected=f"one of {', '.join(KINDS)}")
    return KINDS[name]
