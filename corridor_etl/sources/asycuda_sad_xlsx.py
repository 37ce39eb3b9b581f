"""ASYCUDA declarations (SAD) typed into a workbook: one sheet for the head, one with a row per item.

Columns are found by the XML path in their header (``Item->Tarification->HScode->Commodity_code``).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet
from corridor_etl.sources._child import guarded
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import Finding, RawFile, Source
from corridor_etl.sources._table import Stated, Table

_HEAD = {
    "Identification->Type->Type_of_declaration": "declaration_type",
    "Identification->Type->Declaration_gen_procedure_code": "general_procedure",
    "Identification->Office_segment->Customs_clearance_office_code": "office_code",
    "Identification->Registration->Number": "declaration_no",
    "Identification->Registration->Date": "declared_on",
    "Property->Nbers->Total_number_of_items": "items_stated",
    "Property->Nbers->Total_number_of_packages": "packages",
    "Property->Nbers->Total_number_of_packages(Nuk lexohet ketu)": "packages",
    "General_information->Country->Trading_country": "trade_country",
    "General_information->Country->Export->Export_country_code": "dispatch_country",
    "General_information->Country->Destination_country_code": "destination_country",
    "General_information->Country->Destination->Destination_country_code": "destination_country",
    "Transport->Delivery_terms->Code": "incoterm",
    "Transport->Means_of_transport->Border_information->Mode": "transport_mode",
    "Transport->Border_office->Code": "border_office_code",
    "Valuation->Gs_Invoice->Currency_code": "invoice_currency",
    "Valuation->Gs_Invoice->Amount_foreign_currency": "invoice_total",
}
_GOODS, _WEIGHT = "Item->Tarification->Goods_description", "Item->Valuation_item->Weight_itm"
_ITEM = {
    "Item->Packages->Number_of_packages": "item_packages",
    "Item->Packages->Kind_of_packages_code": "package_type",
    f"{_GOODS}->Description_of_goods": "tariff_description",
    f"{_GOODS}->Commercial_Description": "goods_name",
    "Item->Tarification->HScode->Commodity_code": "hs_code",
    f"{_GOODS}->Country_of_origin_code": "origin_country",
    "Item->Goods_description->Commercial_Description": "goods_name",
    "Item->Goods_description->Country_of_origin_code": "origin_country",
    f"{_WEIGHT}->Gross_weight_itm": "item_gross_kg",
    f"{_WEIGHT}->Net_weight_itm": "item_net_kg",
    "Item->Valuation_item->Item_Invoice Amount_foreign_currency": "total_price",
    "Item->Valuation_item->Item_Invoice->Amount_foreign_currency": "total_price",
    "Item->Valuation_item->Item_Invoice Currency_code": "currency",
    "Item->Valuation_item->Item_Invoice->Currency_code": "currency",
    "Item->Tarification->Extended_customs_procedure": "extended_procedure",
    "Suppplementary_unit_code": "first_unit_code",
    "Suppplementary_unit_quantity": "first_quantity",
}
_FLAGS = {"IM": "I", "EX": "E", "TR": "T"}


@cache
def _head_layout() -> Layout:
    return Layout("the head of asycuda_sad_xlsx", _HEAD, ())


@cache
def _layout() -> Layout:
    return Layout("asycuda_sad_xlsx", _ITEM, ("hs_code",))


HEAD = Table(layout=_head_layout, keys=("office_code", "declaration_type"))
TABLE = Table(
    layout=_layout,
    keys=("hs_code",),
    quantities=frozenset(("item_packages", "item_gross_kg", "item_net_kg", "total_price")),
    whole_codes=frozenset(("hs_code",)),
    head=HEAD,
    stated=(Stated("items_stated", "", "ST-009"), Stated("packages", "item_packages")),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    raw = _spreadsheet.read(TABLE, data)
    lines = sorted({*raw.frame["line_no"], *(f.line_no for f in raw.faults)})
    numbers = pl.Series([lines.index(line) + 1 for line in raw.frame["line_no"]], dtype=pl.Int64)
    frame = raw.frame.with_columns(
        item_no=numbers.cast(pl.String),
        regime=pl.col("office_code").str.extract("^([A-Z]{2})[0-9]"),
        ie_flag=pl.col("declaration_type").str.slice(0, 2).replace_strict(_FLAGS, default=None),
        document_kind=pl.concat_str(
            "declaration_type", "general_procedure", separator=" ", ignore_nulls=True
        ),
        procedure_code=pl.col("extended_procedure").str.slice(0, 2),
        previous_procedure_code=pl.col("extended_procedure").str.slice(2, 2),
        currency=pl.coalesce("currency", "invoice_currency"),
    )
    return _named(replace(raw, frame=frame), data)


def _named(raw: RawFile, data: bytes) -> RawFile:
    """A declaration without registration gets a name by its content, so that its items stay together."""
    if raw.frame["declaration_no"].null_count() < raw.frame.height or raw.frame.is_empty():
        return raw
    name = f"draft-{hashlib.sha256(data).hexdigest()[:12]}"
    text = f"the declaration has no registration: it is known as {name}"
    found = Finding("UNREGISTERED", "info", text, None, "", "Registration with number and date")
    frame = raw.frame.with_columns(declaration_no=pl.lit(name))
    return replace(raw, frame=frame, findings=(*raw.findings, found))


SOURCE = Source(
    name="asycuda_sad_xlsx",
    record_kind="declaration_item",
    meaning="ASYCUDA declaration (SAD) typed into a workbook, one row per item",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
