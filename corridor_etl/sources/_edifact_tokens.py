"""EDIFACT text to columns: where each segment, element and component stands in a buffer of bytes.

Nothing is cut out of the buffer: a value is a :class:`Spans`, a place and a length for each row, and becomes text
only when a column of it is asked for (``_edifact_text``). What segments mean belongs to ``_layout``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_etl.sources._edifact import BLANKS, Separators, too_long
from corridor_etl.sources._source import MAX_ROW_CHARS

Indices = NDArray[np.int64]
Codes = NDArray[np.uint64]

PADDING = b"\0" * 16
"""Stands behind every buffer, so that eight bytes can be read at any place of it."""

_SPACES = np.zeros(256, dtype=bool)
_SPACES[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32]] = True
_SKIPPED = np.zeros(256, dtype=bool)
_SKIPPED[list(BLANKS.encode())] = True
_BLANK_RUN = re.compile(b"[" + BLANKS.encode() + b"]*")
_WIDE_BLANK = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2(?:\x80[\x80-\x8a\xa8\xa9\xaf]|\x81\x9f)|\xe3\x80\x80"
)
_LOW_BYTES = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)


def packed(text: str) -> int:
    """A text of at most eight ASCII characters as the number :meth:`Tokens.codes` gives for it."""
    return int.from_bytes(text.encode("ascii"), "little")


@dataclass(frozen=True)
class Spans:
    """A value of each row: ``start`` in the buffer and ``length`` in bytes; length 0 is no value."""

    start: Indices
    length: Indices

    def take(self, rows: Indices) -> Spans:
        """The spans of other rows; -1 is a row without a value."""
        length = np.where(rows < 0, 0, self.length[rows]) if len(self.length) else np.zeros_like(rows)
        return Spans(self.start[rows] if len(self.start) else np.zeros_like(rows), length)

    @staticmethod
    def none(rows: int) -> Spans:
        """No value in any row."""
        return Spans(np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64))


class Tokens:
    """The segments of one buffer in which one set of service characters holds.

    ``starts`` and ``ends`` bound each segment without its terminator, ``tags`` are packed codes. Every segment must be
    whole: a caller cuts behind a terminator.
    ``FileRejected`` TOO_BIG for a segment over 64 kB.
    """

    def __init__(
        self, data: bytes, marks: Separators, first_line: int = 1, line_end: str = "\n", before: bytes = b""
    ) -> None:
        self.marks = marks
        self.text, removed = _without_line_ends(data, marks, line_end)
        if before:  # segments of an earlier buffer that are needed again
            self.text, removed = before + self.text, removed + len(before)
        self.bytes = np.frombuffer(self.text, dtype=np.uint8)
        self._words = np.ndarray((len(self.text) - 8,), dtype="<u8", buffer=self.text, strides=(1,))
        self._pairs = np.ndarray((len(self.text) - 15,), dtype="V16", buffer=self.text, strides=(1,))
        self.releases = self._release_characters()
        self._split()
        self.has_wide_blanks = not self.text.isascii() and _WIDE_BLANK.search(self.text) is not None
        self._first_line, self._breaks = first_line, removed
        self.has_release = np.zeros(len(self.starts) + 1, dtype=bool)
        self.has_release[np.searchsorted(self.ends, self.releases)] = True
        self.tags = self._tags()

    def __len__(self) -> int:
        return len(self.starts)

    def _release_characters(self) -> Indices:
        """Where a release character stands that is not itself released."""
        release = self.marks.release.encode()
        if release == b" " or release not in self.text:
            return np.empty(0, dtype=np.int64)
        at = np.flatnonzero(self.bytes == release[0])
        order = np.arange(len(at))
        begins = np.concatenate([[True], np.diff(at) != 1])
        in_run = order - np.maximum.accumulate(np.where(begins, order, 0))
        return at[in_run % 2 == 0]

    def _split(self) -> None:
        component, terminator = ord(self.marks.component), ord(self.marks.terminator)
        table = bytearray(256)
        for mark in (component, ord(self.marks.element), terminator):
            table[mark] = 1
        # One pass over the bytes, where comparing them with each mark is three and their temporaries.
        is_mark = np.frombuffer(bytearray(self.text.translate(table)), dtype=bool)
        if len(self.releases):
            is_mark[self.releases] = False
            is_mark[self.releases + 1] = False
        self._marks_at = np.flatnonzero(is_mark)
        kinds = self.bytes.take(self._marks_at)
        self._elements = np.flatnonzero(kinds != component)  # as places among the marks
        self._last = np.flatnonzero(kinds.take(self._elements) == terminator)
        self._first = np.concatenate([[0], self._last + 1])[:-1]
        terminators = self._elements[self._last]
        self._behind_tag = np.concatenate([[0], terminators + 1])[:-1]
        self.ends = self._marks_at[terminators]
        self.starts = self._begins(np.concatenate([[0], self.ends + 1])[:-1])
        self._check_lengths()
        blank = np.flatnonzero(self.bytes <= 32)[: -len(PADDING)]
        self._is_padded = bool(is_mark[blank + 1].any() or is_mark[blank - 1].any())

    def _begins(self, at: Indices) -> Indices:
        """``at`` moved behind the blanks there."""
        for i in np.flatnonzero(_SKIPPED[self.bytes[at]]):
            at[i] = _BLANK_RUN.match(self.text, at[i]).end()  # type: ignore[union-attr]
        return at

    def _check_lengths(self) -> None:
        for i in np.flatnonzero(self.ends - self.starts > MAX_ROW_CHARS):
            segment = self.text[self.starts[i] : self.ends[i]].decode()
            if len(segment) > MAX_ROW_CHARS:
                raise too_long(segment[:40])

    def _tags(self) -> Codes:
        rows = np.arange(len(self))
        tags = self.codes(rows, self.value(rows, 0))
        return np.where(tags < np.uint64(1 << 24), tags, np.uint64(0))

    def value(self, rows: Indices, element: int, component: int = 0) -> Spans:
        """A component of the segments ``rows``, without the blanks around it; element 0 is the tag."""
        if element == 0:
            begin = self.starts[rows]
            return self._trimmed(Spans(begin, self._marks_at[self._behind_tag[rows]] - begin))
        mark = self._first.take(rows) + element
        is_there = mark <= self._last.take(rows)
        if not is_there.all():
            mark[~is_there] = 0
        left = self._elements.take(mark - 1)
        if component:
            is_there &= self._elements.take(mark) - left > component
            left += component
        has_all = bool(is_there.all())
        if not has_all:
            left[~is_there] = -1
        begin = self._marks_at.take(left) + 1
        length = self._marks_at.take(left + 1) - begin
        if not has_all:
            length *= is_there
        return self._trimmed(Spans(begin, length))

    def _trimmed(self, spans: Spans) -> Spans:
        if not self._is_padded:
            return spans
        start, length = spans.start.copy(), spans.length.copy()
        rows = np.flatnonzero((length > 0) & _SPACES[self.bytes[start]])
        while len(rows):
            start[rows] += 1
            length[rows] -= 1
            rows = rows[(length[rows] > 0) & _SPACES[self.bytes[start[rows]]]]
        rows = np.flatnonzero((length > 0) & _SPACES[self.bytes[start + length - 1]])
        while len(rows):
            length[rows] -= 1
            rows = rows[(length[rows] > 0) & _SPACES[self.bytes[start[rows] + length[rows] - 1]]]
        return Spans(start, length)

    def line_nos(self, rows: Indices) -> Indices:
        """Physical lines on which the segments ``rows`` start."""
        return self._first_line + np.searchsorted(self._breaks, self.starts[rows], side="right")

    def word_at(self, at: Indices) -> Codes:
        """The eight bytes from each place on, as numbers whose lowest byte is the first."""
        return self._words[at]

    def pair_at(self, at: Indices) -> tuple[Codes, Codes]:
        """The sixteen bytes from each place on, as two such numbers."""
        pairs = self._pairs[at].view("<u8")
        return pairs[0::2], pairs[1::2]

    def codes(self, rows: Indices, spans: Spans) -> Codes:
        """Values of at most eight bytes as numbers that can be compared with :func:`packed`; 0 for longer ones.

        ``rows`` are the segments the spans lie in, so that released characters are taken as what they stand for.
        """
        is_long = spans.length > 8
        if is_long.any():
            codes = self._words[spans.start] & _LOW_BYTES.take(np.where(is_long, 0, spans.length))
        else:
            codes = self._words[spans.start] & _LOW_BYTES.take(spans.length)
        if len(self.releases):
            for i in self.released(rows, spans):
                text = self.plain(spans, int(i)).encode()
                codes[i] = int.from_bytes(text, "little") if len(text) <= 8 else 0
        return codes

    def released(self, rows: Indices, spans: Spans) -> Indices:
        """Which of the values hold a release character."""
        near = np.flatnonzero(self.has_release.take(rows))
        near = near[spans.length[near] > 0]
        first = np.searchsorted(self.releases, spans.start[near])
        after = np.searchsorted(self.releases, spans.start[near] + spans.length[near])
        return near[after > first]

    def plain(self, spans: Spans, row: int) -> str:
        """One value as text: released characters as themselves, no blanks around it."""
        start, end = int(spans.start[row]), int(spans.start[row] + spans.length[row])
        first, after = np.searchsorted(self.releases, [start, end])
        cut = bytearray(self.text[start:end])
        for at in self.releases[first:after][::-1]:
            del cut[int(at) - start]
        return cut.decode().strip()

    def segment(self, row: int) -> str:
        """One segment as received, with its terminator and without line ends inside it."""
        return self.text[self.starts[row] : self.ends[row] + 1].decode()


def _without_line_ends(data: bytes, marks: Separators, line_end: str) -> tuple[bytes, Indices]:
    """The buffer without line ends, padded, and where in it the physical lines begin."""
    layout = marks.line_ends.encode()
    if b"\r" not in data and b"\n" not in data:
        return data + PADDING, np.empty(0, dtype=np.int64)
    raw = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(raw == ord(line_end))
    if not layout:
        return data + PADDING, breaks + 1
    if line_end == "\n" and layout == b"\r\n" and b"\r" not in data:
        return data.translate(None, layout) + PADDING, breaks - np.arange(len(breaks))
    is_layout = raw == layout[0] if len(layout) == 1 else (raw == layout[0]) | (raw == layout[1])
    removed = np.flatnonzero(is_layout)
    order = np.arange(len(breaks)) if len(breaks) == len(removed) else np.searchsorted(removed, breaks)
    kept_before = breaks - order
    return data.translate(None, layout) + PADDING, kept_before + (line_end not in marks.line_ends)
