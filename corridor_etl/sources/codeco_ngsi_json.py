"""CODECO gate reports wrapped in NGSI entities (EdiCodeco): the record is read from the message inside.

The entity repeats the message in words of its own. Where the two disagree the message is the source, and the
disagreement is named; an entity without its message has no record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import codeco
from corridor_etl.sources._json import EACH, JsonFile, JsonRow, Path, read_document, text_of
from corridor_etl.sources._json_count import count_records
from corridor_etl.sources._json_rows import has_keys, texts_frame
from corridor_etl.sources._ngsi import disagreements
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source

MESSAGE = "messageRaw"
_CONTAINER = re.compile(rb"EQD[^A-Za-z0-9\s]CN\b")
_NAMED = re.compile(rb'"messageRaw"\s*:')


_EMPTY = ("NO_CONTAINER", "no container", "a message about a container")


@dataclass(frozen=True)
class _Entity:
    """One entity: its values without NGSI's types, and what its message was read to."""

    row: JsonRow
    values: Mapping[str, Any]
    raw: RawFile | None
    reason: tuple[str, str, str] | None


def _claims(head: bytes, _file_name: str) -> bool:
    return has_keys(head, MESSAGE) or (has_keys(head, "type") and b'"EdiCodeco"' in head)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    path: Path = (EACH,) if start == b"[" else ()
    file = read_document(data, sender.encodings if sender else (), [path])
    entities = [_entity(row, sender) for row in file.rows]
    columns = next((e.raw.frame.columns[1:-1] for e in entities if e.raw is not None), ["event_time"])
    numbered = list(_numbered(entities))
    rows = [(line, values, e.row.text) for line, e, values, _ in numbered if values is not None]
    return RawFile(
        frame=texts_frame(rows, columns),
        rows_counted=_counted(data, file, path),
        findings=tuple(f for e in entities for f in _findings(e)),
        faults=tuple(RowFault(line, *fault) for line, _, _, fault in numbered if fault is not None),
        dialect=next((e.raw.dialect for e in entities if e.raw is not None), "CODECO"),
        raw_lines={line: e.row.text for line, e, _, fault in numbered if fault is not None},
    )


def _counted(data: bytes, file: JsonFile, path: Path) -> int:
    """Containers named behind each message's key, one at least, and an entity each where there is no such key."""
    messages = _NAMED.split(data)[1:]
    named = sum(max(1, len(_CONTAINER.findall(part))) for part in messages)
    return named + count_records(data, file.encoding, path) - len(messages)


def _entity(row: JsonRow, sender: Sender | None) -> _Entity:
    flaws = row.faults()
    values = {k: _value(v) for k, v in row.value.items()} if isinstance(row.value, dict) else {}
    if flaws:
        return _Entity(row, values, None, (flaws[0].rule_id, flaws[0].observed, flaws[0].expected))
    message = text_of(values.get(MESSAGE))
    if not message:
        return _Entity(
            row, values, None, ("NO_MESSAGE", f"no {MESSAGE}", "the EDIFACT message as it was sent")
        )
    try:
        return _Entity(row, values, codeco.SOURCE.read(message.encode(), sender), None)
    except FileRejected as error:
        return _Entity(row, values, None, (error.reason, error.fact[:200], error.expected))


def _value(value: Any) -> Any:
    """A value in key-value form, also where NGSI's normalized form wraps it in type and value."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


Row = tuple[int, _Entity, dict[str, str | None] | None, tuple[str, str, str, str] | None]


def _numbered(entities: list[_Entity]) -> Iterator[Row]:
    """Every container, or the entity that has none, with its number in the file and its values or its fault."""
    line = 0
    for entity in entities:
        found = entity.raw.frame.iter_rows(named=True) if entity.raw is not None else iter(())
        for values in found:
            line += 1
            yield line, entity, dict(values), None
        for fault in entity.raw.faults if entity.raw is not None else ():
            line += 1
            yield line, entity, None, (fault.rule_id, fault.column, fault.observed, fault.expected)
        for _ in range(_unread(entity)):
            line += 1
            rule, observed, expected = entity.reason or _EMPTY
            yield line, entity, None, (rule, MESSAGE, observed, expected)


def _unread(entity: _Entity) -> int:
    """How many rows an entity leaves that has none: one for each container its message names, one at least."""
    if entity.raw is not None and entity.raw.rows_counted:
        return 0
    message = (text_of(entity.values.get(MESSAGE)) or "").encode()
    return max(1, len(_CONTAINER.findall(message)))


def _findings(entity: _Entity) -> Iterator[Finding]:
    if entity.raw is None:
        return
    yield from entity.raw.findings
    for name, stated, inside in disagreements(entity.values, text_of(entity.values[MESSAGE]) or ""):
        text = f"{name}: the entity says {stated}, its message says {inside}; the message is read"
        yield Finding("ENTITY_DISAGREES", "warning", text, entity.row.line_no, stated, inside)


SOURCE = Source(
    name="codeco_ngsi_json",
    record_kind="port_event",
    meaning="CODECO gate reports in NGSI entities, read from the message inside",
    claims=_claims,
    read=_read,
)
