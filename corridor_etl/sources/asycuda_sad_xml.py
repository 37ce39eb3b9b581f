"""ASYCUDA World declarations (SAD) as XML: one row per Item; a container repeated per item is one container."""

from __future__ import annotations

import hashlib
import re
from functools import partial

from corridor_etl.reference._tables import mapping
from corridor_etl.sources import _declaration, _xml_rows
from corridor_etl.sources._source import Source
from corridor_etl.sources._xml_head import head_of
from corridor_etl.sources._xml_paths import decimal, first, nodes
from corridor_etl.sources._xml_rows import Sheet, Values

_COUNTRY = "General_information/Country"
HEAD = {
    "flow": "Property/Sad_flow",
    "items_stated": "Property/Nbers/Total_number_of_items",
    "packages": "Property/Nbers/Total_number_of_packages",
    "office_code": "Identification/Office_segment/Customs_clearance_office_code",
    "type": "Identification/Type/Type_of_declaration",
    "type_procedure": "Identification/Type/Declaration_gen_procedure_code",
    "serial": "Identification/Registration/Serial_number",
    "number": "Identification/Registration/Number",
    "number_day": "Identification/Registration/Date",
    "reference": "Declarant/Reference/Number|Declarant/Reference/Commercial_reference_number",
    "declarant": "Declarant/Declarant_code",
    "trade_country": f"{_COUNTRY}/Trading_country",
    "dispatch_country": f"{_COUNTRY}/Export/Export_country_code",
    "destination_country": f"{_COUNTRY}/Destination/Destination_country_code",
    "border_office_code": "Transport/Border_office/Code",
    "transport_mode": "Transport/Means_of_transport/Border_information/Mode",
    "incoterm": "Transport/Delivery_terms/Code",
    "gross_kg": "Valuation/Weight/Gross_weight|Valuation/Total/Total_weight",
    "customs_value_total": "Valuation/Total_CIF",
    "invoice_total": "Valuation/Gs_Invoice/Amount_foreign_currency|Valuation/Total/Total_invoice",
    "invoice_currency": "Valuation/Gs_Invoice/Currency_code",
    "freight_amount": "Valuation/Gs_external_freight/Amount_foreign_currency",
    "freight_currency": "Valuation/Gs_external_freight/Currency_code",
    "insurance_amount": "Valuation/Gs_insurance/Amount_foreign_currency",
    "insurance_currency": "Valuation/Gs_insurance/Currency_code",
    "other_amount": "Valuation/Gs_other_cost/Amount_foreign_currency",
    "other_currency": "Valuation/Gs_other_cost/Currency_code",
}
# The tripled "ppp" is how ASYCUDA spells it.
_UNIT = "Tarification/Supplementary_unit[1]"
ITEM = {
    "hs_code": "Tarification/HScode/Commodity_code",
    "goods_name": "Goods_description/Commercial_Description|Goods_description/Description_of_goods",
    "origin_country": "Goods_description/Country_of_origin_code",
    "extended_procedure": "Tarification/Extended_customs_procedure",
    "item_packages": "+Packages/Number_of_packages",
    "item_gross_kg": "Valuation_item/Weight_itm/Gross_weight_itm",
    "item_net_kg": "Valuation_item/Weight_itm/Net_weight_itm",
    "total_price": "Valuation_item/Item_Invoice/Amount_foreign_currency|Tarification/Item_price",
    "currency": "Valuation_item/Item_Invoice/Currency_code",
    "customs_value_local": "Valuation_item/Total_CIF_itm|Valuation_item/Statistical_value",
    "first_quantity": f"{_UNIT}/Suppplementary_unit_quantity|{_UNIT}/Supplementary_unit_quantity",
    "first_unit_code": f"{_UNIT}/Suppplementary_unit_code|{_UNIT}/Supplementary_unit_code",
}
_FLAGS = {"IM": "I", "EX": "E", "TR": "T"}
_TOTAL_AMOUNT = "3"


