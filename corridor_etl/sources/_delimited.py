"""A delimited file by its layout, in balanced parts of bounded size: the one engine of all CSV formats.

Each format states its layout and its form; a sender's dialect overrules them. Bytes to text
belongs to ``_decode``, text to rows to ``_csv_pieces``, the count to ``_csv_count``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.settings._sections import Dialect
from corridor_etl.sources import _csv_extras as extras
from corridor_etl.sources._csv import MAX_COLUMNS, sniffed_delimiter, unclosed
from corridor_etl.sources._csv_count import RowCounter
from corridor_etl.sources._csv_head import Head, first_line, read_head, truncated
from corridor_etl.sources._csv_pieces import Splitter
from corridor_etl.sources._decode import head_line
from corridor_etl.sources._headers import Layout, drift, folded
from corridor_etl.sources._source import Finding, RawFile, RowFault, Source
from corridor_etl.sources._text_pieces import PIECE_BYTES, Text

CLAIM_SHARE = 0.6
"""A file whose header has this share of a layout's mandatory columns is that layout, even if one is misspelt."""


@dataclass(frozen=True)
class Form:
    """How a format writes numbers and dates, and what its rows may be besides rows.

    ``has_totals``: rows of totals may stand among the rows. ``event_columns``: rows that agree in all of them and
    stand in one part are one event, repeated by a join; the first two tell most events apart. ``words``: what the
    cells of a column mean where it does not have the layout's own header. ``reshaped`` changes a part's rows.
    ``telling``: columns of which a header must have one to be this format's, as others share the rest.
    """

    decimal_mark: str = "."
    is_day_first: bool = False
    has_totals: bool = False
    event_columns: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reshaped: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    telling: tuple[str, ...] = ()


PLAIN = Form()


def source(
    name: str, record_kind: str, meaning: str, layout: Callable[[], Layout], form: Form = PLAIN
) -> Source:
    """The plug-in of a CSV format; its layout is made when it is first needed."""
    return Source(
        name=name,
        record_kind=record_kind,
        meaning=meaning,
        claims=lambda head, _file_name: claims(layout(), head, form.telling),
        read=lambda data, sender: read(layout(), data, sender, form=form),
        stream=lambda file, sender: stream(layout(), file, sender, form=form),
    )


def claims(layout: Layout, head: bytes, telling: Sequence[str] = ()) -> bool:
    """Whether the first line that is not blank has most of the mandatory headers of ``layout``, and one ``telling``."""
    line, hint = first_line(head_line(head, lines=2))
    if "\x00" in line:
        return False
    cells = [c.strip().strip('"') for c in line.split(hint or sniffed_delimiter(line, layout.known))]
    if len(cells) > MAX_COLUMNS:
        return False
    try:
        names = layout.raw_names(cells)
    except FileRejected:
        # A header with a column twice is still this layout's header; anything else with a text twice is not.
        return len({folded(c) for c in cells} & layout.known) >= CLAIM_SHARE * len(layout.mandatory)
    if telling and not {*names} & {*telling}:
        return False
    return len({*names} & {*layout.mandatory}) >= CLAIM_SHARE * len(layout.mandatory)


def read(
    layout: Layout,
    data: bytes,
    sender: Sender | None,
    *,
    decimal_mark: str = ".",
    is_day_first: bool = False,
    form: Form | None = None,
    piece_bytes: int = PIECE_BYTES,
) -> RawFile:
    """The raw rows of a delimited file at once; ``FileRejected`` where the whole cannot be read."""
    form = form or Form(decimal_mark, is_day_first)
    parts = list(stream(layout, io.BytesIO(data), sender, form=form, piece_bytes=piece_bytes))
    return replace(
        parts[-1],
        frame=pl.concat([part.frame for part in parts]),
        rows_counted=sum(part.rows_counted for part in parts),
        faults=tuple(fault for part in parts for fault in part.faults),
        raw_lines={line: text for part in parts for line, text in part.raw_lines.items()},
    )


