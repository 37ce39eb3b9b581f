"""XML to documents and their records: nothing is fetched or expanded, depth and size are limited, lines are known.

A file is read in pieces; a document is handed on when it closes, and of its records only what was picked from them
is kept. How elements are named in a format is in ``_xml_paths`` and the formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from defusedxml import DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import Decoded
from corridor_etl.sources._source import CONTROL, RowFault
from corridor_etl.sources._xml_text import decoded_xml

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUE_CHARS = 65_536
MAX_RECORD_CHARS = 1_048_576
"""A goods item with a hundred documents has about 60 kB."""

Flaw = tuple[str, str, str, str]
"""Rule, column, observed, expected."""

_PIECE = 1 << 16
_START_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*""")
_NO_END = frozenset((
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
))  # fmt: skip
_AFTER_ROOT = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


class Node:
    """One element: ``name`` without prefix in lower case, ``attributes`` likewise, its own ``text`` and children."""

    __slots__ = ("_index", "attributes", "children", "end", "label", "line_no", "name", "parts", "start")

    def __init__(self, label: str, attributes: dict[str, str], line_no: int, start: int) -> None:
        self.label = label
        self.name = label.lower()
        self.attributes = attributes
        self.children: list[Node] = []
        self.parts: list[str] = []
        self.line_no = line_no
        self.start = start
        self.end = start
        self._index: dict[str, list[Node]] | None = None

    def below(self, name: str) -> list[Node]:
        """The descendants of a name in document order; only of an element that is complete."""
        if self._index is None:
            self._index = {}
            pending = self.children[::-1]
            while pending:
                node = pending.pop()
                self._index.setdefault(node.name, []).append(node)
                pending += node.children[::-1]
        return self._index.get(name, [])

    @property
    def text(self) -> str:
        """The element's own text with runs of white space as one blank."""
        return " ".join("".join(self.parts).split())


@dataclass(frozen=True)
class Item:
    """One record: where it begins, its text as received, what was picked from it, and what is wrong with it."""

    number: int
    line_no: int
    text: str
    name: str
    values: Any
    flaws: tuple[Flaw, ...]


@dataclass
class Document:
    """One document of a file: its element without the records, the elements around it, and its records."""

    node: Node
    around: tuple[Node, ...]
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Shape:
    """What is a document and what a record, by names in lower case; ``pick`` takes what is wanted from a record."""

    documents: frozenset[str]
    records: frozenset[str]
    pick: Callable[[Node], tuple[Any, list[Flaw]]]


