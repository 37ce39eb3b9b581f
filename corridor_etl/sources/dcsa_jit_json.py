"""DCSA Just in Time port call messages: which vessel calls where, under which reference.

A port call message names the call and says no time; its times come in messages of their own, which name neither
vessel nor place, and the status of a vessel is where it is and not where it calls: these leave with their reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._dcsa import place_flaw
from corridor_etl.sources._json import EACH, JsonFile, JsonRow, Path, is_lines, read_document, read_lines
from corridor_etl.sources._json_count import count_lines, count_records
from corridor_etl.sources._json_rows import Judged, has_keys, raw_file, texts
from corridor_etl.sources._source import RawFile, Source

_PATHS = {
    "call_key": ("portVisitReference", "portCallID"),
    "facility_code": ("UNLocationCode", "location.UNLocationCode"),
    "terminal_code": ("facilitySMDGCode", "facility.facilityCode", "location.facilityCode"),
    "conveyance_name": ("vessel.name", "vessel.vesselName"),
    "vessel_imo": ("vessel.vesselIMONumber", "vesselIMONumber"),
    "voyage_no": ("carrierExportVoyageNumber", "carrierImportVoyageNumber"),
    "service_code": ("carrierServiceCode",),
    "message_ref": ("portCallID",),
}
COLUMNS = (*_PATHS, "dialect", "call_status")
# What other messages of the standard are told by, and why they are no call.
_OTHERS = (
    ("vesselPosition", "the position of a vessel"),
    ("draft", "the draught of a vessel"),
    ("timestampID", "a time of a service, without vessel and place"),
    ("terminalCallID", "a terminal call, without vessel and place"),
    ("portCallServiceID", "a service of a call, without vessel and place"),
)
_KEYS = ("portCallID", "portCallServiceID", "timestampID", "terminalCallID", "portVisitReference")


_TEMPLATE = re.compile("_PLACEHOLDER$")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BARE_WORD = re.compile(rb"[:,\[]\s*([A-Z][A-Z0-9_]+)\s*[,}\]]")


def _claims(head: bytes, _file_name: str) -> bool:
    return has_keys(head, *_KEYS) and not has_keys(
        head, "transportCalls", "vesselSchedules", "eventClassifierCode"
    )


def _read(data: bytes, sender: Sender | None) -> RawFile:
    encodings = sender.encodings if sender else ()
    _refuse_template(data)
    file, counted = _messages(data, encodings)
    return raw_file(
        file, _judge, columns={"port_call": COLUMNS}, rows_counted=counted, dialect="dcsa_jit_json"
    )


def _messages(data: bytes, encodings: tuple[str, ...]) -> tuple[JsonFile, int]:
    if is_lines(data[:65_536]):
        file = read_lines(data, encodings)
        return file, count_lines(data, file.encoding)
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    path: Path = (EACH,) if start == b"[" else ()
    file = read_document(data, encodings, [path])
    return file, count_records(data, file.encoding, path)


def _judge(row: JsonRow) -> Judged:
    values = texts(row.value, _PATHS) | {"dialect": "dcsa_jit_json"}
    other = next((what for key, what in _OTHERS if key in row.value), None)
    if other is not None:
        return [("NO_RECORD_KIND", "", other, "a port call: its reference, its vessel and its place")]
    if any(text and _TEMPLATE.search(text) for text in values.values()):
        return [("PLACEHOLDER", "", _seen(values), "the values of a call, not those of a template")]
    flaw = place_flaw(values["facility_code"])
    return [flaw] if flaw is not None else ("port_call", values)


def _seen(values: Mapping[str, str | None]) -> str:
    return ", ".join(text for text in values.values() if text and _TEMPLATE.search(text))


def _refuse_template(data: bytes) -> None:
    """A template that was never filled in is no JSON: it has bare words where values should stand."""
    bare = _BARE_WORD.search(_STRING.sub(lambda m: b" " * len(m[0]), data))
    if bare is None:
        return
    line = data.count(b"\n", 0, bare.start()) + 1
    raise FileRejected(
        "PLACEHOLDER", f"line {line} has the bare word {bare[1].decode()} where a value should stand",
        expected="a message whose values are filled in", fix="Ask the sender for the message, not for its template.",
        line_no=line,
    )  # fmt: skip


SOURCE = Source(
    name="dcsa_jit_json",
    record_kind="port_call",
    meaning="DCSA Just in Time port call messages",
    claims=_claims,
    read=_read,
)
