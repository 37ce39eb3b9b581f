"""China's railway manifest to customs as single-window XML: a train, its consignments, one row per container.

Elements are called as in the WCO data model: 065 declaration office, 149 journey, 152 size and type, 159 equipment,
172 arrival, L010 loading place, R012 carrier, D014 reference of the declaration.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from corridor_etl.sources import _wco, _xml_rows
from corridor_etl.sources._loading_list import BOX_COLUMNS, TRAIN_COLUMNS
from corridor_etl.sources._mass import kilograms
from corridor_etl.sources._source import Source
from corridor_etl.sources._xml import Node
from corridor_etl.sources._xml_head import head_of
from corridor_etl.sources._xml_paths import decimal, nodes, pick
from corridor_etl.sources._xml_rows import PLACE, Layout, Sheet, Values

COLUMNS = tuple(dict.fromkeys((*TRAIN_COLUMNS, *BOX_COLUMNS)))
_MEANS = "BorderTransportMeans"
HEAD = {
    "office_code": "DeclarationOfficeID|DeclarationOffice/ID|ExitCustomsOffice/ID|EntryCustomsOffice/ID",
    "train_no": f"{_MEANS}/JourneyID|{_MEANS}/ID|Itinerary/JourneyID",
    "departure": f"{_MEANS}/DepartureDateTime|LoadingLocation/LoadingDate|LoadingLocation/DepartureDateTime"
    "|DepartureDateTime|ExitDateTime",
    "arrival": f"{_MEANS}/ArrivalDateTime|UnloadingLocation/ArrivalDate|ArrivalDateTime",
    "origin_station": "LoadingLocation/Name|LoadingLocation/ID",
    "destination_station": "UnloadingLocation/Name|UnloadingLocation/ID",
    "carrier": "Carrier/ID",
    "list_version": "VersionID|Version",
    "own_function": "FunctionCode",
    "boxes_stated": "TransportEquipmentQuantity|TotalTransportEquipmentQuantity|ContainerQuantity",
    "packages_stated": "TotalPackageQuantity",
    "gross_stated": "TotalGrossMassMeasure",
}
AROUND = {
    "function": "Head/FunctionCode",
    "head_version": "Head/Version|Head/VersionID",
    "sent_at": "Head/SendTime|Head/SendDateTime",
    "message_type": "Head/MessageType",
}
BOX = {
    "container_no": "EquipmentIdentification/ID|ID|ContainerID",
    "size_type": "CharacteristicCode|SizeTypeCode",
    "full_empty": "FullnessCode",
    "seal_nos": "*SealID|Seal/ID",
    "wagon_no": "WagonID|CarriageID|TransportMeans/ID|LoadingWagon/ID",
    "tare_kg": "TareMassMeasure|TareWeightMeasure",
    "tare_unit": "TareMassMeasure/@unitCode",
    "cargo_gross_kg": "GrossMassMeasure|GoodsMeasure/GrossMassMeasure",
    "gross_unit": "GrossMassMeasure/@unitCode|GoodsMeasure/GrossMassMeasure/@unitCode",
    "packages": "PackageQuantity|ConsignmentPackaging/QuantityQuantity",
}
CONSIGNMENT = {
    "consignment_note_no": "TransportContractDocument/ID",
    "booking_no": "BookingID|BookingReference/ID",
    "declaration_nos": "*PreviousDocument/ID|CustomsDeclaration/ID|DeclarationDocument/ID",
    "packages": "ConsignmentPackaging/QuantityQuantity|TotalPackageQuantity",
    "package_type": "ConsignmentPackaging/TypeCode",
    "cargo_gross_kg": "TotalGrossMassMeasure|GoodsMeasure/GrossMassMeasure|ConsignmentItem/GrossMassMeasure",
    "gross_unit": "TotalGrossMassMeasure/@unitCode|GoodsMeasure/GrossMassMeasure/@unitCode",
    "cargo_net_kg": "TotalNetMassMeasure|GoodsMeasure/NetNetWeightMeasure",
    "goods_description": "~ConsignmentItem/Commodity/CargoDescription|Commodity/CargoDescription|CargoDescription",
    "hs_code": "ConsignmentItem[1]/Commodity/Classification[1]/ID|Commodity/Classification[1]/ID",
    "un_nos": "*ConsignmentItem/Commodity/DangerousGoods/UNDGID|Commodity/DangerousGoods/UNDGID|DangerousGoods/UNDGID",
    "imo_classes": "*ConsignmentItem/Commodity/DangerousGoods/HazardClassificationID"
    "|Commodity/DangerousGoods/HazardClassificationID|DangerousGoods/HazardClassificationID",
    "consignor_name": "Consignor/Name",
    "consignee_name": "Consignee/Name",
    "origin_country": "ConsignmentItem[1]/Origin/OriginCountryCode|Origin/OriginCountryCode",
    "wagon_no": "WagonID|CarriageID",
}
_SHARED = ("packages", "cargo_gross_kg", "cargo_net_kg")
"""What a consignment says of all its containers together: one container has it, several divide it in no known way."""

_STATUSES = {
    "9": "final",
    "2": "corrected",
    "4": "corrected",
    "5": "corrected",
    "1": "cancelled",
    "3": "cancelled",
}
_FULLNESS = {"4": "E", "5": "F", "7": "F", "8": "F"}
_NUMBERS = frozenset(("packages", "cargo_gross_kg", "cargo_net_kg", "tare_kg", "boxes_stated", "packages_stated",
                      "gross_stated"))  # fmt: skip
MOST_TRAIN_CHARS = 17


def _complete(sheet: Sheet) -> None:
    train = _train(sheet)
    by_box = _consignments(sheet)
    for number, row in enumerate(sheet.rows):
        consignment, boxes = by_box.get(number, ({}, 0))
        shared = {n: v for n, v in consignment.items() if n not in _SHARED or boxes == 1}
        merged = {**train, **{n: v for n, v in shared.items() if v}, **{n: v for n, v in row.items() if v}}
        for name, unit in (("cargo_gross_kg", "gross_unit"), ("tare_kg", "tare_unit")):
            merged[name] = kilograms(merged.get(name) or "", merged.get(unit) or "KGM")
        fullness = merged.get("full_empty") or ""
        merged["full_empty"] = _FULLNESS.get(fullness, fullness)
        sheet.rows[number] = {**merged, "row_no": str(number + 1)}
    _judge_train(sheet)
    _compare(sheet)


def _train(sheet: Sheet) -> Values:
    head = sheet.head
    function = (head.get("own_function") or head.get("function") or "9").lstrip("0")
    departed = _wco.iso_time(head.get("departure"))
    status = _STATUSES.get(function, "final")
    stated = head.get("list_version") or head.get("head_version")
    version = _wco.version_of(stated, head.get("sent_at"), is_original=status == "final")
    return {
        "train_no": head.get("train_no"), "departure_date": (departed or "")[:10] or None,
        "planned_departure": (departed or "")[:16].replace("T", " ") if "T" in (departed or "") else None,
        "origin_station": _place(head.get("origin_station")), "list_status": status,
        "destination_station": _place(head.get("destination_station")), "list_version": version,
    }  # fmt: skip


def _place(text: str | None) -> str | None:
    """A port code without the customs office behind it: ``CNHRS/9406`` is CNHRS."""
    return text.split("/")[0] if text and re.match("[A-Z]{5}/", text) else text


def _consignments(sheet: Sheet) -> dict[int, tuple[Values, int]]:
    """Position of a container -> the values of its consignment and how many containers that has."""
    found: dict[int, tuple[Values, int]] = {}
    for node in nodes(sheet.node, "//Consignment"):
        picked, flaws = pick(node, CONSIGNMENT, _NUMBERS)
        sheet.flaws += flaws
        mine = [n for n, row in enumerate(sheet.rows) if _stands_in(node, row.get(PLACE))]
        found |= {n: (picked, len(mine)) for n in mine}
    return found


def _stands_in(node: Node, at: str | None) -> bool:
    return at is not None and node.start < int(at) < node.end


def _judge_train(sheet: Sheet) -> None:
    train = sheet.head.get("train_no") or ""
    office = sheet.head.get("office_code") or ""
    if len(train) > MOST_TRAIN_CHARS:
        text = f"the train number {train[:40]} has {len(train)} characters"
        sheet.found("TRAIN_PLAN", "warning", text, train, f"at most {MOST_TRAIN_CHARS} characters")
    if office and re.fullmatch("[0-9]{4}", office) is None:
        sheet.found("TRAIN_PLAN", "warning", f"the customs office is {office[:20]}", office, "four digits")


def _compare(sheet: Sheet) -> None:
    sums = {
        "boxes_stated": Decimal(len(sheet.rows)),
        "packages_stated": _sum(sheet, "packages"),
        "gross_stated": _sum(sheet, "cargo_gross_kg"),
    }
    for name, actual in sums.items():
        stated = decimal(sheet.head.get(name))
        if stated is not None and actual is not None and stated != actual:
            what = name.removesuffix("_stated")
            text = f"the manifest states {stated:f} for {what}, its containers have {actual:f}"
            sheet.found("ST-008", "warning", text, f"{actual:f}", f"{stated:f}")


def _sum(sheet: Sheet, name: str) -> Decimal | None:
    cells = [decimal(row.get(name)) for row in sheet.rows]
    present = [cell for cell in cells if cell is not None]
    return sum(present, Decimal(0)) if len(present) == len(cells) else None


LAYOUT = Layout(
    name="manifest_cn_rail_xml",
    columns=COLUMNS,
    documents=frozenset(("declaration",)),
    records=frozenset(("transportequipment",)),
    head=HEAD,
    item=BOX,
    around=AROUND,
    complete=_complete,
    numbers=_NUMBERS,
)


def _claims(head: bytes, _file_name: str) -> bool:
    seen = head_of(head)
    return seen is not None and seen.root.lower() == "manifest" and seen.has("Head", "Declaration")


SOURCE = Source(
    name="manifest_cn_rail_xml",
    record_kind="manifest_container",
    meaning="China's railway manifest to customs as XML, one row per container",
    claims=_claims,
    read=partial(_xml_rows.read, LAYOUT),
)
