"""A stream of EDIFACT bytes in pieces of some megabytes that can be read one by one.

A piece holds whole segments under one set of service characters, as UTF-8. It ends behind a message where one ends,
else before a container group, so that no group is ever in two pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corridor_etl.errors import FileRejected
from corridor_etl.sources._edifact import (
    BLANKS,
    BYTE_ORDER_MARK,
    Separators,
    begins_segment,
    too_long,
    unfinished,
)
from corridor_etl.sources._edifact_survey import Survey
from corridor_etl.sources._source import MAX_ROW_CHARS

PIECE_BYTES = 4 << 20
MOST_BYTES = 64 << 20
"""A piece grows this far while it looks for a place to be cut at."""

_ADVICE = re.compile(rb"UNA")
_ADVICE_BYTES = 9
_BLANK_BYTES = BLANKS.encode()
_NO_LINE_END = re.compile(rb"[^\r\n]")


@dataclass(frozen=True)
class Piece:
    """Whole segments under one set of service characters; ``first_line`` is the physical line they begin on.

    ``advice`` is the service string advice that came before ``data``, where it changed something.
    """

    data: bytes
    marks: Separators
    first_line: int
    advice: bytes = b""


def pieces(file: BinaryIO, found: Survey, size: int = PIECE_BYTES) -> Iterator[Piece]:
    """The pieces of ``file`` from where it stands, in order, about ``size`` bytes each.

    ``FileRejected``: TRUNCATED where the file ends inside a segment, TOO_BIG for a segment over 64 kB or a container
    group over 64 MB, SERVICE_STRING for service characters outside ASCII.
    """
    return _Cutter(file, found, size).pieces()


class _Cutter:
    def __init__(self, file: BinaryIO, found: Survey, size: int) -> None:
        self._file = file
        self._charset = found.charset
        self._line_end = found.line_end.encode()
        self._size = size
        self._text = bytearray()
        self._is_ended = False
        self._is_begun = False
        self._marks = Separators()
        self._stated = b""
        self._line = 1
        self._scanned = 0

    def pieces(self) -> Iterator[Piece]:
        while not self._is_ended or self._text:
            if not self._is_ended:
                self._fill()
            region = self._advice()
            while region is not None:
                yield from self._piece(region)
                region = self._advice()
            if self._is_ended:
                self._check_end()
                yield from self._piece(len(self._text))
                return
            if len(self._text) >= self._size:
                yield from self._piece(self._cut())

    def _fill(self) -> None:
        block = self._file.read(self._size)
        if not self._is_begun:
            while 0 < len(block) < len(BYTE_ORDER_MARK) and (more := self._file.read(1)):
                block += more
            block = block.removeprefix(BYTE_ORDER_MARK)
            self._is_begun = True
            self._is_ended = False
        if self._charset not in ("ascii", "utf-8"):
            block = block.decode(self._charset).encode()
        if block:
            self._text += block
        else:
            self._is_ended = True
        self._check_growth()

    def _check_growth(self) -> None:
        if len(self._text) <= 8 * MAX_ROW_CHARS:
            return
        last = self._text.rfind(self._marks.terminator.encode())
        rest = self._text[last + 1 :].strip(_BLANK_BYTES)
        if len(rest) > 8 * MAX_ROW_CHARS:
            raise too_long(rest[:40].decode(errors="backslashreplace"))

    def _piece(self, end: int) -> Iterator[Piece]:
        if end <= 0:
            return
        data = bytes(self._text[:end])
        del self._text[:end]
        self._scanned = max(0, self._scanned - end)
        if data.strip(_BLANK_BYTES):
            yield Piece(data, self._marks, self._line, self._stated)
            self._stated = b""
        self._line += data.count(self._line_end)

    def _advice(self) -> int | None:
        """Takes in service string advices; the place of the first that changes something behind other segments."""
        for found in _ADVICE.finditer(self._text, self._scanned):
            at = found.start()
            if len(self._text) < at + _ADVICE_BYTES:
                break
            self._scanned = at
            if not begins_segment(self._text, at, self._marks):
                continue
            stated = _stated(bytes(self._text[at + 3 : at + _ADVICE_BYTES]))
            if stated._replace(decimal="") != self._marks._replace(decimal=""):
                if self._text[:at].strip(_BLANK_BYTES):
                    return at
                self._marks, self._stated = stated, bytes(self._text[at : at + _ADVICE_BYTES])
            self._blank_out(at)
        else:
            self._scanned = max(self._scanned, len(self._text) - len("UN"))
        return None

    def _blank_out(self, at: int) -> None:
        advice = slice(at, at + _ADVICE_BYTES)
        self._text[advice] = _NO_LINE_END.sub(b" ", self._text[advice])
        self._scanned = at + _ADVICE_BYTES

    def _cut(self) -> int:
        """Where the piece ends, 0 where more must be read first."""
        at = self._last(b"UNT")
        if at > 0:
            return self._end_of(at)
        if len(self._text) < 2 * self._size:
            return 0
        at = self._last(b"EQD")
        if at <= 0 and len(self._text) > MOST_BYTES:
            raise FileRejected(
                "TOO_BIG",
                f"no message or container group begins or ends within {MOST_BYTES >> 20} MB",
                expected="messages of a size that can be read",
                fix="Ask the sender to split the file.",
            )
        return at

    def _last(self, tag: bytes) -> int:
        at = self._text.rfind(tag)
        while at >= 0:
            if begins_segment(self._text, at, self._marks) and (tag != b"UNT" or self._end_of(at)):
                return at
            at = self._text.rfind(tag, 0, at)
        return 0

    def _end_of(self, at: int) -> int:
        """Behind the terminator of the segment at ``at``, 0 where it is not there yet."""
        terminator = self._marks.terminator.encode()
        end = self._text.find(terminator, at)
        while end >= 0 and not begins_segment(self._text, end + 1, self._marks):
            end = self._text.find(terminator, end + 1)
        return end + 1

    def _check_end(self) -> None:
        """Refuses a file that ends inside a segment."""
        terminator = self._marks.terminator.encode()
        end = self._text.rfind(terminator)
        while end >= 0 and not begins_segment(self._text, end + 1, self._marks):
            end = self._text.rfind(terminator, 0, end)
        rest = bytes(self._text[end + 1 :]).strip(_BLANK_BYTES).decode()
        if len(rest) > MAX_ROW_CHARS:
            raise too_long(rest[:40])
        if rest:
            raise unfinished(rest[:40], self._marks.terminator)


def _stated(advice: bytes) -> Separators:
    if advice.isascii():
        return Separators.stated(advice.decode())
    raise FileRejected(
        "SERVICE_STRING",
        f"the service string states {advice!r}",
        expected="six ASCII characters behind UNA",
        fix="Ask the sender to write the file with ASCII service characters.",
    )
