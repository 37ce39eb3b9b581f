"""The number of rows in delimited text, from its bytes and before they are read.

A row ends at a line end before which the number of quotes is even; blank lines are none. Where a quote stands inside
a field, which such counting cannot see through, a pattern takes the quoted fields out first. What reads the rows has
its own ways (Polars' reader and ``_csv``) and knows nothing of this one.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from corridor_etl.sources import _csv_bits as bits

_QUOTE, _LINE_END, _BLANK = 34, 10, 32
_FIRST = np.uint64(1)


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
        text = np.frombuffer(data, np.uint8)
        ends = bits.where(np.equal, text, _LINE_END)
        if b'"' in data:
            quotes = bits.where(np.equal, text, _QUOTE)
            outside = self._outside(quotes, ends, text)
            ends = self._by_pattern(data) if outside is None else ends & outside
        size = bits.last(ends) + 1
        if not size:
            return 0, data
        return bits.count(ends) - self._left_out(data, text, ends), data[size:]

    def _outside(self, quotes: bits.Bits, ends: bits.Bits, text: bits.Bytes) -> bits.Bits | None:
        """Bytes outside quoted fields; None where a quote is not at the edge of a field."""
        edges = quotes | ends | bits.where(np.equal, text, self._delimiter[0])
        is_inside = bits.running_parity(quotes)
        at_edge = bits.moved_on(edges)
        at_edge[0] |= _FIRST
        behind_closing = bits.upto(bits.moved_on(quotes & ~is_inside), len(text))
        if np.any(quotes & is_inside & ~at_edge) or np.any(behind_closing & ~edges):
            return None
        return ~is_inside

    def _by_pattern(self, data: bytes) -> bits.Bits:
        """Line ends outside quoted fields; what the pattern leaves of a quote at an edge is still open."""
        bare = self._field.sub(lambda m: m[1] + b"Q" * (len(m[0]) - len(m[1])), data)
        left = self._opening.search(bare)
        ends = bits.where(np.equal, np.frombuffer(bare, np.uint8), _LINE_END)
        return ends if left is None else bits.upto(ends, left.end())

    def _left_out(self, data: bytes, text: bits.Bytes, ends: bits.Bits) -> int:
        """Lines that are blank or no rows."""
        starts = bits.moved_on(ends)
        starts[0] |= _FIRST
        doubtful = bits.places(starts & bits.where(np.less_equal, text, _BLANK))
        totals = [m.start() for m in self._not_rows.finditer(data)] if self._not_rows else []
        if not len(doubtful) and not totals:
            return 0
        places = bits.places(ends)
        # A blank line starts with a blank, and so do few others.
        blank = sum(not data[at : _next(places, at)].strip() for at in doubtful if at <= places[-1])
        return blank + int(np.isin(totals, bits.places(starts)).sum())


def _next(places: npt.NDArray[np.int64], at: int) -> int:
    return int(places[np.searchsorted(places, at)])
