"""JSON bytes to records with their line, their text as received and what is wrong with each of them.

Numbers stay text exactly as written. Where the records stand in a document is said by paths; which of their
values mean what is for the formats. How many records the bytes hold is counted in ``_json_count``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import decode
from corridor_etl.sources._json_values import Decoder, Flaw, Head, Number, malformed, repeated
from corridor_etl.sources._source import MAX_ROW_CHARS, Finding, RowFault

__all__ = [
    "EACH", "Head", "JsonFile", "JsonRow", "Number", "Path", "at", "census", "is_lines", "read_document",
    "read_lines", "text_of",
]  # fmt: skip

MAX_DOCUMENT_BYTES = 128 * 1024 * 1024
MAX_DEPTH = 64

EACH = "[]"
"""The step of a path that stands for every element of an array."""

Path = tuple[str, ...]

_BLANKS = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


@dataclass(frozen=True)
class JsonRow:
    """One record: ``value`` as decoded, ``parents`` the objects around it (outermost first), ``text`` as received.

    ``parents`` are filled when the whole document has been read. ``number`` counts the records from 1.
    """

    number: int
    line_no: int
    text: str
    value: Any
    parents: tuple[Head, ...] = ()
    own_flaws: tuple[Flaw, ...] = ()

    def faults(self, line_no: int | None = None) -> list[RowFault]:
        """What makes the record unreadable (rule, observed, expected), those of the objects around it included."""
        flaws = [*self.own_flaws, *(f for head in self.parents for f in head.flaws)]
        at = self.line_no if line_no is None else line_no
        return [RowFault(at, rule, "", seen, wanted) for rule, seen, wanted in flaws]


@dataclass(frozen=True)
class JsonFile:
    """The records of a file, its outermost object or None, and the encoding of the bytes."""

    rows: tuple[JsonRow, ...]
    root: Head | None
    encoding: str
    findings: tuple[Finding, ...] = field(default=())

    def line_numbers(self) -> list[int]:
        """A number per record that no other has: its line, or its position where two records share a line."""
        lines = [row.line_no for row in self.rows]
        return lines if len(set(lines)) == len(lines) else [row.number for row in self.rows]


def read_document(data: bytes, encodings: tuple[str, ...], paths: Iterable[Path]) -> JsonFile:
    """The records of one JSON document: the values at ``paths``, such as ``("events", EACH)`` or ``(EACH,)``.

    ``FileRejected``: EMPTY_FILE, ENCODING, TOO_BIG, TOO_DEEP, TRUNCATED, or MALFORMED with line and column.
    """
    text, encoding = _text(data, encodings)
    walk = _Walk(text, tuple(paths))
    root = walk.document()
    return JsonFile(tuple(walk.rows), root, encoding)


def read_lines(data: bytes, encodings: tuple[str, ...] = ()) -> JsonFile:
    """The records of a file with one JSON value a line; a line that is none is a record with a flaw."""
    text, encoding = _text(data, encodings)
    rows: list[JsonRow] = []
    for line_no, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_line_row(len(rows) + 1, line_no, line.strip(" \t\r")))
    return JsonFile(tuple(rows), None, encoding)


def is_lines(head: bytes) -> bool:
    """Whether a head looks like one JSON object a line: two lines that both begin and the first ends as one."""
    lines = [line.strip() for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    return len(lines) > 1 and lines[0][:1] == lines[1][:1] == b"{" and lines[0][-1:] == b"}"


def text_of(value: Any) -> str | None:
    """A scalar as text: numbers as written, ``true`` and ``false``; None for null, objects and arrays."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else None