def stream(
    layout: Layout,
    file: BinaryIO,
    sender: Sender | None,
    *,
    form: Form = PLAIN,
    piece_bytes: int = PIECE_BYTES,
) -> Iterator[RawFile]:
    """The raw rows of a seekable delimited file in balanced parts; ``FileRejected``, perhaps after good parts."""
    dialect = sender.dialect if sender else Dialect()
    layout = layout.with_headers(dialect.header_names)
    text = Text(file, sender.encodings if sender else (), piece_bytes)
    pieces = text.pieces()
    head = read_head(pieces, dialect.delimiter, layout.known)
    table = Table(form, layout, dialect, head, text.encoding)
    counter = RowCounter(head.delimiter, extras.TOTALS_BYTES if form.has_totals else None)
    part = table.part(head.rest, counter.count(head.held) - head.records)
    for piece in pieces:
        following = table.part(piece, counter.count(piece))
        yield part
        part = following
    yield table.closed(part, counter)


@dataclass
class Table:
    """The rows of one file as they come, and what is to be said about the whole of it."""

    form: Form
    layout: Layout
    dialect: Dialect
    head: Head
    encoding: str
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        header = [label.strip() for label in self.head.header.fields]
        line_no = self.head.header.line_no
        self._names = self.layout.checked(header, line_no)
        self.findings += drift(self.layout, header, self._names, line_no)
        self._splitter = Splitter(header, self.head.delimiter, self.head.line_no)
        self._totals = extras.Totals(self._decimal_mark) if self.form.has_totals else None

    @property
    def _decimal_mark(self) -> str:
        return self.dialect.decimal_mark or self.form.decimal_mark

    def part(self, piece: bytes, counted: int) -> RawFile:
        """The rows that end in a piece, balanced against their count."""
        rows = self._splitter.split(piece)
        if self._totals is not None:
            rows = self._totals.taken_from(rows, self._selected)
        frame = rows.frame.select(*self._selected())
        if self.form.reshaped is not None:
            frame = self.form.reshaped(frame)
        if self.form.event_columns:
            self.findings += extras.fan_out(frame, self.form.event_columns)
        self.rows += counted
        is_day_first = self.dialect.is_day_first
        return RawFile(
            frame=frame,
            rows_counted=counted,
            findings=(),
            faults=rows.faults,
            dialect=f"{self.layout.name} {self.encoding} {self._delimiter_name}",
            raw_lines=rows.raw_lines,
            decimal_mark=self._decimal_mark,
            is_day_first=self.form.is_day_first if is_day_first is None else is_day_first,
        )

    @property
    def _delimiter_name(self) -> str:
        return "tab" if self.head.delimiter == "\t" else self.head.delimiter

    def _selected(self) -> Sequence[pl.Expr]:
        """``line_no``, the layout's columns in its order and ``raw_text``; a column the file lacks is null."""
        return (pl.col("line_no"), *(self._cells(c) for c in self.layout.columns), pl.col("raw_text"))

    def _cells(self, name: str) -> pl.Expr:
        if name not in self._names:
            return pl.lit(None, pl.String).alias(name)
        at = self._names.index(name)
        cells = pl.col(f"c{at}").alias(name)
        words = self.form.words.get(name)
        if words is None or self.head.header.fields[at] == self.layout.own_header(name):
            return cells
        return pl.coalesce(
            cells.str.strip_chars().str.to_lowercase().replace_strict(words, default=None), cells
        )

    def closed(self, part: RawFile, counter: RowCounter) -> RawFile:
        """The last part, with what the end of the file and the whole of it have to say."""
        rest = self._splitter.rest
        if rest.endswith(b"\x1a"):
            rest = rest.rstrip(b"\x1a")
            self.findings.append(
                Finding("END_MARK", "info", "a DOS end-of-file character after the last row was ignored")
            )
        if rest:
            part = self._with_open_row(part, rest.decode(), counter.count_rest())
        if not self.rows:
            self.findings.append(
                Finding("NO_ROWS", "warning", "the file has a header and no rows", self.head.header.line_no)
            )
        totals = self._totals.findings() if self._totals is not None else []
        return replace(part, findings=(*part.findings, *self.findings, *totals))

    def _with_open_row(self, part: RawFile, text: str, counted: int) -> RawFile:
        line_no = self._splitter.line_no
        if text.endswith("\n"):
            raise unclosed(line_no)
        if self.dialect.unterminated_last_row == "reject" or not text.strip():
            raise truncated(line_no + text.count("\n"))
        if "\n" in text:
            raise unclosed(line_no)
        self.rows += counted
        fault = RowFault(line_no, "UNTERMINATED_LAST_ROW", "", text[:80], "a line end after the last row")
        return replace(
            part,
            rows_counted=part.rows_counted + counted,
            faults=(*part.faults, fault),
            raw_lines={**part.raw_lines, line_no: text},
        )
