"""Where the records of a piece of delimited text stand, found over its bytes, and which of them are odd.

What a record says belongs to ``_csv``; nothing here decides that a row is bad, only that it needs a closer look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor_etl.sources import _csv_bits as bits
from corridor_etl.sources._csv_bits import Bytes
from corridor_etl.sources._source import MAX_ROW_CHARS

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LINE_END, TAB, QUOTE = 10, 9, 34
FIRST_PRINTED, DELETE = 32, 127
_WINDOW = MAX_ROW_CHARS // 2


@dataclass(frozen=True)
class Spans:
    """First byte, line end and line number of each record, and the delimiters between their fields."""

    starts: Places
    ends: Places
    lines: Places
    delimiters: bits.Bits
    has_inner_ends: bool = False


class Lines(Sequence[str]):
    """Lines of a piece as text, each decoded only when it is asked for."""

    def __init__(self, data: bytes, starts: Places, ends: Places) -> None:
        self._data, self._starts, self._ends = data, starts, ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, at: Any) -> Any:
        return self._data[self._starts[at] : self._ends[at]].decode()


def behind_last(ends: Places) -> int:
    """The byte behind the last line end, 0 where there is none."""
    return int(ends[-1]) + 1 if len(ends) else 0


def starts_of(ends: Places) -> Places:
    """First bytes of records that follow each other without a gap."""
    return np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends


@dataclass(frozen=True)
class Whole:
    """The first ``size`` bytes of a piece: records of which none is odd, unless one has too many fields.

    ``lines`` are their lines below the first; ``ends`` their line ends where quoted fields hold further ones.
    """

    size: int
    lines: Places
    is_quoted: bool
    ends: Places | None = None


def whole(data: bytes, delimiter: str, width: int) -> Whole | None:
    """All records of a piece at once, by counts over the whole of it; None where that is unsure."""
    if width < 2 or _needs_a_look(data, delimiter):
        return None
    text = np.frombuffer(data, np.uint8)
    if b'"' in data:
        return _whole_quoted(text, delimiter, width)
    if not data.endswith(b"\n"):
        return None
    ends = int(np.count_nonzero(text == LINE_END))
    delimiters = int(np.count_nonzero(text == ord(delimiter)))
    tabs = delimiters if delimiter == "\t" else int(np.count_nonzero(text == TAB))
    controls = int(np.count_nonzero(text < FIRST_PRINTED)) - ends - tabs
    if delimiters != ends * (width - 1) or controls:
        return None
    return Whole(len(data), np.arange(ends), is_quoted=False)


def _whole_quoted(text: Bytes, delimiter: str, width: int) -> Whole | None:
    quotes, ends = bits.where(np.equal, text, QUOTE), bits.where(np.equal, text, LINE_END)
    delimiters, tabs = bits.where(np.equal, text, ord(delimiter)), bits.where(np.equal, text, TAB)
    is_inside = bits.running_parity(quotes)
    if _has_stray(quotes, is_inside, quotes | ends | delimiters, len(text)):
        return None
    record_ends = ends & ~is_inside
    size = bits.last(record_ends) + 1
    if not size or len(text) - size > MAX_ROW_CHARS:
        return None
    controls = bits.where(np.less, text, FIRST_PRINTED) & ~ends & ~tabs
    records, breaks = bits.count(record_ends), bits.count(bits.upto(ends, size))
    between = bits.count(bits.upto(delimiters & ~is_inside, size))
    if np.any(controls) or between != records * (width - 1):
        return None
    if records == breaks:
        return Whole(size, np.arange(records), is_quoted=True)
    places = bits.places(record_ends)
    return Whole(size, bits.before(ends, starts_of(places)), True, places)


def _has_stray(quotes: bits.Bits, is_inside: bits.Bits, edges: bits.Bits, size: int) -> bool:
    """Whether a quote opens behind or closes before anything but the edge of a field, or another quote."""
    before = bits.moved_on(edges)
    before[0] |= np.uint64(1)
    behind = bits.moved_on(quotes & ~is_inside)
    if size % 64:
        behind = bits.upto(behind, size)
    return bool(np.any(quotes & is_inside & ~before) or np.any(behind & ~edges))


def _needs_a_look(data: bytes, delimiter: str) -> bool:
    if b"\x7f" in data or len(_looks(data)):
        return True
    if delimiter == "\t" and (data[:1] in b"\t " or b"\n\t" in data or b"\n " in data):
        return True  # a row of nothing but tabs is a blank line
    windows = range(0, len(data) - _WINDOW, _WINDOW)
    return any(data.find(b"\n", at, at + _WINDOW) < 0 for at in windows)


def _looks(data: bytes) -> Places:
    """Places of characters that only the exact reading may judge: those that turn text, and byte order marks."""
    if data.isascii():
        return np.empty(0, np.int64)
    text = np.frombuffer(data + b"\0\0", np.uint8)
    firsts = np.flatnonzero((text == 0xE2) | (text == 0xEF))
    first, second, third = (text[firsts + n] for n in range(3))
    is_turn = (second == 0x80) & (third >= 0xAA) & (third <= 0xAE)
    is_isolate = (second == 0x81) & (third >= 0xA6) & (third <= 0xA9)
    is_mark = (first == 0xEF) & (second == 0xBB) & (third == 0xBF)
    return firsts[((first == 0xE2) & (is_turn | is_isolate)) | is_mark]


def quoted(data: bytes, delimiter: str, line_no: int) -> Spans | None:
    """Records of a piece with quotes; None where one of the quotes is not at the edge of a field."""
    text = np.frombuffer(data, np.uint8)
    quotes, line_ends = bits.where(np.equal, text, QUOTE), bits.where(np.equal, text, LINE_END)
    delimiters = bits.where(np.equal, text, ord(delimiter))
    is_inside = bits.running_parity(quotes)
    if _has_stray(quotes, is_inside, quotes | line_ends | delimiters, len(text)):
        return None
    ends = bits.places(line_ends & ~is_inside)
    lines = line_no + bits.before(line_ends, starts_of(ends))
    has_inner_ends = bits.count(line_ends) != len(ends)
    return Spans(starts_of(ends), ends, lines, delimiters & ~is_inside, has_inner_ends)


def plain(data: bytes, delimiter: str, line_no: int) -> Spans:
    """Records of a piece by its lines, as if quotes meant nothing."""
    text = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(text == LINE_END)
    lines = line_no + np.arange(len(ends), dtype=np.int64)
    return Spans(starts_of(ends), ends, lines, bits.where(np.equal, text, ord(delimiter)))


def holding(places: Places, spans: Spans) -> Flags:
    """Which records hold at least one of the places."""
    return np.searchsorted(places, spans.ends) > np.searchsorted(places, spans.starts)


def odd(data: bytes, spans: Spans, delimiter: str, width: int) -> Flags:
    """Records that may be no sound rows: wrong in their fields, too long, blank, or with odd characters."""
    text = np.frombuffer(data, np.uint8)
    before_start = bits.before(spans.delimiters, spans.starts)
    fields = bits.before(spans.delimiters, spans.ends) - before_start + 1
    is_odd = (fields != width) | (spans.ends - spans.starts > MAX_ROW_CHARS)
    if width < 2 or delimiter == "\t":
        last = np.maximum(spans.ends - 1, spans.starts)
        is_odd |= (text[spans.starts] <= FIRST_PRINTED) & (text[last] <= FIRST_PRINTED)
    breaks = bits.where(np.equal, text, LINE_END) | bits.where(np.equal, text, TAB)
    controls = bits.where(np.less, text, FIRST_PRINTED) & ~breaks | bits.where(np.equal, text, DELETE)
    if np.any(controls):
        is_odd |= holding(bits.places(controls), spans)
    looks = _looks(data)
    return is_odd | holding(looks, spans) if len(looks) else is_odd


def joined(data: bytes, spans: Spans, is_kept: Flags) -> tuple[bytes, Places]:
    """The text of the kept records with their line ends, and where those are in it."""
    starts, behind = spans.starts[is_kept], spans.ends[is_kept] + 1
    if not len(starts):
        return b"", starts
    breaks = np.flatnonzero(starts[1:] != behind[:-1])
    firsts = starts[np.concatenate([[0], breaks + 1])].tolist()
    lasts = behind[np.concatenate([breaks, [len(behind) - 1]])].tolist()
    text = b"".join(data[a:b] for a, b in zip(firsts, lasts, strict=True))
    return text, np.cumsum(behind - starts) - 1
