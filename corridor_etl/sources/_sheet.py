"""A list in a worksheet: where its header is, what stands above it, and which of its lines are what.

Knows cells and their types. Which bytes may be opened is decided in ``_workbook``, what a line is in ``_lines``,
what belongs together across lines in ``_boxes``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from corridor_etl.errors import FileRejected
from corridor_etl.sources._headers import folded, named
from corridor_etl.sources._lines import Line, Shape, is_plain_record, kind
from corridor_etl.sources._sheet_grid import CellError, Formula, Sheet
from corridor_etl.sources._source import CONTROL, RowFault
from corridor_etl.sources._table import Table

HEADER_SEARCH_ROWS = 30
_PAIRS = re.compile(r"[\r\n;；　]+|\s{2,}")
_BROKEN_NUMBER = "\x00"
"""Stands before a number with more digits than a spreadsheet keeps, so that one search finds every bad text."""


@dataclass(frozen=True)
class Header:
    """Where the table starts: its first and last header row and the raw name of each column (None: unknown)."""

    top: int
    row: int
    names: tuple[str | None, ...]
    labels: tuple[str, ...]

    def at(self, names: Sequence[str]) -> tuple[int, ...]:
        """Columns (from 0) of those of ``names`` that the table has."""
        return tuple(self.names.index(n) for n in names if n in self.names)

    def shape(self, table: Table) -> Shape:
        """Which columns say what a line is."""
        return Shape(
            self.row, self.at(table.keys), self.at(table.same), self.at(table.box), self.at(table.goods),
            self.at(table.summed),
        )  # fmt: skip


@dataclass(slots=True)
class Record:
    """One record: the sheet rows it fills, their cells as text in the order of the columns, and its fault or None."""

    number: int
    texts: list[str | None]
    fault: RowFault | None = None
    parts: list[tuple[int, list[str | None]]] = field(default_factory=list)


@dataclass(frozen=True)
class Total:
    """A totals row: its number, its cells by raw name, and how many records stand above it."""

    number: int
    values: Mapping[str, str | None]
    records_above: int


def find_header(sheet: Sheet, table: Table) -> Header | None:
    """The row of the first 30 with most known headers, if they are enough; a second header row under it is joined."""
    rows = [table.qualified([label(c) for c in row]) for row in sheet.rows[:HEADER_SEARCH_ROWS]]
    scores = [len({n for n in (named(text, table.spellings) for text in row) if n}) for row in rows]
    best = max(scores, default=0)
    if best < table.min_headers:
        return None
    at = scores.index(best)
    labels, row = rows[at], at + 1
    if row < len(rows) and _is_second_header(labels, sheet.rows[row], table):
        both = enumerate(zip(labels, rows[row], strict=True))
        labels = [_joined(sheet, first, second, (at, c), table) for c, (first, second) in both]
        row += 1
    names = tuple(table.layout().checked(labels, row))
    if row < len(sheet.rows) and _numbers_columns(sheet.rows[row]):
        row += 1
    return Header(at + 1, row, names, tuple(labels))


def _is_second_header(first: Sequence[str], second: Sequence[Any], table: Table) -> bool:
    """Whether the row under a header goes on naming columns: all text, known names or at least no digits in it."""
    filled = [c for c in second if c != ""]
    if not filled or not all(type(c) is str for c in filled):
        return False
    known = sum(named(label(c), table.spellings) is not None for c in filled)
    has_digits = any(c.isdigit() for text in filled for c in text)
    return known * 2 >= len(filled) or (not has_digits and len(filled) * 2 >= sum(map(bool, first)))


def _joined(sheet: Sheet, first: str, second: str, at: tuple[int, int], table: Table) -> str:
    """The name of a column with two header cells; a heading merged over several columns counts for each of them."""
    first = first or _heading(sheet, *at)
    if not second or not first:
        return first or second
    tries = (f"{first}\n{second}", second, f"{second} {first}", f"{first} {second}", f"{first}{second}")
    return next(
        (t for t in tries[1:] if named(t, table.spellings) and not named(first, table.spellings)), tries[0]
    )


def _heading(sheet: Sheet, row: int, column: int) -> str:
    over = (m for m in sheet.merges if m.top <= row <= m.bottom and m.left <= column <= m.right)
    return next((label(sheet.rows[m.top][m.left]) for m in over if m.right > m.left), "")


def _numbers_columns(row: Sequence[Any]) -> bool:
    """Whether a row counts the columns 1, 2, 3 as forms do under their header."""
    said = [label_of_number(c) for c in row if c != ""]
    return len(said) >= 5 and said == [str(n) for n in range(1, len(said) + 1)]


def info(sheet: Sheet, header: Header, spellings: Mapping[str, str]) -> dict[str, str]:
    """Values above the header that stand beside, or in one cell with, a label of ``spellings`` (label -> name)."""
    table = {folded(s): n for s, n in spellings.items()}
    found: dict[str, str] = {}
    for row in sheet.rows[: header.top - 1]:
        filled = [c for c in row if label(c)]
        for i, cell in enumerate(filled):
            pairs = _PAIRS.split(label(cell)) if type(cell) is str else [label(cell)]
            for pair in pairs:
                name_text, _, rest = pair.replace("：", ":").partition(":")
                name = named(name_text, table)
                after = cell_text(filled[i + 1]) if i + 1 < len(filled) and pair is pairs[-1] else None
                if name is not None and (value := rest.strip() or after):
                    found.setdefault(name, value)
    return found


def read_lines(sheet: Sheet, header: Header, table: Table) -> tuple[list[Record], list[Total]]:
    """Records and totals below the header; blank rows and notes are passed over."""
    lines = _Lines(sheet, header, table)
    for number, row in enumerate(islice(sheet.rows, header.row, None), start=header.row + 1):
        lines.take(number, row)
    return lines.records, lines.totals


class _Lines:
    """The lines of a table as they are met."""

    def __init__(self, sheet: Sheet, header: Header, table: Table) -> None:
        self.header, self.table, self.shape = header, table, header.shape(table)
        self.identifiers = header.at(sorted(table.identifiers | table.whole_codes))
        self.labels = {folded(text) for text in header.labels if text}
        self.records: list[Record] = []
        self.totals: list[Total] = []
        self.key = ""
        self.row: Sequence[Any] = ()

    def take(self, number: int, row: Sequence[Any]) -> None:
        """Decides what a row is and keeps it, unless it is blank or a note."""
        key = row[self.shape.keys[0]]
        key = key.strip() if type(key) is str else ""
        if key and is_plain_record(key, self.key, _first(row)):
            self._keep(number, row, key)
            return
        texts = stripped(row)
        if not texts:
            return
        line = kind(texts, stripped(self.row) if self.records else None, self.shape)
        if line is Line.RECORD:
            self._keep(number, row, self.shape.key(texts))
        elif line is Line.PART:
            head = self.records[-1]
            head.parts.append((number, [cell_text(c) for c in row]))
            head.fault = head.fault or self._fault(head.number, row, is_part=True)
        elif line is Line.TOTAL:
            values = {n: _total_text(c) for n, c in zip(self.header.names, row, strict=True) if n}
            self.totals.append(Total(number, values, len(self.records)))

    def _keep(self, number: int, row: Sequence[Any], key: str) -> None:
        texts = [(c or None) if type(c) is str else cell_text(c) for c in row]
        record = Record(number, texts)
        if self._is_suspect(row, texts) or not key or folded(key) in self.labels:
            record.fault = self._fault(number, row)
            record.texts = [t and t.removeprefix(_BROKEN_NUMBER) for t in texts]
        self.records.append(record)
        self.key, self.row = key, row

    def _is_suspect(self, row: Sequence[Any], texts: Sequence[str | None]) -> bool:
        if any(type(row[c]) is not str for c in self.identifiers):
            return True
        if Formula in (types := set(map(type, row))) or CellError in types:
            return True
        together = " ".join([t for t in texts if t])
        return not together.isprintable() and CONTROL.search(together) is not None

    def _fault(self, number: int, row: Sequence[Any], *, is_part: bool = False) -> RowFault | None:
        named_cells = zip(self.header.names, self.header.labels, row, strict=True)
        for name, text, cell in named_cells:
            fault = _cell_fault(number, name or text or "a column without a header", cell, self.table)
            if fault is not None:
                return fault
        if is_part:
            return None
        key = self.shape.key(stripped(row))
        column = self.table.keys[0]
        if folded(key) in self.labels:
            return RowFault(number, "REPEATED_HEADER", column, key, "a record, not the header once more")
        return (
            None
            if key
            else RowFault(
                number,
                "ID-001",
                column,
                "",
                "a container number" if column == "container_no" else f"a value for {column}",
            )
        )


def _cell_fault(number: int, column: str, cell: Any, table: Table) -> RowFault | None:
    if isinstance(cell, Formula):
        return RowFault(number, "FORMULA_CELL", column, str(cell), "a value, not a formula")
    if isinstance(cell, CellError):
        return RowFault(number, "ERROR_CELL", column, str(cell), "a value")
    if isinstance(cell, str):
        if CONTROL.search(cell.replace("\r\n", "\n")):
            return RowFault(number, "CONTROL_CHAR", column, repr(cell), "no control characters")
        return None
    text = (cell_text(cell) or "").removeprefix(_BROKEN_NUMBER)
    is_broken = text != cell_text(cell) or column in table.identifiers
    if is_broken or (column in table.whole_codes and len(text) % 2 == 1):
        return RowFault(number, "NUMERIC_IDENTIFIER", column, text, "the identifier as text")
    return None


def stripped(row: Sequence[Any]) -> dict[int, str]:
    """Column from 0 -> text without surrounding blanks, for the cells that have any."""
    texts = ((c, label(cell)) for c, cell in enumerate(row))
    return {c: text for c, text in texts if text}


def _first(row: Sequence[Any]) -> str:
    return next((text for text in map(label, row) if text), "")


def _total_text(cell: Any) -> str | None:
    """A total as text; a formula that was never calculated has none."""
    if isinstance(cell, Formula):
        return cell_text(cell.cached) if cell.cached else None
    return cell_text(cell)


def cell_text(cell: Any) -> str | None:
    """A cell as text: numbers without float noise, dates as ISO; None for an empty cell."""
    kind_of_cell = type(cell)
    if kind_of_cell is float or kind_of_cell is int:
        return number_text(cell)
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "seconds" if cell.second else "minutes")
    if isinstance(cell, dt.timedelta):
        return f"{cell.total_seconds() / 3600:g} h"
    return str(cell.isoformat("minutes") if isinstance(cell, dt.time) else cell.isoformat())


def number_text(value: float) -> str:
    """A number without exponent and float noise; one of 16 digits or more is marked, because digits were lost."""
    if type(value) is int or value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else f"{_BROKEN_NUMBER}{int(value)}"
    return f"{value:.6f}".rstrip("0").rstrip(".")


def label_of_number(cell: Any) -> str:
    """A cell as the text of a label or a column number."""
    return (cell_text(cell) or "").strip()


def label(cell: Any) -> str:
    """A cell as stripped text."""
    return cell.strip() if isinstance(cell, str) else (cell_text(cell) or "").strip()


def no_list(titles: Sequence[str], table: Table) -> FileRejected:
    """The rejection of a workbook in which no visible sheet has the header."""
    return FileRejected(
        "SCHEMA",
        f"no visible sheet has the header of {table.layout().name}: {', '.join(titles)}",
        expected=f"a row with at least {table.min_headers} known headers in the first {HEADER_SEARCH_ROWS}",
        fix="Ask the sender for the list, or add its headers to header_alias.csv.",
    )
