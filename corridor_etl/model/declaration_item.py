"""The record ``declaration_item``: one item of a customs declaration, its header repeated."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import AMOUNT, COUNT, DAY, KG, MONEY, TEXT, VERSIONED

RECORD = RecordKind(
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
        *VERSIONED,
    ),
)
