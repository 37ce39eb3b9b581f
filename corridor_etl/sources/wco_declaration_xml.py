"""Declarations in the WCO data model 3.x: GoodsShipment with its GovernmentAgencyGoodsItems, one row each."""

from __future__ import annotations

from functools import partial

from corridor_etl.reference import country
from corridor_etl.sources import _declaration, _wco, _xml_rows
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._source import Source
from corridor_etl.sources._xml_rows import Sheet, Values

HEAD = {
    "declaration_no": "ID|FunctionalReferenceID",
    "document_kind": "TypeCode",
    "function": "FunctionCode",
    "version": "VersionID",
    "issued_at": "IssueDateTime/DateTimeString|IssueDateTime",
    "declared_on": "AcceptanceDateTime/DateTimeString|AcceptanceDateTime|IssueDateTime/DateTimeString|IssueDateTime",
    "released_on": "ReleaseDateTime/DateTimeString|ReleaseDateTime",
    "items_stated": "GoodsItemQuantity",
    "packages": "TotalPackageQuantity",
    "gross_kg": "TotalGrossMassMeasure|GoodsShipment/TotalGrossMassMeasure",
    "gross_unit": "TotalGrossMassMeasure/@unitCode|GoodsShipment/TotalGrossMassMeasure/@unitCode",
    "office_code": "DeclarationOfficeID|DeclarationOffice/ID",
    "border_office_code": "ExitOffice/ID|EntryOffice/ID|GoodsShipment/EntryOffice/ID|GoodsShipment/ExitOffice/ID",
    "transport_mode": "BorderTransportMeans/ModeCode",
    "conveyance": "BorderTransportMeans/ID",
    "invoice_total": "InvoiceAmount|GoodsShipment/InvoiceAmount|GoodsShipment/Invoice/TotalAmount",
    "invoice_currency": "InvoiceAmount/@currencyID|GoodsShipment/InvoiceAmount/@currencyID",
    "dispatch_country": "GoodsShipment/ExportCountry/ID|GoodsShipment/ExportCountry/CountryCode",
    "destination_country": "GoodsShipment/Destination/CountryCode",
    "bl_no": "GoodsShipment/Consignment/TransportContractDocument[1]/ID",
    "incoterm": "GoodsShipment/TradeTerms/ConditionCode",
    "freight_amount": "GoodsShipment/CustomsValuation/FreightChargeAmount",
    "freight_currency": "GoodsShipment/CustomsValuation/FreightChargeAmount/@currencyID",
    "container_nos": "*GoodsShipment/Consignment/TransportEquipment/ID"
    "|GoodsShipment/Consignment/TransportEquipment/EquipmentIdentification/ID"
    "|//TransportEquipment/ID|//TransportEquipment/EquipmentIdentification/ID",
}
ITEM = {
    "item_no": "SequenceNumeric",
    "tariff_code": "Commodity/Classification[IdentificationTypeCode=TSP]/ID|Commodity/Classification/ID",
    "tariff_suffix": "Commodity/Classification[IdentificationTypeCode=TRC]/ID",
    "goods_name": "~Commodity/Description",
    "item_gross_kg": "Commodity/GoodsMeasure/GrossMassMeasure|GoodsMeasure/GrossMassMeasure",
    "gross_unit": "Commodity/GoodsMeasure/GrossMassMeasure/@unitCode|GoodsMeasure/GrossMassMeasure/@unitCode",
    "item_net_kg": "Commodity/GoodsMeasure/NetNetWeightMeasure|GoodsMeasure/NetNetWeightMeasure",
    "net_unit": "Commodity/GoodsMeasure/NetNetWeightMeasure/@unitCode|GoodsMeasure/NetNetWeightMeasure/@unitCode",
    "first_quantity": "Commodity/GoodsMeasure/TariffQuantity|GoodsMeasure/TariffQuantity",
    "first_unit_code": "Commodity/GoodsMeasure/TariffQuantity/@unitCode|GoodsMeasure/TariffQuantity/@unitCode",
    "total_price": "Commodity/InvoiceLine/ItemChargeAmount|InvoiceLine/ItemChargeAmount",
    "price_currency": "Commodity/InvoiceLine/ItemChargeAmount/@currencyID|InvoiceLine/ItemChargeAmount/@currencyID",
    "customs_value_local": "CustomsValueAmount|StatisticalValueAmount",
    "value_currency": "CustomsValueAmount/@currencyID|StatisticalValueAmount/@currencyID",
    "procedure_code": "GovernmentProcedure[1]/CurrentCode",
    "previous_procedure_code": "GovernmentProcedure[1]/PreviousCode",
    "origin_country": "Origin[TypeCode=1]/CountryCode|Origin/CountryCode",
    "destination_country": "Destination/CountryCode",
    "item_packages": "+Packaging/QuantityQuantity",
    "container_nos": "*TransportEquipment/ID|TransportEquipment/EquipmentIdentification/ID",
}
_FLAGS = {"IM": "I", "EX": "E", "CO": "I", "TT": "T", "TR": "T"}
_RAIL = "2"
_INVALIDATION = "INV"


