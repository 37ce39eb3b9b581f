"""The record ``container_order``: containers that somebody is told to load, discharge or release."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import CONTAINER, COUNT, DAY, DEGREES, KG, MEASURE, TEXT, VERSIONED

RECORD = RecordKind(
    name="container_order",
    meaning="one container (or several of one type) of a load list, discharge list, release or announcement",
    key=("order_type", "order_no", "equipment_key"),
    week_of=("ordered_on_local",),
    compared=("full_empty", "gross_gross_kg", "vgm_kg", "containers"),
    document="document_key",
    columns=(
        Column("order_type", TEXT, "LOAD DISC RELEASE ACCEPT ANNOUNCE CANCEL", "", True),
        Column("order_no", TEXT, "document number of the order", "", True),
        Column(
            "equipment_key",
            TEXT,
            "container number, or #n for the n-th line where no number is given",
            "",
            True,
        ),
        Column("ordered_on_local", DAY, "date of the order; the day of receipt where it has none", "", True),
        Column("container_no", TEXT, "ISO 6346 number; null where the order names none"),
        Column("containers", COUNT, "containers ordered on the line", "containers"),
        *CONTAINER,
        Column("trade_status", TEXT, "export, import, transhipment, continental; null unknown"),
        Column("conveyance_name", TEXT, "vessel or train number"),
        Column("vessel_imo", TEXT, "IMO number of the vessel, 7 digits"),
        Column("voyage_no", TEXT, "voyage of the vessel"),
        Column("facility_code", TEXT, "place where the order is to be carried out, as given"),
        Column("load_port_code", TEXT, "port of loading as given, trimmed"),
        Column("discharge_port_code", TEXT, "port of discharge as given, trimmed"),
        Column("gross_gross_kg", KG, "goods, packaging and tare", "kg"),
        Column("vgm_kg", KG, "verified gross mass", "kg"),
        Column("tare_kg", KG, "empty container", "kg"),
        Column("seal_nos", TEXT, "seal numbers, separated by one blank"),
        Column("booking_no", TEXT, "booking the container moves under"),
        Column("bl_no", TEXT, "transport document number"),
        Column("goods_description", TEXT, "goods as described by the sender"),
        Column("un_nos", TEXT, "UN numbers of dangerous goods, separated by one blank"),
        Column("imo_classes", TEXT, "IMDG classes of dangerous goods, separated by one blank"),
        Column("temperature_c", DEGREES, "temperature set", "degree Celsius"),
        Column("over_height_cm", MEASURE, "over-height", "cm"),
        Column("over_front_cm", MEASURE, "over-length at the front", "cm"),
        Column("over_back_cm", MEASURE, "over-length at the back", "cm"),
        Column("over_right_cm", MEASURE, "over-width on the right", "cm"),
        Column("over_left_cm", MEASURE, "over-width on the left", "cm"),
        Column("message_ref", TEXT, "message or document reference of the sender"),
        Column("document_key", TEXT, "the order as a whole: sender, message type and document number"),
        Column("dialect", TEXT, "message type and directory, or the layout's name"),
        *VERSIONED,
    ),
)
