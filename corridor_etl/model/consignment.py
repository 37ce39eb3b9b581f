"""The record ``consignment``: one goods line of a transport document, cargo report or consolidation."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import COUNT, DAY, KG, MEASURE, TEXT, VERSIONED

RECORD = RecordKind(
    name="consignment",
    meaning="one goods line of a transport document in a manifest, booking or cargo report",
    key=("document_type", "manifest_no", "consignment_no", "item_no"),
    week_of=("document_on_local",),
    compared=("packages", "gross_kg", "goods_description", "container_nos"),
    document="document_key",
    columns=(
        Column(
            "document_type",
            TEXT,
            "message or layout the line comes from: IFTMIN, IFCSUM, CUSCAR, AWMDS ...",
            "",
            True,
        ),
        Column("manifest_no", TEXT, "reference of the manifest, order or report as a whole", "", True),
        Column("consignment_no", TEXT, "transport document or consignment number", "", True),
        Column("item_no", COUNT, "goods line within the consignment, from 1", "", True),
        Column(
            "document_on_local", DAY, "date of the document; the day of receipt where it has none", "", True
        ),
        Column("transport_mode", TEXT, "sea, rail, road, air, inland water"),
        Column("conveyance_name", TEXT, "vessel, train, flight or vehicle"),
        Column("voyage_no", TEXT, "voyage of the vessel, flight or trip"),
        Column("origin_code", TEXT, "place of loading as given, trimmed"),
        Column("destination_code", TEXT, "place of discharge or delivery as given, trimmed"),
        Column("packages", COUNT, "number of packages", "packages"),
        Column("package_type", TEXT, "UNECE Rec 21 code or the text given"),
        Column("gross_kg", KG, "goods and packaging", "kg"),
        Column("net_kg", KG, "goods alone", "kg"),
        Column("volume_m3", MEASURE, "volume", "m3"),
        Column("goods_description", TEXT, "goods as described by the sender"),
        Column("hs_code", TEXT, "commodity code, digits only"),
        Column("un_nos", TEXT, "UN numbers of dangerous goods, separated by one blank"),
        Column("container_nos", TEXT, "containers of the line, separated by one blank"),
        Column("seal_nos", TEXT, "seal numbers, separated by one blank"),
        Column("booking_no", TEXT, "booking the goods move under"),
        Column("declaration_nos", TEXT, "declaration numbers, separated by one blank"),
        Column("consignor_name", TEXT, "sender of the goods; never shown in reports"),
        Column("consignee_name", TEXT, "receiver of the goods; never shown in reports"),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column(
            "document_key",
            TEXT,
            "the manifest, order or report as a whole: sender, message type and document number",
        ),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