def at(value: Any, path: str) -> Any:
    """The value at a dotted path of object keys (``a.b``), None where there is none."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def census(rows: Sequence[JsonRow], known: Iterable[str], *, is_case_blind: bool = False) -> list[Finding]:
    """A finding that lists keys of the records which no format reads (rule ST-004), or nothing."""
    seen = dict.fromkeys(key for row in rows if isinstance(row.value, dict) for key in row.value)
    names = {name.casefold() if is_case_blind else name for name in known}
    unknown = [key for key in seen if (key.casefold() if is_case_blind else key) not in names]
    if not unknown:
        return []
    text = ", ".join(unknown)
    return [Finding("ST-004", "warning", f"keys not read: {text}", rows[0].line_no, text, "known keys")]


def _text(data: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise FileRejected(
            "TOO_BIG", f"the document has {len(data)} bytes", expected=f"at most {MAX_DOCUMENT_BYTES}",
            fix="Ask the sender for several files.",
        )  # fmt: skip
    decoded = decode(data, encodings)
    _refuse_depth(decoded.text)
    return decoded.text, decoded.encoding


def _refuse_depth(text: str) -> None:
    brackets = _NO_BRACKETS.sub("", _STRING.sub("", text))
    if max(accumulate(_STEP[b] for b in brackets), default=0) > MAX_DEPTH:
        raise FileRejected("TOO_DEEP", f"values are nested deeper than {MAX_DEPTH}",
                           expected=f"at most {MAX_DEPTH} levels")  # fmt: skip


class _Walk:
    """One pass through a document that stops at the records and decodes everything else whole."""

    def __init__(self, text: str, paths: tuple[Path, ...]) -> None:
        self.rows: list[JsonRow] = []
        self._text = text
        self._records = frozenset(paths)
        self._open = frozenset(p[:n] for p in paths for n in range(len(p)))
        self._decoder = Decoder()
        self._line, self._counted, self._end = 1, 0, 0

    def document(self) -> Head | None:
        root, end = self._value(self._after_blanks(0), (), ())
        rest = self._after_blanks(end)
        if rest < len(self._text):
            raise self._malformed("something follows the end of the document", rest)
        return root if isinstance(root, Head) else None

    def _value(self, at_: int, path: Path, parents: tuple[Head, ...]) -> tuple[Any, int]:
        if path in self._records:
            return None, self._record(at_, parents)
        if path in self._open and self._text.startswith("{", at_):
            return self._object(at_, path, parents)
        if path in self._open and self._text.startswith("[", at_):
            return self._array(at_, path, parents)
        return self._decoded(at_)

    def _record(self, start: int, parents: tuple[Head, ...]) -> int:
        self._line += self._text.count("\n", self._counted, start)
        self._counted = start
        value, end = self._decoded(start)
        row = _row(
            len(self.rows) + 1, self._line, self._text[start:end], value, self._decoder.taken(), parents
        )
        self.rows.append(row)
        return end

    def _object(self, start: int, path: Path, parents: tuple[Head, ...]) -> tuple[Head, int]:
        head = Head()
        for key_at in self._members(start, "}"):
            key, at_ = self._decoded(key_at)
            if not isinstance(key, str) or isinstance(key, Number):
                raise self._malformed("a key is not a string", key_at)
            value_at = self._after_blanks(self._expect(":", at_))
            if key in head:
                head.flaws.append(repeated(key))
            value, self._end = self._value(value_at, (*path, key), (*parents, head))
            head.flaws += self._decoder.taken()
            head[key] = value
        return head, self._end

    def _array(self, start: int, path: Path, parents: tuple[Head, ...]) -> tuple[list[Any], int]:
        found = []
        for at_ in self._members(start, "]"):
            value, self._end = self._value(at_, (*path, EACH), parents)
            found.append(value)
        return found, self._end

    def _members(self, start: int, close: str) -> Iterator[int]:
        """Where each member begins; the caller leaves its end in ``_end`` and finds there the end of the whole."""
        first = at_ = self._after_blanks(start + 1)
        while not self._text.startswith(close, at_):
            at_ = at_ if at_ == first else self._after_blanks(self._expect(",", at_))
            yield at_
            at_ = self._after_blanks(self._end)
        self._end = at_ + 1

    def _expect(self, mark: str, at_: int) -> int:
        at_ = self._after_blanks(at_)
        if not self._text.startswith(mark, at_):
            raise self._malformed(f"'{mark}' is missing", at_)
        return at_ + 1

    def _after_blanks(self, at_: int) -> int:
        found = _BLANKS.match(self._text, at_)
        return found.end() if found else at_

    def _decoded(self, at_: int) -> tuple[Any, int]:
        try:
            return self._decoder.value(self._text, at_)
        except json.JSONDecodeError as error:
            raise self._malformed(error.msg, error.pos) from error

    def _malformed(self, what: str, at_: int) -> FileRejected:
        return malformed(self._text, what, at_)


def _line_row(number: int, line_no: int, line: str) -> JsonRow:
    decoder = Decoder()
    try:
        value, end = decoder.value(line, 0)
        flaw = "" if not line[end:].strip() else f"{line[end : end + 20]!r} after the value"
    except json.JSONDecodeError as error:
        value, flaw = None, f"column {error.colno}: {error.msg}"
    if flaw:
        return JsonRow(number, line_no, line, None, (), (("MALFORMED", flaw, "one JSON value a line"),))
    return _row(number, line_no, line, value, decoder.taken(), ())


def _row(
    number: int, line_no: int, text: str, value: Any, flaws: Iterable[Flaw],
    parents: tuple[Head, ...],
) -> JsonRow:  # fmt: skip
    found = list(flaws)
    if not isinstance(value, dict):
        found.append(("NOT_AN_OBJECT", text[:80], "a JSON object"))
    if len(text) > MAX_ROW_CHARS:
        found.append(("ROW_TOO_LONG", f"{len(text)} characters", f"at most {MAX_ROW_CHARS}"))
    return JsonRow(number, line_no, text, value, parents, tuple(found))
