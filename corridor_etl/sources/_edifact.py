"""EDIFACT (ISO 9735): service characters, character sets, and an interchange as one object per segment.

Separators are defined here for both ways of reading: segment by segment (this module) and by column over millions
of segments (``_edifact_tokens``). What an interchange must consist of is in ``_interchange`` and
``_edifact_envelope``, what the segments of a container mean in ``_equipment``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from corridor_etl.errors import FileRejected
from corridor_etl.sources._edifact_count import count_equipment
from corridor_etl.sources._source import MAX_ROW_CHARS

# UNB S001.0001. What says ASCII is also read as UTF-8: senders put names of goods into it all the same.
_CHARSETS = {
    "UNOA": ("ascii", "utf-8"),
    "UNOB": ("ascii", "utf-8"),
    "UNOC": ("utf-8", "latin-1"),
    "UNOD": ("iso8859-2",),
    "UNOE": ("iso8859-5",),
    "UNOF": ("iso8859-7",),
    "UNOG": ("iso8859-3",),
    "UNOH": ("iso8859-4",),
    "UNOI": ("iso8859-6",),
    "UNOJ": ("iso8859-8",),
    "UNOK": ("iso8859-9",),
    "UNOW": ("utf-8",),
    "UNOY": ("utf-8",),
}
_DEFAULT_CHARSETS = ("ascii", "utf-8")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = " \r\n\t\x1a"
"""What may stand between two segments and says nothing."""
_BLANK_BYTES = BLANKS.encode()
_SYNTAX = re.compile(rb"UNB\W(UNO[A-Z])")
__all__ = ["Segment", "Separators", "charsets", "count_equipment", "decoded", "message_type", "segments"]


class Separators(NamedTuple):
    """The service characters of one interchange."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    terminator: str = "'"

    @classmethod
    def stated(cls, advice: str) -> Separators:
        """The characters a service string advice states: the six behind ``UNA``."""
        return cls(advice[0], advice[1], advice[2], advice[3], advice[5])

    @property
    def line_ends(self) -> str:
        """The line ends that are layout here, because they are no service characters."""
        return "".join(c for c in "\r\n" if c not in self)


class Segment(NamedTuple):
    """One segment as received (``text``, with its terminator) and split into elements of components.

    ``number`` counts segments of the file from 1, ``line_no`` is the physical line it starts on.
    """

    tag: str
    elements: list[list[str]]
    number: int
    line_no: int
    text: str

    def value(self, element: int, component: int = 0) -> str:
        """A component without surrounding blanks, "" where it is absent; element 1 follows the tag."""
        if element >= len(self.elements) or component >= len(self.elements[element]):
            return ""
        return self.elements[element][component].strip()


def decoded(data: bytes) -> str:
    """The text of an interchange by the character set of its UNB; ``FileRejected`` ENCODING otherwise."""
    data = data.removeprefix(BYTE_ORDER_MARK)
    tried, named = charsets(data)
    for charset in tried:
        try:
            return data.decode(charset)
        except UnicodeDecodeError as error:
            last = error
    raise undecodable(last.start, tried, named)


def charsets(head: bytes) -> tuple[tuple[str, ...], str]:
    """What the first UNB lets a file be read as, the first that fits wins, and the name it gives that."""
    named = _SYNTAX.search(head)
    if named is None:
        return _DEFAULT_CHARSETS, "none: ASCII"
    return _CHARSETS.get(named[1].decode(), _DEFAULT_CHARSETS), named[1].decode()


def undecodable(offset: int, tried: tuple[str, ...], named: str) -> FileRejected:
    """The rejection of a file with a byte that none of the character sets tried can have."""
    return FileRejected(
        "ENCODING",
        f"byte {offset} is not {' nor '.join(tried)}",
        expected=f"the character set the interchange declares ({named})",
        fix="Ask the sender to declare the character set it writes.",
        offset=offset,
    )


