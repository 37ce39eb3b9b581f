"""Where the records of a piece of delimited text stand, found over its bytes, and which of them are odd.

What a record says belongs to ``_csv``; nothing here decides that a row is bad, only that it needs a closer look.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor_etl.sources._source import MAX_ROW_CHARS

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LINE_END, TAB, QUOTE = 10, 9, 34
FIRST_PRINTED, DELETE = 32, 127
_WINDOW = MAX_ROW_CHARS // 2
# Characters that turn the direction of text, and byte order marks: only the exact reading may judge them.
_CLOSER_LOOK = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf")
_LOOK_STARTS = (b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf")


@dataclass(frozen=True)
class Spans:
    """First byte, line end and line number of each record, and the places of the delimiters between their fields."""

    starts: Places
    ends: Places
    lines: Places
    delimiters: Places
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


def rows_if_plain(data: bytes, delimiter: str, width: int) -> int | None:
    """The number of lines where each is a sound row unless one has too many fields; None where that is unsure."""
    if b'"' in data or not data.endswith(b"\n") or width < 2 or _needs_a_look(data, delimiter):
        return None
    text = np.frombuffer(data, np.uint8)
    ends = int(np.count_nonzero(text == LINE_END))
    delimiters = int(np.count_nonzero(text == ord(delimiter)))
    tabs = delimiters if delimiter == "\t" else int(np.count_nonzero(text == TAB))
    controls = int(np.count_nonzero(text < FIRST_PRINTED)) - ends - tabs
    return ends if delimiters == ends * (width - 1) and not controls else None


def _needs_a_look(data: bytes, delimiter: str) -> bool:
    if b"\x7f" in data or any(start in data for start in _LOOK_STARTS):
        return True
    if delimiter == "\t" and (data[:1] in b"\t " or b"\n\t" in data or b"\n " in data):
        return True  # a row of nothing but tabs is a blank line
    windows = range(0, len(data) - _WINDOW, _WINDOW)
    return any(data.find(b"\n", at, at + _WINDOW) < 0 for at in windows)


def quoted(data: bytes, delimiter: str, line_no: int) -> Spans | None:
    """Records of a piece with quotes; None where one of the quotes is not at the edge of a field."""
    text = np.frombuffer(data, np.uint8)
    places = np.flatnonzero((text == QUOTE) | (text == LINE_END) | (text == ord(delimiter)))
    kinds = text[places]
    is_quote, is_end = kinds == QUOTE, kinds == LINE_END
    is_inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).view(np.bool_)
    opens, closes, is_apart = is_quote & is_inside, is_quote & ~is_inside, np.diff(places) != 1
    is_stray = (
        np.any(opens[1:] & is_apart)
        or np.any(closes[:-1] & is_apart)
        or (opens[0] and places[0] != 0)
        or (closes[-1] and places[-1] != len(data) - 1)
    )
    if is_stray:
        return None
    ends, all_ends = places[is_end & ~is_inside], places[is_end]
    starts, has_inner_ends = starts_of(ends), len(all_ends) != len(ends)
    steps = np.searchsorted(all_ends, starts) if has_inner_ends else np.arange(len(ends))
    delimiters = places[(kinds == ord(delimiter)) & ~is_inside]
    return Spans(starts, ends, line_no + steps, delimiters, has_inner_ends)


def holding(places: Places, spans: Spans) -> Flags:
    """Which records hold at least one of the places."""
    return np.searchsorted(places, spans.ends) > np.searchsorted(places, spans.starts)


def odd(data: bytes, spans: Spans, delimiter: str, width: int) -> Flags:
    """Records that may be no sound rows: wrong in their fields, too long, blank, or with odd characters."""
    text = np.frombuffer(data, np.uint8)
    upto = np.searchsorted(spans.delimiters, spans.ends)
    fields = upto - np.searchsorted(spans.delimiters, spans.starts) + 1
    is_odd = (fields != width) | (spans.ends - spans.starts > MAX_ROW_CHARS)
    if width < 2 or delimiter == "\t":
        last = np.maximum(spans.ends - 1, spans.starts)
        is_odd |= (text[spans.starts] <= FIRST_PRINTED) & (text[last] <= FIRST_PRINTED)
    is_control = (text < FIRST_PRINTED) & (text != LINE_END) & (text != TAB)
    is_odd |= holding(np.flatnonzero(is_control | (text == DELETE)), spans)
    if any(start in data for start in _LOOK_STARTS):
        looks = [m.start() for m in _CLOSER_LOOK.finditer(data)]
        is_odd |= holding(np.array(looks, np.int64), spans)
    return is_odd


def joined(data: bytes, spans: Spans, is_kept: Flags) -> bytes:
    """The text of the kept records with their line ends."""
    starts, behind = spans.starts[is_kept], spans.ends[is_kept] + 1
    if not len(starts):
        return b""
    breaks = np.flatnonzero(starts[1:] != behind[:-1])
    firsts = starts[np.concatenate([[0], breaks + 1])].tolist()
    lasts = behind[np.concatenate([breaks, [len(behind) - 1]])].tolist()
    return b"".join(data[a:b] for a, b in zip(firsts, lasts, strict=True))