def read_text(data: bytes, encodings: tuple[str, ...] = ()) -> Decoded:
    """The text of a file within the size limit; ``FileRejected`` as :func:`_xml_text.decoded_xml`, or TOO_BIG."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise FileRejected(
            "TOO_BIG", f"the document has {len(data)} bytes", expected=f"at most {MAX_DOCUMENT_BYTES}",
            fix="Ask the sender for several files.",
        )  # fmt: skip
    return decoded_xml(data, encodings)


def documents(text: str, shape: Shape) -> Iterator[Document]:
    """The documents of a file, each when it closes; a record outside all of them belongs to the file's root.

    ``FileRejected``: DTD, TOO_DEEP, TRUNCATED, TWO_ROOTS or MALFORMED with line and column. What is wrong with the
    end comes to light last, so nothing may be kept before.
    """
    body = text.lstrip("\ufeff \t\r\n")
    skipped = text[: len(text) - len(body)].count("\n")
    data = body.encode()
    target = _Builder(shape, data, skipped)
    parser = DefusedXMLParser(target=target, encoding="utf-8", forbid_dtd=True)
    target.expat = parser.parser
    for at in range(0, len(data), _PIECE):
        _guarded(partial(parser.feed, data[at : at + _PIECE]), data, skipped)
        yield from target.taken()
    _guarded(parser.close, data, skipped)
    yield from target.taken()


def line_numbers(items: list[Item]) -> list[int]:
    """A number per record that no other has: its line, or its position where two records share a line."""
    lines = [item.line_no for item in items]
    return lines if len(set(lines)) == len(lines) else [item.number for item in items]


def row_faults(item: Item, line_no: int, more: list[Flaw]) -> list[RowFault]:
    """What makes a record unreadable, with what is wrong in the document around it."""
    flaws = dict.fromkeys((*item.flaws, *more))
    return [RowFault(line_no, rule, column, seen, wanted) for rule, column, seen, wanted in flaws]


class _Builder:
    """The target of the parser: elements of the open document, its records taken out as they close."""

    def __init__(self, shape: Shape, data: bytes, skipped: int) -> None:
        self.expat: Any = None
        self._shape = shape
        self._data = data
        self._skipped = skipped
        self._stack: list[Node] = []
        self._done: list[Document] = []
        self._open: list[Item] = []
        self._document_at: int | None = None
        self._record_at: list[int] = []
        self._numbers = 0

    def taken(self) -> list[Document]:
        """The documents closed since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self._stack) >= MAX_DEPTH:
            raise FileRejected("TOO_DEEP", f"elements are nested deeper than {MAX_DEPTH}",
                               expected=f"at most {MAX_DEPTH} levels")  # fmt: skip
        own = {_local(name).lower(): value for name, value in attributes.items()}
        line = self.expat.CurrentLineNumber + self._skipped
        node = Node(_local(tag), own, line, self.expat.CurrentByteIndex)
        if self._stack:
            self._stack[-1].children.append(node)
        if self._document_at is None and node.name in self._shape.documents:
            self._document_at = len(self._stack)
        if node.name in self._shape.records:
            self._record_at.append(len(self._stack))
        self._stack.append(node)

    def data(self, text: str) -> None:
        """Text of the innermost open element."""
        self._stack[-1].parts.append(text)

    def end(self, tag: str) -> None:
        """An element ends: a record is picked and let go, a document is handed on and let go."""
        node = self._stack.pop()
        node.end = self.expat.CurrentByteIndex
        depth = len(self._stack)
        if self._record_at and self._record_at[-1] == depth:
            self._close_record(node)
        if depth in (self._document_at, 0) and (self._open or depth == self._document_at):
            self._done.append(Document(node, tuple(self._stack), self._open))
            self._open, self._document_at = [], None
            self._let_go()

    def close(self) -> None:
        """The file has ended."""

    def _close_record(self, node: Node) -> None:
        self._record_at.pop()
        self._numbers += 1
        text = _raw(self._data, node.start, node.end)
        values, flaws = self._shape.pick(node)
        if self._record_at:
            flaws = [("MISPLACED", "", node.label, "a record that stands in no other record"), *flaws]
        self._open.append(
            Item(self._numbers, node.line_no, text, node.name, values, (*flaws, *_judged(text)))
        )
        self._let_go()

    def _let_go(self) -> None:
        if self._stack:
            self._stack[-1].children.pop()


def inner_text(record: Node, inner: Node, text: str) -> str:
    """An element inside a record as received; ``text`` is the record's."""
    return _raw(text.encode(), inner.start - record.start, inner.end - record.start)


def _raw(data: bytes, start: int, end: int) -> str:
    opened = _tag_end(data, start)
    is_empty = data[opened - 1 : opened] == b"/"
    return data[start : (opened if is_empty else data.index(b">", end)) + 1].decode()


def _tag_end(data: bytes, start: int) -> int:
    """Where the ``>`` of a start tag is: behind the quoted values of its attributes."""
    found = _START_TAG.match(data, start)
    return data.index(b">", found.end() if found else start)


def _judged(text: str) -> list[Flaw]:
    flaws: list[Flaw] = []
    if len(text) > MAX_RECORD_CHARS:
        flaws.append(("ROW_TOO_LONG", "", f"{len(text)} characters", f"at most {MAX_RECORD_CHARS}"))
    if (control := CONTROL.search(text.replace("\r\n", "\n"))) is not None:
        flaws.append(("CONTROL_CHAR", "", ascii(control[0]), "no control characters"))
    return flaws


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _guarded(step: Callable[[], Any], data: bytes, skipped: int) -> None:
    try:
        step()
    except DTDForbidden as error:
        raise FileRejected(
            "DTD", f"the file declares a document type ({error.name})", expected="XML without a DTD and entities",
            fix="Ask the sender to leave the document type out.",
        ) from error  # fmt: skip
    except ParseError as error:
        raise _refused(error, data, skipped) from error


def _refused(error: ParseError, data: bytes, skipped: int) -> FileRejected:
    line, column = error.position
    is_cut = error.code in _NO_END
    is_second = error.code == _AFTER_ROOT and _begins_element(data, line, column)
    reason = "TRUNCATED" if is_cut else "TWO_ROOTS" if is_second else "MALFORMED"
    return FileRejected(
        reason,
        f"line {line + skipped}, column {column + 1}: {expat.ErrorString(error.code)}",
        expected="one whole XML document",
        fix="Ask the sender for the whole file." if is_cut else "Ask the sender to write the file again.",
        line_no=line + skipped,
    )


def _begins_element(data: bytes, line: int, column: int) -> bool:
    rest = data.split(b"\n", line - 1)[-1] if line > 1 else data
    return re.match(rb"<[A-Za-z_?]", rest.decode()[column:].encode()) is not None
