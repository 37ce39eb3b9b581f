"""The number of rows in delimited text, from bits over the bytes: it shares no code with what reads them.

A row ends at a line end outside quotes; blank lines are none. Quotes are followed by the running parity of their bits,
and only where one of them opens or closes nowhere near a field's edge by a pattern.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]

_QUOTE, _LINE_END = 34, 10
_SHIFTS = tuple(np.uint64(1 << n) for n in range(6))
_ONE, _TOP = np.uint64(1), np.uint64(63)


class RowCounter:
    """Counts records piece by piece; a record that a piece leaves open is counted when it ends.

    ``not_rows`` is a pattern of lines that are records of the text but no rows, such as totals.
    """

    def __init__(self, delimiter: str, not_rows: re.Pattern[bytes] | None = None) -> None:
        self._delimiter = delimiter.encode()
        self._not_rows = not_rows
        self._open = b""
        edge = rb"(\A|\n|" + re.escape(self._delimiter) + rb")"
        self._field = re.compile(edge + rb'"(?:[^"]|"")*+"')
        self._opening = re.compile(edge + rb'"')

    def count(self, piece: bytes) -> int:
        """Records that end in ``piece``; one that lacks only its line end is still open."""
        data = self._open + piece if self._open else piece
        ended, self._open = self._counted(data)
        return ended

    def count_rest(self) -> int:
        """1 where the text ended inside a record that is not blank, else 0."""
        return int(bool(self._open.rstrip(b"\x1a").strip()))

    def _counted(self, data: bytes) -> tuple[int, bytes]:
        if b'"' not in data:
            return self._lines(data, np.frombuffer(data, np.uint8) == _LINE_END)
        is_end = self._ends_outside_quotes(data)
        if is_end is not None:
            return self._lines(data, is_end)
        # The pattern takes whole quoted fields out; what it leaves of a quote at a field's edge is still open.
        bare = self._field.sub(lambda m: m[1] + b"Q" * (len(m[0]) - len(m[1])), data)
        left = self._opening.search(bare)
        ends = np.frombuffer(bare, np.uint8) == _LINE_END
        if left is not None:
            ends[left.end() - 1 :] = False
        return self._lines(data, ends)

    def _ends_outside_quotes(self, data: bytes) -> npt.NDArray[np.bool_] | None:
        """Line ends outside quotes; None where a quote is not at the edge of a field."""
        # Filled up to whole words with line ends, which are edges too.
        text = np.frombuffer(data + b"\n" * (64 - len(data) % 64), np.uint8)
        quotes, ends = _bits(text == _QUOTE), _bits(text == _LINE_END)
        edges = quotes | ends | _bits(text == self._delimiter[0])
        inside = _running_parity(quotes)
        before = _behind(edges)
        before[0] |= _ONE
        if np.any(quotes & inside & ~before) or np.any(_behind(quotes & ~inside) & ~edges):
            return None
        flags = np.unpackbits((ends & ~inside).view(np.uint8), bitorder="little")
        return flags[: len(data)].view(np.bool_)

    def _lines(self, data: bytes, is_end: npt.NDArray[np.bool_]) -> tuple[int, bytes]:
        ends = np.flatnonzero(is_end)
        if not len(ends):
            return 0, data
        starts = np.concatenate([[0], ends[:-1] + 1])
        text = np.frombuffer(data, np.uint8)
        # A blank line starts with a blank, and so do few others.
        doubtful = np.flatnonzero(text[starts] <= 32)
        blank = sum(not data[starts[i] : ends[i]].strip() for i in doubtful)
        left_out = blank + self._left_out(data, starts)
        return len(ends) - left_out, data[int(ends[-1]) + 1 :]

    def _left_out(self, data: bytes, starts: npt.NDArray[np.int64]) -> int:
        if self._not_rows is None:
            return 0
        found = [m.start() for m in self._not_rows.finditer(data)]
        return int(np.isin(found, starts).sum()) if found else 0


def _bits(flags: npt.NDArray[np.bool_]) -> Bits:
    """Flags as bits of words, the first flag in the lowest bit."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def _running_parity(bits: Bits) -> Bits:
    """Bit i is the parity of the bits 0 to i."""
    parity = bits.copy()
    for shift in _SHIFTS:
        parity ^= parity << shift
    before = np.bitwise_xor.accumulate(parity >> _TOP)
    parity[1:] ^= np.uint64(0) - before[:-1]
    return parity


def _behind(bits: Bits) -> Bits:
    """Each bit moved to the place behind it."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _TOP
    return moved
