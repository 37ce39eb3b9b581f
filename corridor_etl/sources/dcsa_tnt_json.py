"""DCSA Track and Trace events, versions 2.2 and 3.0, as a list, a push with ``events``, one event, or one a line.

EQUIPMENT becomes a port event, TRANSPORT a transport event, SHIPMENT a document event; other types have no record
and leave with their reason. Planned and estimated events keep their classifier: only ACT counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor_etl.settings import Sender
from corridor_etl.sources import _dcsa
from corridor_etl.sources._dcsa_events import COLUMNS, record_of
from corridor_etl.sources._json import EACH, JsonFile, JsonRow, Path, is_lines, read_document, read_lines
from corridor_etl.sources._json_count import count_lines, count_records
from corridor_etl.sources._json_rows import Flaw, Judged, has_keys, plain_head, raw_file
from corridor_etl.sources._source import Finding, RawFile, Source

_KEYS = ("eventClassifierCode", "equipmentEventTypeCode", "transportEventTypeCode", "shipmentEventTypeCode",
         "eventClassification", "retractedEventID")  # fmt: skip


def _claims(head: bytes, _file_name: str) -> bool:
    return has_keys(head, *_KEYS) and not has_keys(head, "vesselSchedules", "transportCalls")


def _read(data: bytes, sender: Sender | None) -> RawFile:
    encodings = sender.encodings if sender else ()
    if is_lines(plain_head(data[:65_536])):
        file = read_lines(data, encodings)
        return _raw(file, count_lines(data, file.encoding), None)
    file, path = _document(data, encodings)
    wrapper = _wrapper(file)
    if wrapper is not None:
        path = (*path, wrapper, EACH)
        file = read_document(data, encodings, [path])
    return _raw(file, count_records(data, file.encoding, path), wrapper)


def _document(data: bytes, encodings: tuple[str, ...]) -> tuple[JsonFile, Path]:
    """The events of a document, and where they stand: in ``events``, in the outermost list, or the whole of it."""
    start = plain_head(data[:64])[:1]
    pushed: Path = ("events", EACH)
    if start == b"[":
        return read_document(data, encodings, [(EACH,)]), (EACH,)
    file = read_document(data, encodings, [pushed])
    if file.rows or (file.root is not None and isinstance(file.root.get("events"), list)):
        return file, pushed
    return read_document(data, encodings, [()]), ()


def _wrapper(file: JsonFile) -> str | None:
    """The key under which every record of a file hides a list of events where there should be an event."""
    keys = {_wrapping_key(row.value) for row in file.rows}
    return next(iter(keys)) if len(keys) == 1 else None


def _wrapping_key(value: Any) -> str | None:
    if not isinstance(value, dict) or _dcsa.is_event(value):
        return None
    lists = [k for k, v in value.items() if isinstance(v, list) and v and all(_dcsa.is_event(e) for e in v)]
    return lists[0] if len(lists) == 1 else None


def _raw(file: JsonFile, counted: int, wrapper: str | None) -> RawFile:
    events = {i: _dcsa.flat(row.value) for i, row in enumerate(file.rows) if isinstance(row.value, dict)}
    by_id = {
        str(e["eventID"]): e for e in events.values() if e.get("eventID") and not e.get("retractedEventID")
    }

    def judge(row: JsonRow) -> Judged:
        if wrapper is not None:
            return [_wrapped(wrapper)]
        return record_of(_dcsa.flat(row.value), by_id)

    version = "3" if any("eventClassification" in e for e in events.values()) else "2"
    return raw_file(file, judge, columns=COLUMNS, rows_counted=counted, dialect=f"dcsa_tnt_json {version}",
                    findings=_unnamed(events.values()))  # fmt: skip


def _wrapped(wrapper: str) -> Flaw:
    return "WRONG_STRUCTURE", "", f"an event inside '{wrapper}'", "events in a list, or in 'events'"


def _unnamed(events: Any) -> list[Finding]:
    without = sum(1 for e in events if not _named(e))
    if not without:
        return []
    text = f"{without} events have no eventID: they cannot be retracted by it"
    return [Finding("NO_EVENT_ID", "warning", text, None, str(without), "an eventID in every event")]


def _named(event: Mapping[str, Any]) -> bool:
    return bool(event.get("eventID"))


SOURCE = Source(
    name="dcsa_tnt_json",
    record_kind="port_event",
    meaning="DCSA Track and Trace events 2.2 and 3.0",
    claims=_claims,
    read=_read,
    other_kinds=("transport_event", "document_event"),
)
