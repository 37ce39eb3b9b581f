"""Air waybills and packing lists as a document reader extracts them to JSON: raw strings with their evidence.

Each waybill (master and house) and each line of a packing list is a consignment line. A master and its houses are
kept apart: their weights are of the same goods.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from corridor_etl.settings import Sender
from corridor_etl.sources import _json, _xml_paths
from corridor_etl.sources._json import EACH, JsonRow
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_form import root
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source, raw_frame
from corridor_etl.sources._xml import Flaw

COLUMNS = (
    "document_type", "manifest_no", "consignment_no", "item_no", "transport_mode", "conveyance_name",
    "origin_code", "destination_code", "packages", "package_type", "gross_kg", "net_kg", "goods_description",
    "consignor_name", "consignee_name", "message_ref", "dialect",
)  # fmt: skip
_WEIGHTS = {
    "gross": "gross_weight/value_raw",
    "gross_unit": "gross_weight/unit_raw",
    "net": "net_weight/value_raw",
    "net_unit": "net_weight/unit_raw",
}
WAYBILL = {
    **_WEIGHTS,
    "house_no": "hawb_number_raw",
    "master_no": "mawb_number_raw",
    "consignment_no": "primary_awb_number_raw|hawb_number_raw|mawb_number_raw",
    "conveyance_name": "flight_number_raw|carrier_raw",
    "origin_code": "airport_of_departure_raw|origin_raw",
    "destination_code": "airport_of_destination_raw|destination_raw",
    "packages": "pieces_or_packages/value_raw",
    "package_type": "pieces_or_packages/unit_raw",
    "goods_description": "goods_description_raw|nature_of_goods_raw",
    "consignor_name": "shipper/name_raw",
    "consignee_name": "consignee/name_raw",
    "message_ref": "logical_form_id",
}
LINE = {
    **_WEIGHTS,
    "item_no": "source_row_index",
    "goods_description": "~description_raw",
    "packages": "packages/value_raw|package_count_raw",
}
LIST_HEAD = {
    "manifest_no": "packing_list_number_raw|invoice_references_raw",
    "total_gross": "total_gross_weight/value_raw",
    "consignor_name": "shipper/name_raw|exporter/name_raw",
    "consignee_name": "consignee/name_raw|importer/name_raw",
}
_PATHS = {"forms": ("forms", EACH), "rows": ("rows", EACH)}
_UNITS = {"K": "KGM", "KG": "KGM", "KGS": "KGM", "KGM": "KGM", "T": "TNE", "LB": "LBR", "LBS": "LBR"}
Values = dict[str, str | None]


def _read(data: bytes, sender: Sender | None) -> RawFile:
    file = _json.read_document(data, sender.encodings if sender else (), _PATHS.values())
    lines = file.line_numbers()
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    kept: list[Values] = []
    raw_lines: dict[int, str] = {}
    for line, record in zip(lines, file.rows, strict=True):
        values, flaws = _waybill(record) if "forms" in (file.root or {}) else _line(record)
        if bad := record.faults(line) + [RowFault(line, *flaw) for flaw in flaws]:
            faults += bad
            raw_lines[line] = record.text
        else:
            kept.append(values)
            rows.append((line, *(values.get(c) for c in COLUMNS), record.text))
    return RawFile(
        frame=raw_frame(COLUMNS, rows),
        rows_counted=sum(count_records(data, file.encoding, path) for path in _PATHS.values()),
        findings=tuple(_findings(file.root or {}, kept)),
        faults=tuple(faults),
        dialect=f"np_extraction_json {file.encoding}",
        raw_lines=raw_lines,
    )


def _waybill(record: JsonRow) -> tuple[Values, list[Flaw]]:
    values, flaws = _xml_paths.pick(root([_object(record.value)], record.line_no), WAYBILL)
    is_house = bool(values.get("house_no"))
    return _weighed(values) | {
        "document_type": "HAWB" if is_house else "MAWB",
        "manifest_no": values.get("master_no") or values.get("consignment_no"),
        "item_no": "1", "transport_mode": "air", "dialect": "extracted air waybill",
    }, flaws  # fmt: skip


def _line(record: JsonRow) -> tuple[Values, list[Flaw]]:
    values, flaws = _xml_paths.pick(root([_object(record.value)], record.line_no), LINE)
    head, more = _xml_paths.pick(root(record.parents, record.line_no), LIST_HEAD)
    return {**head, **_weighed(values)} | {
        "document_type": "PACKING_LIST", "manifest_no": head.get("manifest_no"),
        "consignment_no": head.get("manifest_no"), "item_no": values.get("item_no") or str(record.number),
        "dialect": "extracted packing list",
    }, [*flaws, *more]  # fmt: skip


def _weighed(values: Values) -> Values:
    for name in ("gross", "net"):
        unit = (values.get(f"{name}_unit") or "").upper().rstrip(".")
        values[f"{name}_kg"] = kilograms(values.get(name) or "", _UNITS.get(unit, unit))
    return values


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _findings(head: Mapping[str, Any], rows: list[Values]) -> list[Finding]:
    if not rows:
        return [Finding("NO_ROWS", "warning", "the file has no lines", 1)]
    stated = _xml_paths.decimal(_json.text_of(_json.at(head, "total_gross_weight.value_raw")))
    weights = [_xml_paths.decimal(row.get("gross_kg")) for row in rows]
    known = [w for w in weights if w is not None]
    actual = sum(known, Decimal(0))
    if stated is None or len(known) < len(weights) or stated == actual:
        return []
    text = f"the list states {stated} kg gross, its lines have {actual}"
    return [Finding("ST-008", "warning", text, None, str(actual), str(stated))]


def _claims(head: bytes, _file_name: str) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{") or b'"role_validation"' not in text:
        return False
    return re.search(rb'"(?:forms|rows|packing_list_number_raw)"\s*:', text) is not None


SOURCE = Source(
    name="np_extraction_json",
    record_kind="consignment",
    meaning="air waybills and packing lists extracted to JSON, one row per waybill or line",
    claims=_claims,
    read=_read,
)