def complete(sheet: Sheet) -> None:
    """Fills administration, number, dates, procedures and the containers of each item."""
    head = sheet.head
    kind = (head.get("type") or "").upper()
    head["ie_flag"] = _FLAGS.get(kind[:2]) or (head.get("flow") or "")[:1] or None
    head["document_kind"] = " ".join(filter(None, (head.get("type"), head.get("type_procedure")))) or None
    head["regime"] = _administration(head)
    head["local_currency"] = _currencies(head["regime"])
    head["currency"] = head.get("invoice_currency")
    _put_number(sheet)
    for charge in ("freight", "insurance", "other"):
        is_stated = bool(decimal(head.get(f"{charge}_amount")))
        head[f"{charge}_mark"] = _TOTAL_AMOUNT if is_stated else None
    for position, row in enumerate(sheet.rows, start=1):
        row["item_no"] = row.get("item_no") or str(position)
        procedure = row.get("extended_procedure") or ""
        row["procedure_code"], row["previous_procedure_code"] = procedure[:2] or None, procedure[2:4] or None
    _put_containers(sheet)


def _administration(head: Values) -> str | None:
    """The country whose customs this is: in front of the office's code, else the side of the border that declares."""
    office = re.match(r"([A-Z]{2})[0-9]", head.get("office_code") or "")
    if office:
        return office[1]
    return head.get("dispatch_country" if head.get("ie_flag") == "E" else "destination_country")


def _currencies(regime: str | None) -> str | None:
    codes = (
        (mapping("iso3166", "alpha2", "currency_codes").get(regime or "") or "").replace(";", ",").split(",")
    )
    return codes[0].strip() or None if len(codes) == 1 else None


def _put_number(sheet: Sheet) -> None:
    head = sheet.head
    head["declared_on"] = _day(head.get("number_day"))
    if head.get("number"):
        year = (head["declared_on"] or "")[:4]
        serial = f"{head.get('serial') or ''}{head['number']}"
        head["declaration_no"] = "/".join(filter(None, (head.get("office_code"), year, serial)))
        return
    own = "-".join(filter(None, (head.get("declarant"), head.get("reference"))))
    head["declaration_no"] = own if head.get("reference") else _by_content(sheet)
    text = f"the declaration has no registration: it is known as {head['declaration_no']}"
    sheet.found("UNREGISTERED", "info", text, "", "Registration with number and date")


def _by_content(sheet: Sheet) -> str:
    """A name for a declaration that has none: the same content has the same."""
    return "draft-" + hashlib.sha256("\n".join(sheet.contents).encode()).hexdigest()[:12]


def _day(text: str | None) -> str | None:
    """``10/28/16``, month first, as ASYCUDA writes dates; other layouts as they are."""
    found = re.fullmatch("([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})", text or "")
    return f"20{found[3]}-{found[1]:0>2}-{found[2]:0>2}" if found else text


def _put_containers(sheet: Sheet) -> None:
    boxes = nodes(sheet.node, "Container")
    for row in sheet.rows:
        named = [b for b in boxes if (first(b, "Item_Number") or row["item_no"]) == row["item_no"]]
        texts = dict.fromkeys(first(b, "Container_identity") or "" for b in named)
        row["container_nos"] = ";".join(t for t in texts if t) or None


LAYOUT = _declaration.layout(
    "asycuda_sad_xml",
    documents=frozenset(("asycuda",)),
    records=frozenset(("item",)),
    head=HEAD,
    item=ITEM,
    complete=complete,
)


def _claims(head: bytes, _file_name: str) -> bool:
    seen = head_of(head)
    return seen is not None and seen.root.upper() == "ASYCUDA"


SOURCE = Source(
    name="asycuda_sad_xml",
    record_kind="declaration_item",
    meaning="ASYCUDA World declarations (SAD) as XML, one row per item",
    claims=_claims,
    read=partial(_xml_rows.read, LAYOUT),
)
