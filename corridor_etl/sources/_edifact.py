"""EDIFACT (ISO 9735) bytes to segments, and a separate simpler count of equipment groups.

Knows separators, release characters, character sets and where a segment stands. What an interchange must
consist of is in ``_interchange``, what the segments of a container mean in ``_equipment``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from corridor_etl.errors import FileRejected
from corridor_etl.sources._source import MAX_ROW_CHARS

# UNB S001.0001. What says ASCII is also read as UTF-8: senders put names of goods into it all the same.
_CHARSETS = {
    "UNOA": ("ascii", "utf-8"),
    "UNOB": ("ascii", "utf-8"),
    "UNOC": ("utf-8", "latin-1"),
    "UNOD": ("iso8859-2",),
    "UNOE": ("iso8859-5",),
    "UNOF": ("iso8859-7",),
    "UNOW": ("utf-8",),
    "UNOY": ("utf-8",),
}
_DEFAULT_CHARSETS = ("ascii", "utf-8")
_SYNTAX = re.compile(rb"UNB\W(UNO[A-Z])")
_SERVICE = re.compile(rb"UNA(.{6})\s*(?=UN[BGH])", re.DOTALL)
_DEFAULT_SERVICE = b":+.? '"


class Separators(NamedTuple):
    """The service characters of one interchange."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    terminator: str = "'"


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
    data = data.removeprefix(b"\xef\xbb\xbf")
    named = _SYNTAX.search(data)
    charsets = _CHARSETS.get(named[1].decode(), _DEFAULT_CHARSETS) if named else _DEFAULT_CHARSETS
    for charset in charsets:
        try:
            return data.decode(charset)
        except UnicodeDecodeError as error:
            last = error
    raise FileRejected(
        "ENCODING",
        f"byte {last.start} is not {' nor '.join(charsets)}",
        expected=f"the character set the interchange declares ({named[1].decode() if named else 'none: ASCII'})",
        fix="Ask the sender to declare the character set it writes.",
        offset=last.start,
    )


def segments(text: str) -> Iterator[Segment]:
    """Every segment; line ends between and inside segments are layout, not data.

    ``FileRejected``: TRUNCATED where the text ends inside a segment, TOO_BIG for a segment over 64 kB.
    """
    marks, at, number, line, counted = Separators(), 0, 0, 1, 0
    line_end = "\n" if "\n" in text else "\r"
    while (at := _skip_blanks(text, at)) < len(text):
        if text.startswith("UNA", at) and len(text) >= at + 9:
            marks, at = _service_marks(text, at), at + 9
            continue
        end = _terminator(text, at, marks)
        number += 1
        line += text.count(line_end, counted, at)
        counted = at
        yield _segment(text[at : end + 1], marks, number, line)
        at = end + 1


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \r\n\t\x1a":
        at += 1
    return at


def _service_marks(text: str, at: int) -> Separators:
    advice = text[at + 3 : at + 9]
    return Separators(advice[0], advice[1], advice[2], advice[3], advice[5])


def _terminator(text: str, start: int, marks: Separators) -> int:
    at = text.find(marks.terminator, start)
    while at >= 0 and at - start <= MAX_ROW_CHARS and _is_released(text, at, start, marks.release):
        at = text.find(marks.terminator, at + 1)
    if at < 0 and len(text) - start <= MAX_ROW_CHARS:
        raise FileRejected(
            "TRUNCATED",
            f"the last segment has no terminator: {text[start : start + 40]!r}",
            expected=f"a file that ends with {marks.terminator}",
            fix="Ask the sender for the whole file.",
        )
    if at < 0 or at - start > MAX_ROW_CHARS:
        raise FileRejected(
            "TOO_BIG", f"a segment is longer than {MAX_ROW_CHARS} characters: {text[start : start + 40]!r}",
            expected="a terminator before that", fix="Ask the sender to write the file again.",
        )  # fmt: skip
    return at


def _is_released(text: str, at: int, start: int, release: str) -> bool:
    """Whether an odd number of release characters stands before ``at``; a blank release means there is none."""
    run = at
    while run > start and text[run - 1] == release != " ":
        run -= 1
    return (at - run) % 2 == 1


def _segment(text: str, marks: Separators, number: int, line: int) -> Segment:
    body = text[:-1].replace("\r", "").replace("\n", "")
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
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"UNA", b"UNB", b"UNH")):
        return None
    found = re.search(rb"UNH[^\w\s][^'\r\n]*?[^\w\s]([A-Z]{6})(?=\W)", start)
    return found[1].decode() if found else ""


def count_equipment(data: bytes) -> int:
    """EQD+CN segments, counted over the bytes by pattern; shares no code with :func:`segments`."""
    advices = list(_SERVICE.finditer(data))
    bounds = [0, *(a.end() for a in advices), len(data)]
    marks = [_DEFAULT_SERVICE, *(a[1] for a in advices)]
    return sum(_count(data[bounds[i] : bounds[i + 1]], marks[i]) for i in range(len(marks)))


def _count(region: bytes, service: bytes) -> int:
    component, element, release, terminator = (re.escape(service[i : i + 1]) for i in (0, 1, 3, 5))
    # A run is looked at from its first character only, else a long one takes quadratic time.
    run = rb"(?<!" + release + rb")(" + release + rb"*)" if service[3:4] != b" " else rb"()"
    after = rb"\s*(?=" + element + rb"|" + component + rb"|" + terminator + rb")"
    pattern = rb"(?:\A|" + run + terminator + rb")\s*EQD" + element + rb"\s*CN" + after
    # An even run of release characters releases itself and leaves the terminator a terminator.
    return sum(len(m[1] or b"") % 2 == 0 for m in re.finditer(pattern, region))
