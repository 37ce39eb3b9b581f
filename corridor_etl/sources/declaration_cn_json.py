"""China customs declarations as JSON: by the names of the electronic form, or as brokers' tools write them.

Both are read by tables of paths; the broker's names for codes are Chinese words, which staging knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from corridor_etl.settings import Sender
from corridor_etl.sources import _cn_form, _declaration, _json, _xml_paths
from corridor_etl.sources._json import EACH, JsonRow, Path
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_form import root
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source, raw_frame
from corridor_etl.sources._xml import Flaw
from corridor_etl.sources._xml_rows import Sheet, Values

_TERMS = {"CIF": "1", "CFR": "2", "C&F": "2", "CNF": "2", "FOB": "3", "EXW": "7"}
"""China's transaction mode of a delivery term."""

BROKER_HEAD = {
    "declaration_no": "declaration/customs_no|declaration/entry_id",
    "declared_on": "declaration/declaration_date|declaration_date",
    "released_on": "declaration/release_date",
    "office_code": "declaration/customs_office",
    "border_office_code": "declaration/port_customs|declaration/exit_customs",
    "supervision_mode": "declaration/trade_mode",
    "status": "declaration/status",
    "version": "declaration/version",
    "stated_flag": "declaration/ie_flag|ie_flag",
    "transport_mode": "shipment/transport_mode",
    "train_no": "shipment/train_no",
    "bl_no": "shipment/bill_no",
    "trade_country": "trade/country|country_code|country",
    "destination_country": "trade/destination_country|country_code|country",
    "incoterm": "trade/incoterm",
    "freight_amount": "trade/freight",
    "insurance_amount": "trade/insurance",
    "other_amount": "trade/other_charges",
    "packages": "totals/packages",
    "gross_kg": "totals/gross_weight_kg",
    "net_kg": "totals/net_weight_kg",
    "invoice_total": "totals/total_price|totals/amount|totals/invoice_total",
    "items_stated": "totals/items|totals/item_count",
    "container_nos": "*shipment/container_no|shipment/container_nos|containers/container_no",
    "trader_uscc": "domestic_consignor/credit_code|domestic_consignee/credit_code",
    "declarant_uscc": "declaration_agent/credit_code",
    "sender_here": "domestic_consignor/name",
    "receiver_here": "domestic_consignee/name",
}
BROKER_ITEM = {
    "item_no": "line_no|line|item_no",
    "hs_code": "hs_code",
    "goods_name": "description_cn|declaration_name|description",
    "quantity": "quantity",
    "unit_code": "unit",
    "second_quantity": "second_quantity",
    "second_unit_code": "second_unit",
    "first_quantity": "first_quantity|legal_quantity",
    "first_unit_code": "first_unit|legal_unit",
    "unit_price": "unit_price|unit_price_v4",
    "total_price": "total_price|amount",
    "currency": "currency",
    "origin_country": "origin_country",
    "destination_country": "destination_country",
    "item_gross_kg": "gross_weight_kg",
    "item_net_kg": "net_weight_kg",
    "item_packages": "cartons|packages",
    "container_nos": "*container_no|container_nos",
}


def complete_broker(sheet: Sheet) -> None:
    """Fills flag and transaction mode; a declaration with a sender here is an export."""
    head = sheet.head
    stated = head.get("stated_flag")
    by_party = "E" if head.get("sender_here") else "I" if head.get("receiver_here") else None
    head["ie_flag"] = stated or by_party
    head["transaction_mode"] = _TERMS.get((head.get("incoterm") or "").upper())
    for charge in ("freight", "insurance", "other"):
        head[f"{charge}_mark"] = "3" if head.get(f"{charge}_amount") else None


class _Shape(NamedTuple):
    """One layout: where its records stand, and how it is read."""

    paths: tuple[Path, ...]
    head: Mapping[str, str]
    item: Mapping[str, str]
    complete: Callable[[Sheet], None]


def _form_paths() -> tuple[Path, ...]:
    around: tuple[Path, ...] = ((), (EACH,), ("DecMessage",), ("DecMessage", EACH), (EACH, "DecMessage"))
    lists: tuple[Path, ...] = (("DecLists", EACH), ("DecLists", "DecList", EACH), ("DecList", EACH))
    exact = [(*a, *b) for a in around for b in lists]
    return tuple(exact + [tuple(_lower_first(s) for s in path) for path in exact])


