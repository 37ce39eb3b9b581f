"""The record ``declaration_item``: one item of a customs declaration, its header repeated."""

from __future__ import annotations

from corridor_etl.model._record import Column, RecordKind
from corridor_etl.model._types import AMOUNT, COUNT, DAY, KG, MONEY, TEXT, VERSIONED

_CHARGE_MARK = "1 a rate in % of the total, 2 an amount per tonne, 3 an amount for the declaration"

_IDENTITY = (
    Column("regime", TEXT, "CN, EAEU, or the ISO 3166 alpha-2 code of another administration", "", True),
    Column(
        "declaration_no", TEXT, "number given by customs; the document's own where it has none yet", "", True
    ),
    Column("item_no", COUNT, "item within the declaration, from 1", "", True),
    Column("ie_flag", TEXT, "E export, I import, T transit, which is no trade", "", True),
    Column("document_kind", TEXT, "type of declaration as the form writes it: SD, ИМ, ТТ ИМ, IM 4, EXD ..."),
    Column("correction_kind", TEXT, "original, modify, revoke, kdt or withdraw"),
    Column("replaces_declaration_no", TEXT, "number of the revoked declaration that this one stands for"),
)
_HEADER = (
    Column("office_code", TEXT, "office where it was declared"),
    Column("border_office_code", TEXT, "office of entry or exit"),
    Column("destination_office_code", TEXT, "office where a transit ends"),
    Column("declared_on_local", DAY, "date of acceptance at the office", "", True),
    Column("released_on_local", DAY, "date of release at the office; null while open"),
    Column("supervision_mode", TEXT, "China supervision mode, 4 digits"),
    Column("procedure_code", TEXT, "procedure asked for, 2 digits (EAEU column 37, SAD box 37)"),
    Column("previous_procedure_code", TEXT, "procedure before, 2 digits; 00 none"),
    Column("transport_mode", TEXT, "mode of transport code (China: 3 is rail; EAEU: 20 is rail)"),
    Column("transaction_mode", TEXT, "China transaction mode (1 CIF, 2 C&F, 3 FOB, 7 EXW)"),
    Column("incoterm", TEXT, "delivery terms, three letters of Incoterms"),
    Column("service_id", TEXT, "service of corridor.toml, by the train number"),
    Column("train_no", TEXT, "train the goods leave or arrive on"),
    Column("bl_no", TEXT, "transport document number"),
    Column(
        "trader_uscc", TEXT, "China's unified social credit code of the exporter or importer; never shown"
    ),
    Column(
        "declarant_uscc", TEXT, "China's unified social credit code of who declares; never shown in reports"
    ),
    Column("consignor_bin_iin", TEXT, "Kazakhstan's BIN or IIN of the sender; never shown in reports"),
    Column("consignee_bin_iin", TEXT, "Kazakhstan's BIN or IIN of the receiver; never shown in reports"),
    Column("declarant_bin_iin", TEXT, "Kazakhstan's BIN or IIN of who declares; never shown in reports"),
    Column("trade_country", TEXT, "ISO 3166 alpha-2 trading partner"),
    Column("dispatch_country", TEXT, "ISO 3166 alpha-2 country the goods were sent from"),
    Column("origin_country", TEXT, "ISO 3166 alpha-2 country of origin"),
    Column("destination_country", TEXT, "ISO 3166 alpha-2 final destination"),
)
_GOODS = (
    Column(
        "hs_code",
        TEXT,
        "10 digits in China (13 with the CIQ suffix) and the EAEU, 6 to 12 elsewhere",
        "",
        True,
    ),
    Column("goods_name", TEXT, "goods as declared"),
    Column("quantity", AMOUNT, "traded quantity in unit_code"),
    Column("unit_code", TEXT, "unit of quantity (China: 3 digits)"),
    Column("first_quantity", AMOUNT, "first statutory or supplementary quantity in first_unit_code"),
    Column("first_unit_code", TEXT, "unit of first_quantity; China's 035 is kilogram"),
    Column("second_quantity", AMOUNT, "second statutory quantity in second_unit_code"),
    Column("second_unit_code", TEXT, "unit of second_quantity"),
    Column("unit_price", AMOUNT, "price per unit in currency"),
    Column("total_price", MONEY, "declared price of the item in currency", "currency"),
    Column("currency", TEXT, "ISO 4217 code", "", True),
    Column("customs_value_local", MONEY, "customs value of the item in local_currency", "local_currency"),
    Column("local_currency", TEXT, "ISO 4217 code of the administration's currency"),
    Column("stat_value_usd", MONEY, "statistical value of the item as declared (EAEU column 46)", "USD"),
    Column("item_gross_kg", KG, "gross weight of the item", "kg"),
    Column("item_net_kg", KG, "net weight of the item", "kg"),
    Column("item_packages", COUNT, "packages of the item; 0 where they are counted with another", "packages"),
)
_WHOLE = (
    Column("gross_kg", KG, "gross weight of the whole declaration", "kg"),
    Column("net_kg", KG, "net weight of the whole declaration", "kg"),
    Column("packages", COUNT, "packages of the whole declaration", "packages"),
    Column("invoice_total", MONEY, "invoice total of the whole declaration in invoice_currency", "invoice_currency"),
    Column("invoice_currency", TEXT, "ISO 4217 code of the invoice total"),
    Column("freight_amount", AMOUNT, "freight by freight_mark", "freight_currency"),
    Column("freight_currency", TEXT, "ISO 4217 code"),
    Column("freight_mark", TEXT, _CHARGE_MARK),
    Column("insurance_amount", AMOUNT, "insurance by insurance_mark", "insurance_currency"),
    Column("insurance_currency", TEXT, "ISO 4217 code"),
    Column("insurance_mark", TEXT, _CHARGE_MARK),
    Column("other_amount", AMOUNT, "other charges by other_mark", "other_currency"),
    Column("other_currency", TEXT, "ISO 4217 code"),
    Column("other_mark", TEXT, _CHARGE_MARK),
    Column("container_nos", TEXT, "containers of the item where the form says which, else of the declaration,"
                                  " separated by one blank"),
)  # fmt: skip

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
    columns=(*_IDENTITY, *_HEADER, *_GOODS, *_WHOLE, *VERSIONED),
)
