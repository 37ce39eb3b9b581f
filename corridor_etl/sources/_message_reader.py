"""Reads a file of EDIFACT messages by the layouts that the formats declare, whatever mixture of them it holds.

Rows of the first readable message's record kind are the file's own, rows of other kinds go along in
``RawFile.others``; messages that no layout knows are named and set aside. What a row is belongs to the formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources._edifact import Segment
from corridor_etl.sources._message_cells import Values, looked_up
from corridor_etl.sources._message_count import count_rows
from corridor_etl.sources._message_envelope import Document, opened
from corridor_etl.sources._message_foreign import named
from corridor_etl.sources._message_layout import (
    READ_ELSEWHERE,
    Fault,
    Layout,
    Row,
    layouts,
    raw_columns,
    set_aside,
)
from corridor_etl.sources._message_terms import TEST_FUNCTION
from corridor_etl.sources._message_tree import Node, Trigger
from corridor_etl.sources._references import references
from corridor_etl.sources._source import CONTROL, Finding, RawFile, RowFault, Source, raw_frame

KINDS = (
    "consignment", "container_order", "declaration_item", "document_event", "port_call", "stowage_position",
)  # fmt: skip
_TYPES = re.compile(rb"(?<!\w)UNH[^\w\s][^'\r\n]*?[^\w\s]([A-Z]{6})(?=\W)")
_HEADLESS_PLAN = re.compile(rb"[^\w\s]\s*LOC[^\w\s]147[^\w\s]")


def source(name: str, layouts_of: tuple[Layout, ...], meaning: str) -> Source:
    """The format that claims files whose first readable message is one of ``layouts_of``."""
    types = tuple(layout.message for layout in layouts_of)
    own = layouts_of[0].record_kind

    def claims(head: bytes, _file_name: str) -> bool:
        return first_readable(head) in types

    def read(data: bytes, sender: Sender | None) -> RawFile:
        return _Reader(data, sender, first_readable(data) or types[0]).read()

    return Source(name, own, meaning, claims, read, other_kinds=tuple(k for k in KINDS if k != own))


def first_readable(head: bytes) -> str | None:
    """The type of the first message that some format reads; a stowage plan without UNH is a BAPLIE."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"UNA", b"UNB", b"UNH")):
        return None
    types = [found.decode() for found in _TYPES.findall(start)]
    if not types and b"UNH" not in start:
        return "BAPLIE" if _HEADLESS_PLAN.search(start) else None
    return next((t for t in types if t in layouts() or t in READ_ELSEWHERE), None)


