"""The record ``manifest_container``: one container on one train."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import COUNT, DAY, FLAG, KG, TEU, TEXT, UTC, VERSIONED

RECORD = RecordKind(
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
        Column(
            "origin_station_code", TEXT, "station where the train starts, by its number on the 1520 network"
        ),
        Column(
            "destination_station_code",
            TEXT,
            "station where the train ends, by its number on the 1520 network",
        ),
        Column("train_index", TEXT, "index of the train on the 1520 network, 9999-999-9999"),
        Column("wagon_no", TEXT, "wagon on the first leg; changes at the gauge break"),
        Column("wagon_seq", COUNT, "position of the wagon in the train"),
        Column(
            "container_no", TEXT, "ISO 6346 number, or the box's own where is_non_iso_container", "", True
        ),
        Column("is_non_iso_container", FLAG, "the list marks the box as one without an ISO 6346 number"),
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
        Column("un_nos", TEXT, "UN numbers of dangerous goods, separated by one blank"),
        Column("imo_classes", TEXT, "IMO classes of dangerous goods, separated by one blank"),
        Column("consignor_name", TEXT, "sender of the goods; never shown in reports"),
        Column("consignee_name", TEXT, "receiver of the goods; never shown in reports"),
        Column("origin_country", TEXT, "ISO 3166 alpha-2 country of origin"),
        Column("booking_no", TEXT, "booking the container moves under"),
        Column("consignment_note_no", TEXT, "SMGS consignment note"),
        Column("declaration_nos", TEXT, "declaration numbers, separated by one blank"),
        Column("list_status", TEXT, "draft, final, corrected or cancelled"),
        *VERSIONED,
    ),
)