def complete(sheet: Sheet) -> None:
    """Fills administration, flag, codes, currencies, units and what the message does to earlier ones."""
    head = sheet.head
    head["regime"] = (
        country.alpha2(head.get("responsible_country")) or (head.get("office_code") or "")[:2] or None
    )
    kind = head.get("document_kind") or ""
    head["ie_flag"] = _FLAGS.get(kind[:2].upper())
    for name in ("declared_on", "released_on"):
        head[name] = (_wco.iso_time(head.get(name)) or "")[:10] or None
    head["gross_kg"] = kilograms(head.get("gross_kg") or "", head.get("gross_unit") or "KGM")
    head["freight_mark"] = "3" if head.get("freight_amount") else None
    head["train_no"] = head.get("conveyance") if head.get("transport_mode") == _RAIL else None
    for row in sheet.rows:
        _complete_item(row, head)
    _put_function(sheet, kind)


def _complete_item(row: Values, head: Values) -> None:
    code, suffix = row.get("tariff_code"), row.get("tariff_suffix")
    row["hs_code"] = f"{code}{suffix}" if code and suffix and len(suffix) == 2 else code
    row["item_gross_kg"] = kilograms(row.get("item_gross_kg") or "", row.get("gross_unit") or "KGM")
    row["item_net_kg"] = kilograms(row.get("item_net_kg") or "", row.get("net_unit") or "KGM")
    row["local_currency"] = row.get("value_currency")
    row["currency"] = row.get("price_currency") or head.get("invoice_currency") or row.get("value_currency")
    if row.get("value_currency") == "USD":
        row["stat_value_usd"] = row.get("customs_value_local")


def _put_function(sheet: Sheet, kind: str) -> None:
    head = sheet.head
    correction, action = _wco.FUNCTIONS.get((head.get("function") or "9").lstrip("0"), ("original", "insert"))
    if kind.upper() == _INVALIDATION:
        correction, action = "revoke", "cancel"
    head["correction_kind"], head["action"] = correction, action
    sent = head.get("issued_at") or head.get("sent_at")
    head["version"] = _wco.version_of(head.get("version"), sent, is_original=action == "insert")
    if action == "insert" and head["version"] != "1":
        head["action"] = "replace"
    if action == "cancel" and not sheet.rows:
        sheet.found("CANCEL_WITHOUT_ITEMS", "warning",
                    f"{head.get('declaration_no')} is to be cancelled, but the message names no items",
                    head.get("declaration_no") or "", "the items of the declaration")  # fmt: skip


LAYOUT = _declaration.layout(
    "wco_declaration_xml",
    documents=frozenset(("declaration",)),
    records=frozenset(("governmentagencygoodsitem",)),
    head=HEAD,
    item=ITEM,
    complete=complete,
    around={
        "responsible_country": "ResponsibleCountryCode",
        "sent_at": "CommunicationMetaData/PreparationDateTime/DateTimeString|CommunicationMetaData/PreparationDateTime",
    },
)


def _claims(head: bytes, _file_name: str) -> bool:
    seen = _wco.recognised(head)
    return seen is not None and not _wco.is_response(seen) and seen.has("Declaration")


SOURCE = Source(
    name="wco_declaration_xml",
    record_kind="declaration_item",
    meaning="declarations in the WCO data model as XML, one row per goods item",
    claims=_claims,
    read=partial(_xml_rows.read, LAYOUT),
)