def _lower_first(step: str) -> str:
    return step[:1].lower() + step[1:]


FORM = _Shape(_form_paths(), _cn_form.HEAD, _cn_form.ITEM, _cn_form.complete)
BROKER = _Shape((("items", EACH), (EACH, "items", EACH)), BROKER_HEAD, BROKER_ITEM, complete_broker)


def _names(head: bytes) -> frozenset[str]:
    text = head.replace(b"\x00", b"").decode("utf-8", "ignore")
    if not text.lstrip("\ufeff \t\r\n\xff\xfe").startswith(("{", "[")):
        return frozenset()
    return frozenset(re.findall(r'"([A-Za-z_]{1,40})"\s*:', text))


def _shape(head: bytes) -> _Shape | None:
    names = _names(head)
    if {"DecHead", "decHead"} & names:
        return FORM
    is_broker = {"items", "totals", "hs_code"} <= names and {"declaration", "declaration_date"} & names
    return BROKER if is_broker else None


def _read(data: bytes, sender: Sender | None) -> RawFile:
    shape = _shape(data) or FORM
    file = _json.read_document(data, sender.encodings if sender else (), shape.paths)
    lines = dict(zip((r.number for r in file.rows), file.line_numbers(), strict=True))
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    findings: list[Finding] = []
    for group in _declarations(file.rows):
        sheet, flaws = _sheet(shape, group)
        findings += sheet.findings
        for record, values, own in zip(group, sheet.rows, flaws, strict=True):
            line = lines[record.number]
            bad = record.faults(line) + [RowFault(line, *flaw) for flaw in (*own, *sheet.flaws)]
            faults += bad
            if not bad:
                rows.append((line, *(values.get(c) for c in _declaration.COLUMNS), record.text))
    findings += _json.census(file.rows, _known(shape), is_case_blind=True)
    bad_lines = {fault.line_no for fault in faults}
    return RawFile(
        frame=raw_frame(_declaration.COLUMNS, rows),
        rows_counted=sum(count_records(data, file.encoding, path) for path in shape.paths),
        findings=tuple(findings)
        if file.rows
        else (Finding("NO_ROWS", "warning", "the file has no items", 1),),
        faults=tuple(faults),
        dialect=f"declaration_cn_json {file.encoding}",
        raw_lines={lines[r.number]: r.text for r in file.rows if lines[r.number] in bad_lines},
    )


def _declarations(rows: tuple[JsonRow, ...]) -> list[list[JsonRow]]:
    """Records by the object they stand in; each of those is one declaration."""
    groups: dict[tuple[int, ...], list[JsonRow]] = {}
    for record in rows:
        groups.setdefault(tuple(id(parent) for parent in record.parents), []).append(record)
    return list(groups.values())


def _sheet(shape: _Shape, group: list[JsonRow]) -> tuple[Sheet, list[list[Flaw]]]:
    node = root(group[0].parents, group[0].line_no)
    head, flaws = _xml_paths.pick(node, shape.head, _declaration.NUMBERS)
    picked = [
        _xml_paths.pick(root([_object(r.value)], r.line_no), shape.item, _declaration.NUMBERS) for r in group
    ]
    rows: list[Values] = [dict(values) for values, _ in picked]
    sheet = Sheet(head, rows, node, [r.text for r in group], flaws)
    _declaration.finish(sheet, shape.complete)
    return sheet, [own for _, own in picked]


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _known(shape: _Shape) -> frozenset[str]:
    names = (part for path in shape.item.values() for part in path.lstrip("*~+").split("|"))
    return frozenset(names) | _PASSED_OVER


_PASSED_OVER = frozenset((
    "GModel", "CiqCode", "DutyMode", "DistrictCode", "UseTo", "ContrItem", "specification", "description_en",
    "record_item_no", "source_place", "tax_exemption", "declaration_elements", "note",
))  # fmt: skip
"""Members of items that are known and say nothing a record has a column for."""

SOURCE = Source(
    name="declaration_cn_json",
    record_kind="declaration_item",
    meaning="China customs declarations as JSON, one row per item",
    claims=lambda head, _file_name: _shape(head) is not None,
    read=_read,
)