def segments(text: str) -> Iterator[Segment]:
    """Every segment; line ends between and inside segments are layout, not data.

    ``FileRejected``: TRUNCATED where the text ends inside a segment, TOO_BIG for a segment over 64 kB.
    """
    marks, at, number, line, counted = Separators(), 0, 0, 1, 0
    line_end = "\n" if "\n" in text else "\r"
    while (at := _skip_blanks(text, at)) < len(text):
        if text.startswith("UNA", at) and len(text) >= at + 9:
            marks, at = Separators.stated(text[at + 3 : at + 9]), at + 9
            continue
        end = _terminator(text, at, marks)
        number += 1
        line += text.count(line_end, counted, at)
        counted = at
        yield _segment(text[at : end + 1], marks, number, line)
        at = end + 1


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANKS:
        at += 1
    return at


def _terminator(text: str, start: int, marks: Separators) -> int:
    at = text.find(marks.terminator, start)
    while at >= 0 and at - start <= MAX_ROW_CHARS and _is_released(text, at, start, marks):
        at = text.find(marks.terminator, at + 1)
    if at < 0 and len(text) - start <= MAX_ROW_CHARS:
        raise unfinished(text[start : start + 40], marks.terminator)
    if at < 0 or at - start > MAX_ROW_CHARS:
        raise too_long(text[start : start + 40])
    return at


def unfinished(seen: str, terminator: str) -> FileRejected:
    """The rejection of a file that ends inside a segment."""
    return FileRejected(
        "TRUNCATED",
        f"the last segment has no terminator: {seen!r}",
        expected=f"a file that ends with {terminator}",
        fix="Ask the sender for the whole file.",
    )


def too_long(seen: str) -> FileRejected:
    """The rejection of a file with a segment that no honest system writes."""
    return FileRejected(
        "TOO_BIG",
        f"a segment is longer than {MAX_ROW_CHARS} characters: {seen!r}",
        expected="a terminator before that",
        fix="Ask the sender to write the file again.",
    )


def _is_released(text: str, at: int, start: int, marks: Separators) -> bool:
    """Whether an odd number of release characters stands before ``at``; a blank release means there is none."""
    skipped, run, at = marks.line_ends, 0, at - 1
    while at >= start and (text[at] == marks.release != " " or text[at] in skipped):
        run += text[at] == marks.release
        at -= 1
    return run % 2 == 1


def begins_segment(data: bytes | bytearray, at: int, marks: Separators) -> bool:
    """Whether only blanks stand between ``at`` and the beginning of ``data`` or a terminator not released."""
    size = 16
    while at > 0 and data[at - 1] in _BLANK_BYTES:
        before = data[max(0, at - size) : at]
        at -= len(before) - len(before.rstrip(_BLANK_BYTES))
        size *= 4
    if at == 0:
        return True
    if data[at - 1] != ord(marks.terminator):
        return False
    release, run, at = ord(marks.release), 0, at - 2
    if at < 0 or (data[at] != release and data[at] > 13):
        return True
    line_ends = marks.line_ends.encode()
    while at >= 0 and (data[at] == release != 32 or data[at] in line_ends):
        run += data[at] == release
        at -= 1
    return run % 2 == 0


def _segment(text: str, marks: Separators, number: int, line: int) -> Segment:
    body = text[:-1].translate(dict.fromkeys(map(ord, marks.line_ends)))
    if marks.release == " " or marks.release not in body:
        elements = [e.split(marks.component) for e in body.split(marks.element)]
    else:
        elements = _released(body, marks)
    return Segment(elements[0][0].strip(), elements, number, line, text)


def _released(body: str, marks: Separators) -> list[list[str]]:
    elements: list[list[str]] = [[""]]
    characters = iter(body)
    for c in characters:
        if c == marks.release:
            elements[-1][-1] += next(characters, "")
        elif c == marks.element:
            elements.append([""])
        elif c == marks.component:
            elements[-1].append("")
        else:
            elements[-1][-1] += c
    return elements


def message_type(head: bytes) -> str | None:
    """The type in the first UNH (``CODECO``), "" for an interchange without one, None where it is not EDIFACT."""
    start = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not start.startswith((b"UNA", b"UNB", b"UNH")):
        return None
    found = re.search(rb"UNH[^\w\s][^'\r\n]*?[^\w\s]([A-Z]{6})(?=\W)", start)
    return found[1].decode() if found else ""
