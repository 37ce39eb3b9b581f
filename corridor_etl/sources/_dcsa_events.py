"""One Track and Trace event to the raw row of its record kind, or to the reasons why it is none.

A retraction cancels the event it names: by that event's own key where it stands in the same file, else by the
details the retraction repeats; one that has neither waits (ST-007). Version 3 numbers its versions by the minute of
``eventUpdatedDateTime``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor_etl.sources import _dcsa
from corridor_etl.sources._json_rows import Flaw, Judged, first_text, texts

Event = Mapping[str, Any]
Values = dict[str, str | None]

_ALWAYS = ("message_ref", "dialect", "version", "action")
COLUMNS: dict[str, tuple[str, ...]] = {
    "port_event": (
        "event_code", "classifier", "container_no", "size_type", "full_empty", "trade_status", "facility_code",
        "terminal_code", "transport_mode", "conveyance_name", "voyage_no", "vessel_imo", "wagon_no", "seal_nos",
        "booking_no", "bl_no", "event_time", "event_ref", *_ALWAYS,
    ),
    "transport_event": (
        "event_code", "classifier", "conveyance_key", "conveyance_name", "vessel_imo", "voyage_no", "service_code",
        "transport_mode", "facility_code", "terminal_code", "call_ref", "delay_reason_code", "remarks", "event_at",
        "event_ref", *_ALWAYS,
    ),
    "document_event": (
        "document_type", "document_no", "status_code", "event_key", "event_at", "classifier", "reasons",
        "container_nos", *_ALWAYS,
    ),
}  # fmt: skip
_CLASSIFIERS = ("ACT", "EST", "PLN")
# EDIFACT 8249, which port events are read by.
_TRADE = {"EXPORT": "2", "IMPORT": "3", "TRANSHIPMENT": "6", "TRANSSHIPMENT": "6"}
_DOCUMENTS = {
    "BKG": "booking", "CBR": "booking request", "SHI": "shipping instruction", "TRD": "transport document",
    "ARN": "arrival notice", "VGM": "verified gross mass", "SRM": "shipment release", "CUS": "customs", "DGD":
    "dangerous goods declaration", "CAS": "cargo survey", "OOG": "out of gauge", "DEI": "delivery instruction",
    "DEO": "delivery order",
}  # fmt: skip
_CALL = ("transportCall.transportCallReference", "transportCall.transportCallID", "transportCallID")


def record_of(event: Event, by_id: Mapping[str, Event]) -> Judged:
    """The record of a flat event; ``by_id`` are the events of the same file that retract nothing."""
    kind = _dcsa.type_of(event)
    if kind not in _dcsa.TYPES:
        return [("NO_RECORD_KIND", "event_type", kind, f"an event of type {', '.join(_dcsa.TYPES)}")]
    retracted = first_text(event, ("retractedEventID",))
    if retracted is None:
        return _judged(kind, event, {"version": _version(event), "action": "insert"})
    return _retraction(kind, event, by_id.get(retracted), retracted)


def _retraction(kind: str, event: Event, original: Event | None, retracted: str) -> Judged:
    minute = _dcsa.minute_of(first_text(event, ("eventUpdatedDateTime", "eventCreatedDateTime")))
    if minute is None:
        expected = "a retraction dated by eventUpdatedDateTime or eventCreatedDateTime"
        return [("DT-006", "version", "", expected)]
    if original is None and _dcsa.code_of(kind, event) is None and not first_text(event, ("eventDateTime",)):
        expected = f"the event {retracted} in the same file, or its details in the retraction"
        return [("ST-007", "event_ref", retracted, expected)]
    if original is not None:
        minute = str(max(int(minute), int(_version(original)) + 1))
    state: Values = {"version": minute, "action": "cancel", "event_ref": retracted, "event_key": retracted}
    return _judged(kind, original or event, state)


def _version(event: Event) -> str:
    return _dcsa.minute_of(first_text(event, ("eventUpdatedDateTime",))) or "1"


def _judged(kind: str, event: Event, state: Values) -> Judged:
    code = _dcsa.code_of(kind, event)
    flaws = _flaws(kind, event, code)
    if flaws or code is None:
        return flaws
    name, read = _READERS[kind]
    common = {
        "classifier": first_text(event, ("eventClassifierCode",)),
        "event_ref": first_text(event, ("eventID",)),
        "event_key": first_text(event, ("eventID",)),
    }
    return name, {**common, **read(event, code), **state}


def _flaws(kind: str, event: Event, code: str | None) -> list[Flaw]:
    found: list[Flaw] = []
    if code is None:
        stated = first_text(event, (f"{kind.lower()}EventTypeCode",)) or ""
        found.append(("CD-015", "event_code", stated, f"an event code of DCSA's list {kind}"))
    classifier = first_text(event, ("eventClassifierCode",)) or ""
    if classifier not in _CLASSIFIERS:
        found.append(("DT-008", "classifier", classifier, f"one of {', '.join(_CLASSIFIERS)}"))
    if kind != "SHIPMENT":
        flaw = _dcsa.place_flaw(texts(event, _dcsa.PLACE)["facility_code"])
        found += [flaw] if flaw is not None else []
    return found


def _equipment(event: Event, code: str) -> Values:
    return {
        **texts(event, _dcsa.PLACE),
        **texts(event, _dcsa.CONVEYANCE),
        "event_code": code,
        "container_no": first_text(event, ("equipmentReference",)),
        "size_type": first_text(event, ("ISOEquipmentCode",)),
        "full_empty": first_text(event, ("emptyIndicatorCode",)),
        "trade_status": _TRADE.get((first_text(event, ("movementType",)) or "").upper()),
        "voyage_no": _dcsa.voyage(event, code),
        "wagon_no": first_text(event, ("transportCall.railTransport.railCarReference", "railCarReference",
                                       "transportCall.railCarReference")),
        "seal_nos": _dcsa.seals(event),
        "booking_no": next(iter(_dcsa.references(event, "BKG")), None),
        "bl_no": next(iter(_dcsa.references(event, "TRD")), None),
        "event_time": first_text(event, ("eventDateTime",)),
    }  # fmt: skip


def _transport(event: Event, code: str) -> Values:
    conveyance = texts(event, _dcsa.CONVEYANCE)
    call = first_text(event, _CALL)
    return {
        **texts(event, _dcsa.PLACE),
        **conveyance,
        "event_code": code,
        "conveyance_key": conveyance["vessel_imo"] or conveyance["conveyance_name"] or call,
        "voyage_no": _dcsa.voyage(event, code),
        "service_code": first_text(event, ("transportCall.carrierServiceCode",
                                           "transportCall.serviceCodeOrReference.carrierServiceCode")),
        "call_ref": call,
        "delay_reason_code": first_text(event, ("delayReasonCode",)),
        "remarks": first_text(event, ("changeRemark",)),
        "event_at": first_text(event, ("eventDateTime",)),
    }  # fmt: skip


def _document(event: Event, code: str) -> Values:
    kind = first_text(event, ("documentTypeCode", "documentReference.typeCode")) or ""
    return {
        "document_type": _DOCUMENTS.get(kind, kind) or None,
        "document_no": first_text(event, ("documentID", "documentReference.reference")),
        "status_code": code,
        "reasons": first_text(event, ("reason",)),
        "container_nos": " ".join(_dcsa.references(event, "EQ")) or None,
        "event_at": first_text(event, ("eventDateTime",)),
    }


_READERS = {
    "EQUIPMENT": ("port_event", _equipment),
    "TRANSPORT": ("transport_event", _transport),
    "SHIPMENT": ("document_event", _document),
}
