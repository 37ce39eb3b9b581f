"""Delimited text to rows by the piece: sound rows all at once, odd ones one by one through ``_csv``.

Every path gives the same rows, faults and line numbers, wherever the pieces are cut. Cells are columns ``c0``, ``c1``
and so on; which of them is what belongs to ``_headers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor_etl.sources import _csv_spans as spanning
from corridor_etl.sources._csv import BLANKS, Record, record, repeated_header, row_fault
from corridor_etl.sources._csv_frame import cells_frame
from corridor_etl.sources._csv_spans import Flags, Spans
from corridor_etl.sources._source import MAX_ROW_CHARS, RowFault


@dataclass(frozen=True)
class Rows:
    """``frame``: ``line_no``, the cells and ``raw_text`` of sound rows in order; ``faults`` and texts of the others."""

    frame: pl.DataFrame
    faults: tuple[RowFault, ...]
    raw_lines: dict[int, str]


class Splitter:
    """Rows below a header, piece by piece; ``rest``, on line ``line_no``, is the record a piece has left open."""

    def __init__(self, header: list[str], delimiter: str, line_no: int) -> None:
        self._header = header
        self._delimiter = delimiter
        self._names = [f"c{i}" for i in range(len(header))]
        self._telling = max(range(len(header)), key=lambda i: len(header[i]))
        self.rest = b""
        self.line_no = line_no

    def split(self, piece: bytes) -> Rows:
        """The rows that end in ``piece``; ``FileRejected`` UNCLOSED_QUOTE."""
        data = self.rest + piece if self.rest else piece
        rows = self._all_at_once(data)
        if rows is not None:
            return rows
        if b'"' not in data:
            return self._by_lines(data, is_quoted_too=False)
        spans = spanning.quoted(data, self._delimiter, self.line_no)
        return self._by_lines(data, is_quoted_too=True) if spans is None else self._by_quotes(data, spans)

    def _all_at_once(self, data: bytes) -> Rows | None:
        """The rows of a piece in which no record is odd, else None."""
        found = spanning.whole(data, self._delimiter, len(self._header))
        if found is None:
            return None
        sound = data[: found.size]
        frame = cells_frame(
            sound, self.line_no + found.lines, self._names, self._delimiter,
            is_quoted=found.is_quoted, ends=found.ends,
        )  # fmt: skip
        if frame is None:  # a row too short made up for one too long
            return None
        self.line_no += int(np.count_nonzero(np.frombuffer(sound, np.uint8) == spanning.LINE_END))
        self.rest = data[found.size :]
        return self._judged(frame, [])

    def _by_quotes(self, data: bytes, spans: Spans) -> Rows:
        """Records with quotes at the edges of fields only."""
        behind = spanning.behind_last(spans.ends)
        if len(data) - behind > MAX_ROW_CHARS:
            # Refuses a record that is open for too long; one that merely lacks its line end is kept.
            open_lines = data[behind:].decode().removesuffix("\n").split("\n")
            record(open_lines, 0, self.line_no + data.count(b"\n", 0, behind), self._delimiter)
        return self._read(data, spans, [], behind, is_quoted=True)

    def _by_lines(self, data: bytes, *, is_quoted_too: bool) -> Rows:
        """Records by their lines; those with stray quotes exactly, together with the lines they take in."""
        spans = spanning.plain(data, self._delimiter, self.line_no)
        if not is_quoted_too:
            return self._read(data, spans, [], spanning.behind_last(spans.ends), is_quoted=False)
        found, is_free, behind = self._stray(data, spans)
        free = Spans(spans.starts[is_free], spans.ends[is_free], spans.lines[is_free], spans.delimiters)
        return self._read(data, free, found, behind, is_quoted=False)

    def _stray(self, data: bytes, spans: Spans) -> tuple[list[Record], Flags, int]:
        """Records that begin on a line with a quote, the lines that are in none, and where an open one begins."""
        quotes = np.flatnonzero(np.frombuffer(data, np.uint8) == spanning.QUOTE)
        lines = spanning.Lines(data, spans.starts, spans.ends)
        is_free = np.ones(len(lines), np.bool_)
        found: list[Record] = []
        for at in np.flatnonzero(spanning.holding(quotes, spans)).tolist():
            if not is_free[at]:
                continue
            got = record(lines, at, self.line_no + at, self._delimiter)
            if got is None:
                is_free[at:] = False
                return found, is_free, int(spans.starts[at])
            is_free[at : at + got[1]] = False
            found.append(got[0])
        return found, is_free, spanning.behind_last(spans.ends)

    def _read(self, data: bytes, spans: Spans, found: list[Record], behind: int, *, is_quoted: bool) -> Rows:
        """Sound records all at once, odd ones and ``found`` exactly; what stands behind them is kept."""
        is_odd = spanning.odd(data, spans, self._delimiter, len(self._header))
        sound, ends = spanning.joined(data, spans, ~is_odd)
        frame = cells_frame(
            sound, spans.lines[~is_odd], self._names, self._delimiter,
            is_quoted=is_quoted, ends=ends if spans.has_inner_ends else None,
        )  # fmt: skip
        if frame is None:  # Polars sees other rows than the line ends say: every one is read exactly
            is_odd[:] = True
            frame = cells_frame(b"", spans.lines[:0], self._names, self._delimiter, is_quoted=False)
            assert frame is not None
        rows = self._judged(frame, [*found, *self._exact(data, spans, is_odd)])
        self.line_no += data.count(b"\n", 0, behind)
        self.rest = data[behind:]
        return rows

    def _exact(self, data: bytes, spans: Spans, is_odd: Flags) -> Iterator[Record]:
        for at in np.flatnonzero(is_odd).tolist():
            text = data[spans.starts[at] : spans.ends[at]].decode()
            got = record(text.split("\n"), 0, int(spans.lines[at]), self._delimiter)
            if got is not None and text.strip(BLANKS):
                yield got[0]

    def _judged(self, frame: pl.DataFrame, found: list[Record]) -> Rows:
        """The rows of ``frame`` and ``found`` that are rows, and the faults of the rest, by line."""
        texts: dict[int, str] = {}
        faults: list[RowFault] = []
        sound: list[tuple[object, ...]] = []
        for one in found:
            fault = row_fault(one, self._header)
            if fault is None:
                sound.append((one.line_no, *one.fields, one.text))
            else:
                faults.append(fault)
                texts[one.line_no] = one.text
        for line_no, text in self._headers_again(frame):
            faults.append(repeated_header(line_no, text))
            texts[line_no] = text
        if len(texts) > len(found) - len(sound):
            frame = frame.filter(~pl.col("line_no").is_in(list(texts)))
        if sound:
            frame = pl.concat([frame, pl.DataFrame(sound, schema=frame.schema, orient="row")]).sort("line_no")
        return Rows(frame, tuple(sorted(faults, key=lambda f: f.line_no)), texts)

    def _headers_again(self, frame: pl.DataFrame) -> list[tuple[int, str]]:
        label = self._header[self._telling]
        # The longest label is longer than most cells below it, and length costs nothing to compare.
        cells = frame[self._names[self._telling]]
        long = cells.filter(cells.str.len_bytes() >= len(label.encode()))
        if not (long.str.strip_chars() == label).any():
            return []
        pairs = zip(self._names, self._header, strict=True)
        again = pl.all_horizontal(pl.col(name).str.strip_chars() == label for name, label in pairs)
        return frame.filter(again).select("line_no", "raw_text").rows()