class _Reader:
    """Turns one file's messages into rows, faults and findings; used once."""

    def __init__(self, data: bytes, sender: Sender | None, first: str) -> None:
        self._data, self._sender, self._first = data, sender, first
        self._file = opened(data, first)
        self._layouts = layouts() | set_aside()
        self._findings = list(self._file.findings)
        self._rows: list[Row] = []

    def read(self) -> RawFile:
        """The whole file as a :class:`RawFile`."""
        for document in self._file.documents:
            layout = self._layouts.get(document.message.kind)
            if layout is None:
                self._pass_over(document)
            else:
                self._read_document(layout, document)
        self._take_strays()
        if not self._rows:
            self._found("NO_ROWS", "no message of the file has a row")
        return self._raw_file()

    def _read_document(self, layout: Layout, document: Document) -> None:
        tree = layout.tree(document)
        nodes = layout.rows(tree)
        if not nodes:
            _refuse_shifted(layout, document)
            text = f"message {document.message.reference} ({document.dialect}, function {document.function}) has no row"
            self._found("NO_ROWS", text, document.message.header.line_no)
        rows = [Row(document, node, n, self._sender) for n, node in enumerate(nodes, start=1)]
        for row in rows:
            row.fault = _refusal(row)
            row.values = _shared(document) | looked_up(row.node, layout.cells)
            row.values |= layout.derive(row)
        self._findings += layout.check(document, tree, rows)
        self._rows += rows

    def _pass_over(self, document: Document) -> None:
        message = document.message
        text = f"message {message.reference} is {named(message.kind)}, which no record of the corridor comes from"
        self._found("FOREIGN_MESSAGE", f"{text}; it is set aside", message.header.line_no, message.kind)

    def _take_strays(self) -> None:
        for segment in self._file.strays:
            triggers = layouts()[self._first].counted.rows
            if self._file.documents and any(t.fits(segment.tag, segment.value(1), set()) for t in triggers):
                row = Row(self._file.documents[0], Node("stray", 1, None, [segment]), 0)
                row.fault = ("ST-001", "", segment.text[:80], f"{segment.tag} inside a message")
                self._rows.append(row)

    def _found(self, rule: str, text: str, line_no: int | None = None, observed: str = "") -> None:
        self._findings.append(Finding(rule, "warning", text, line_no, observed))

    def _raw_file(self) -> RawFile:
        heads = [row.node.head for row in self._rows]
        by_line = len({h.line_no for h in heads}) == len(heads) and any(h.line_no > 1 for h in heads)
        numbered = [
            (h.line_no if by_line else h.number, row) for h, row in zip(heads, self._rows, strict=True)
        ]
        frames = _frames((line, row) for line, row in numbered if row.fault is None)
        own = layouts()[self._first].record_kind
        dialects = (d.dialect for d in self._file.documents if d.message.kind == self._first)
        return RawFile(
            frame=frames.pop(own, raw_frame(raw_columns(own), [])),
            rows_counted=count_rows(
                self._data, {m: g.counted for m, g in self._layouts.items()}, self._first
            ),
            findings=tuple(self._findings),
            faults=tuple(RowFault(line, *row.fault) for line, row in numbered if row.fault is not None),
            dialect=next(dialects, self._first),
            raw_lines={line: row.node.text for line, row in numbered if row.fault is not None},
            others=frames,
            references=references(d.message.numbers for d in self._file.documents),
        )


def _refuse_shifted(layout: Layout, document: Document) -> None:
    """``FileRejected`` where rows hide because their segments have an element too many in front."""
    for trigger in (t for t in layout.counted.rows if t.qualifiers):
        shifted = [s for s in document.message.body if _is_shifted(s, trigger)]
        if shifted:
            raise FileRejected(
                "SHIFTED_ELEMENTS",
                f"{len(shifted)} {trigger.tag} segments of message {document.message.reference} begin with an"
                f" element too many, such as a level number ({shifted[0].text.strip()[:40]}): no row can be told",
                expected=f"{trigger.tag}+{trigger.qualifiers[0]}",
                fix="Ask the sender for the message as it was sent, without what a tool has put into it.",
            )


def _is_shifted(segment: Segment, trigger: Trigger) -> bool:
    first = segment.value(1)
    is_level = len(first) <= 2 and first.isascii() and first.isdigit()
    return segment.tag == trigger.tag and is_level and segment.value(2) in trigger.qualifiers


def _shared(document: Document) -> Values:
    return {
        "message_ref": document.message.reference,
        "dialect": document.dialect,
        "document_key": document.key,
        "version": document.version,
        "action": document.action,
    }


def _refusal(row: Row) -> Fault | None:
    kind = row.document.message.kind
    if kind in READ_ELSEWHERE:
        return "OTHER_MESSAGE", "", kind, f"{kind} in an interchange of its own"
    if row.document.function == TEST_FUNCTION:
        return "TEST_MESSAGE", "", TEST_FUNCTION, "a message that is not a test"
    if CONTROL.search(row.node.text) and (control := _control(row.node)):
        return "CONTROL_CHAR", "", repr(control), "no control characters"
    return None


def _control(node: Node) -> str | None:
    """A control character inside a value; some senders take such characters as separators, which is lawful."""
    values = (c for s in node.segments for element in s.elements for c in element)
    return next((found[0] for value in values if (found := CONTROL.search(value))), None)


def _frames(rows: Iterable[tuple[int, Row]]) -> dict[str, pl.DataFrame]:
    by_kind: dict[str, list[tuple[object, ...]]] = {}
    for line, row in rows:
        kind = layouts()[row.document.message.kind].record_kind
        cells = (row.values.get(column) for column in raw_columns(kind))
        by_kind.setdefault(kind, []).append((line, *cells, row.node.text))
    return {kind: raw_frame(raw_columns(kind), cells) for kind, cells in by_kind.items()}
