"""A loading list in a worksheet: where its header is, what stands above it, and its rows as text.

Knows cells and their types. Which file may be opened at all is decided in ``_workbook``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from corridor_etl.errors import FileRejected
from corridor_etl.sources._headers import Layout, folded, named
from corridor_etl.sources._source import CONTROL, RowFault
from corridor_etl.sources._totals import MIN_CELLS, is_total

HEADER_SEARCH_ROWS = 30
MIN_KNOWN_HEADERS = 5

# Excel keeps 15 digits of a number and drops leading zeros: an identifier typed as a number is already damaged.
IDENTIFIERS = frozenset(
    ("container_no", "hs_code", "declaration_nos", "booking_no", "consignment_note_no", "seal_nos")
)
_NOISE = Decimal("0.000001")

Cells = Sequence[Any]


@dataclass(frozen=True)
class Header:
    """Where the table starts: its first and last header row and the raw name of each column (None: unknown)."""

    top: int
    row: int
    names: tuple[str | None, ...]
    labels: tuple[str, ...]

    def column(self, raw_name: str) -> str:
        """Letter of the column called ``raw_name``."""
        return str(get_column_letter(self.names.index(raw_name) + 1))


@dataclass(frozen=True)
class SheetRow:
    """One row below the header: cells by raw name as text, and what makes it unreadable (or None)."""

    number: int
    values: Mapping[str, str | None]
    is_total: bool
    fault: RowFault | None


def find_header(sheet: Any, layout: Layout) -> Header | None:
    """The row of the first 30 with most known headers, at least 5; a second header row under it is joined."""
    rows = list(sheet.iter_rows(min_row=1, max_row=HEADER_SEARCH_ROWS))
    table = {folded(s): n for s, n in layout.spellings.items()}
    named_rows = [[named(_label(c), table) for c in row] for row in rows]
    scores = [len({n for n in names if n}) for names in named_rows]
    best = max(scores, default=0)
    if best < MIN_KNOWN_HEADERS:
        return None
    at = scores.index(best)
    top, labels = at + 1, [_label(c) for c in rows[at]]
    if at + 1 < len(rows) and scores[at + 1] >= MIN_KNOWN_HEADERS:
        at += 1
        labels = [
            f"{a}\n{b}" if a and b else a or b for a, b in zip(labels, map(_label, rows[at]), strict=True)
        ]
    return Header(top, at + 1, tuple(layout.checked(labels, at + 1)), tuple(labels))


def info(sheet: Any, header: Header, layout: Layout, wanted: Sequence[str]) -> dict[str, str]:
    """Values of ``wanted`` raw names that stand above the header beside, or in one cell with, their labels."""
    table = {folded(s): n for s, n in layout.spellings.items() if n in wanted}
    found: dict[str, str] = {}
    above = sheet.iter_rows(min_row=1, max_row=header.top - 1) if header.top > 1 else ()
    for row in above:
        filled = [c for c in row if c.value is not None]
        for i, cell in enumerate(filled):
            label, _, rest = _label(cell).replace("：", ":").partition(":")
            name = named(label, table)
            value = rest.strip() or (cell_text(filled[i + 1]) if i + 1 < len(filled) else None)
            if name is not None and value:
                found.setdefault(name, value)
    return found


def rows(sheet: Any, header: Header) -> Iterator[SheetRow]:
    """Records and totals below the header; blank rows and notes are passed over."""
    filled_down = _merged_values(sheet, header)
    for row in sheet.iter_rows(min_row=header.row + 1):
        valued = [c for c in row if _label(c)]
        cells = {n: c for n, c in zip(header.names, row, strict=False) if n}
        is_record = len(valued) >= MIN_CELLS or _label(cells["container_no"])
        if is_record or (valued and is_total(_label(valued[0]))):
            yield _sheet_row(row[0].row, cells, valued, filled_down)


def _sheet_row(
    number: int, cells: Mapping[str, Any], valued: Cells, filled_down: Mapping[tuple[int, str], Any]
) -> SheetRow:
    values = {n: cell_text(filled_down.get((number, n), c)) for n, c in cells.items()}
    totals = is_total(_label(valued[0]))
    return SheetRow(number, values, totals, None if totals else _fault(number, cells, valued, values))


def _fault(
    number: int, cells: Mapping[str, Any], valued: Cells, values: Mapping[str, str | None]
) -> RowFault | None:
    names = {c.coordinate: n for n, c in cells.items()}
    for cell in valued:
        column = names.get(cell.coordinate, cell.coordinate)
        if cell.data_type == "f":
            return RowFault(number, "FORMULA_CELL", column, _label(cell), "a value, not a formula")
        if cell.data_type == "e":
            return RowFault(number, "ERROR_CELL", column, _label(cell), "a value")
        if CONTROL.search(_label(cell).replace("\r\n", "\n")):
            return RowFault(number, "CONTROL_CHAR", column, repr(_label(cell)), "no control characters")
        if column in IDENTIFIERS and not isinstance(cell.value, str):
            return RowFault(
                number, "NUMERIC_IDENTIFIER", column, str(cell_text(cell)), "the identifier as text"
            )
    if not values.get("container_no"):
        return RowFault(number, "ID-001", "container_no", "", "a container number")
    return None


def _merged_values(sheet: Any, header: Header) -> dict[tuple[int, str], Any]:
    """(row, raw name) -> the cell whose value a merge spreads downward; only wagons span rows on a loading list."""
    found: dict[tuple[int, str], Any] = {}
    for merged in sheet.merged_cells.ranges:
        name = header.names[merged.min_col - 1] if merged.min_col <= len(header.names) else None
        if name == "wagon_no" and merged.min_row > header.row:
            top = sheet.cell(merged.min_row, merged.min_col)
            found |= {(row, name): top for row in range(merged.min_row, merged.max_row + 1)}
    return found


def cell_text(cell: Any) -> str | None:
    """A cell as text: numbers without float noise, dates as ISO; None for an empty cell."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        is_midnight = value.time() == dt.time()
        return value.date().isoformat() if is_midnight else value.isoformat(" ", "minutes")
    return str(value)


def _number_text(value: float) -> str:
    exact = Decimal(repr(value))
    if isinstance(value, float) and exact.is_finite() and abs(exact) < 10**15:
        exact = exact.quantize(_NOISE).normalize()
    return f"{exact:f}"


def _label(cell: Any) -> str:
    return "" if cell.value is None else str(cell.value).strip()


def row_text(row: SheetRow) -> str:
    """A row as JSON of raw name -> text, for quarantine and lineage."""
    return json.dumps({n: v for n, v in row.values.items() if v is not None}, ensure_ascii=False)


def no_list(titles: Sequence[str]) -> FileRejected:
    """The rejection of a workbook in which no visible sheet has a header."""
    return FileRejected(
        "SCHEMA",
        f"no visible sheet has the header of a loading list: {', '.join(titles)}",
        expected=f"a row with at least {MIN_KNOWN_HEADERS} known headers in the first {HEADER_SEARCH_ROWS}",
        fix="Ask the sender for the list, or add its headers to header_alias.csv.",
    )
