"""DCSA event messages in all versions as one flat shape, and the tables of their codes.

Version 2 writes an event as one object, version 3 in parts (``eventClassification``, ``equipmentDetails`` ...), and a
beta of it as ``metadata`` and ``payload``. Which record an event becomes is for ``dcsa_tnt_json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from corridor_etl.reference import country
from corridor_etl.reference._tables import table
from corridor_etl.sources._json import text_of
from corridor_etl.sources._json_rows import Flaw, first_text

_PARTS = (
    "metadata",
    "payload",
    "eventClassification",
    "equipmentDetails",
    "transportDetails",
    "shipmentDetails",
)
TYPES = ("EQUIPMENT", "TRANSPORT", "SHIPMENT")

PLACE = {
    "facility_code": (
        "eventLocation.UNLocationCode", "transportCall.location.UNLocationCode", "transportCall.UNLocationCode",
    ),
    "terminal_code": (
        "eventLocation.facilityCode", "eventLocation.facility.facilityCode", "transportCall.facilityCode",
        "transportCall.location.facilityCode",
    ),
}  # fmt: skip
CONVEYANCE = {
    "transport_mode": ("transportCall.modeOfTransport", "modeOfTransport"),
    "conveyance_name": (
        "transportCall.vessel.vesselName", "transportCall.vesselTransport.vesselName", "transportCall.vesselName",
        "transportCall.vessel.name", "transportCall.railTransport.railServiceReference",
        "transportCall.railServiceReference", "railServiceReference",
    ),
    "vessel_imo": (
        "transportCall.vessel.vesselIMONumber", "transportCall.vesselTransport.vesselIMONumber",
        "transportCall.vesselIMONumber",
    ),
}  # fmt: skip
_VOYAGES = {
    "export": (
        "transportCall.exportVoyageNumber", "transportCall.carrierExportVoyageNumber",
        "transportCall.exportVoyageNumberOrReference.carrierVoyageNumber",
    ),
    "import": (
        "transportCall.importVoyageNumber", "transportCall.carrierImportVoyageNumber",
        "transportCall.importVoyageNumberOrReference.carrierVoyageNumber",
    ),
}  # fmt: skip
_INBOUND = ("DISC", "GTOT", "ARRI")
_LISTS = ("documentReferences", "relatedDocumentReferences", "additionalDocumentReferences", "references")
_TYPE_KEYS = ("documentReferenceType", "referenceType", "typeCode", "type")
_VALUE_KEYS = ("documentReferenceValue", "referenceValue", "reference", "value")


def flat(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with the members of its parts beside its own, which come first."""
    merged = dict(event)
    for part in _PARTS:
        inner = merged.get(part)
        for key, value in inner.items() if isinstance(inner, dict) else ():
            merged.setdefault(key, value)
    return merged


def type_of(event: Mapping[str, Any]) -> str:
    """EQUIPMENT, TRANSPORT, SHIPMENT, or what else an event says it is; "" where it says nothing."""
    stated = first_text(event, ("eventType", "eventTypeCode"))
    if stated:
        return stated.upper()
    return next((t for t in TYPES if text_of(event.get(f"{t.lower()}EventTypeCode"))), "")


def is_event(value: Any) -> bool:
    """Whether an object looks like an event at all."""
    return isinstance(value, dict) and ("eventDateTime" in flat(value) or type_of(flat(value)) != "")


@cache
def _codes(kind: str) -> dict[str, str]:
    rows = table("dcsa_event_codes").filter(list=kind).select("code", "tnt_v3_name").iter_rows()
    known: dict[str, str] = {}
    for code, long_name in rows:
        known[code] = code
        if long_name:
            known[long_name] = code
    return known


def code_of(kind: str, event: Mapping[str, Any]) -> str | None:
    """The short event code of an event of a type, from its short or long name; None for an unknown one."""
    return _codes(kind).get((text_of(event.get(f"{kind.lower()}EventTypeCode")) or "").strip().upper())


def voyage(event: Mapping[str, Any], code: str) -> str | None:
    """The voyage the event belongs to: inbound for discharge, arrival and gate-out, outbound for the rest."""
    order = ("import", "export") if code in _INBOUND else ("export", "import")
    return first_text(
        event, ("transportCall.carrierVoyageNumber", *(p for side in order for p in _VOYAGES[side]))
    )


def references(event: Mapping[str, Any], kind: str) -> list[str]:
    """The values of an event's references of a kind (BKG, TRD, EQ ...), in the order given, each once."""
    found = [event.get("documentReference"), *(r for name in _LISTS for r in _listed(event.get(name)))]
    values = [first_text(r, _VALUE_KEYS) for r in found if first_text(r, _TYPE_KEYS) == kind]
    return list(dict.fromkeys(v for v in values if v))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def seals(event: Mapping[str, Any]) -> str | None:
    """The seal numbers, one blank between."""
    numbers = [first_text(s, ("sealNumber", "number")) for s in _listed(event.get("seals"))]
    return " ".join(n for n in numbers if n) or None


def minute_of(text: str | None) -> str | None:
    """A moment with its offset as the number of its minute since 1970, which orders versions; None for another text."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return str(int(moment.timestamp()) // 60) if moment.tzinfo else None


def place_flaw(code: str | None) -> Flaw | None:
    """What is wrong with a UN/LOCODE whatever register is at hand: its shape, or a country that does not exist."""
    expected = "a UN/LOCODE: two letters of a country and three letters or digits"
    if code is None:
        return None
    is_shaped = len(code) == 5 and code.isascii() and code.isalnum()
    if is_shaped and code[:2].upper() in country.known_codes():
        return None
    return "ID-031", "facility_code", code, expected
