"""A workbook as grids of typed cells, .xlsx and .xls alike; formulas and errors stand out as what they are.

The values come from calamine, which gives a formula's cached value and nothing for an error, so both are marked
from the bytes themselves. Only called where a crash is survived (``_child``), and after ``_workbook`` has checked.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import python_calamine as calamine

from corridor_etl.sources._sheet_xml import Package, SheetPart, check_sheet, marks
from corridor_etl.sources._workbook import biff_stream, check_reach, records, unreadable

_FORMULA, _BOOLERR, _BOF, _EOF = 0x0006, 0x0205, 0x0809, 0x000A
_CELL_RECORDS = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x00D6, 0x00FD))
_PLACE = struct.Struct("<HH")
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Marks = dict[tuple[int, int], str]
"""(row, column) from 0 of a cell -> its formula, beginning with "=", or its error."""


class Formula(str):
    """A formula as text; ``cached`` is the value its program stored with it."""

    cached: Any = None


class CellError(str):
    """An error value such as ``#REF!``."""


@dataclass(frozen=True)
class Merge:
    """A merged range, rows and columns from 0, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet: row ``n`` of the sheet is ``rows[n - 1]``; an empty cell is ``""``, all rows are of one width."""

    title: str
    is_visible: bool
    rows: Sequence[list[Any]]
    merges: tuple[Merge, ...]


def sheets(data: bytes, package: Package | None) -> list[Sheet]:
    """Every worksheet of a workbook, in its order, with the ``package`` of an .xlsx or None for an .xls.

    ``FileRejected`` as ``_workbook`` and ``_sheet_xml`` say.
    """
    marked = [_xml_marks(package, s) for s in package.sheets] if package else biff_marks(data)
    if package:
        package.strings_xml()  # so that strings that are damaged, or lie about their size, never reach the parser
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        found = [_sheet(book, at) for at in range(len(book.sheets_metadata))]
    except calamine.CalamineError as error:
        raise unreadable(error) from error
    for sheet, found_marks in zip(found, marked, strict=True):
        _mark(sheet, found_marks)
    return found


def _sheet(book: calamine.CalamineWorkbook, at: int) -> Sheet:
    metadata = book.sheets_metadata[at]
    if metadata.typ != calamine.SheetTypeEnum.WorkSheet:
        return Sheet(metadata.name, False, [], ())
    sheet = book.get_sheet_by_index(at)
    merges = (Merge(*start, *end) for start, end in sheet.merged_cell_ranges or ())
    is_visible = metadata.visible == calamine.SheetVisibleEnum.Visible
    return Sheet(metadata.name, is_visible, sheet.to_python(skip_empty_area=False), tuple(merges))


def _mark(sheet: Sheet, marked: Marks) -> None:
    for (row, column), text in marked.items():
        if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
            _widen(sheet, row, column)
        mark = Formula(text) if text.startswith("=") else CellError(text)
        if isinstance(mark, Formula):
            mark.cached = sheet.rows[row][column]
        sheet.rows[row][column] = mark


def _widen(sheet: Sheet, row: int, column: int) -> None:
    """Room for a formula that stands beyond all values, which the parser therefore left out."""
    rows = sheet.rows
    assert isinstance(rows, list)
    width = max(column + 1, len(rows[0]) if rows else 0)
    rows.extend([] for _ in range(row + 1 - len(rows)))
    for cells in rows:
        cells.extend([""] * (width - len(cells)))


def _xml_marks(package: Package, sheet: SheetPart) -> Marks:
    xml = package.sheet_xml(sheet)
    if xml is None:
        return {}
    check_sheet(sheet.name, xml)
    return marks(xml)


def biff_marks(data: bytes) -> list[Marks]:
    """Formula and error cells of each sheet, from the records of an .xls; sheets stand in the order of their names."""
    found: list[Marks] = []
    rows = columns = depth = 0
    for kind, content in records(biff_stream(data)):
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _BOF and depth == 1:
            found.append({})
            rows = columns = 0
        elif found and kind in _CELL_RECORDS and len(content) >= 4:
            place = _PLACE.unpack_from(content)
            rows, columns = max(rows, place[0] + 1), max(columns, place[1] + 1)
            check_reach(f"sheet {len(found) - 1}", rows, columns)
            _note_mark(found[-1], kind, content, place)
    return found[1:]


def _note_mark(marked: Marks, kind: int, content: memoryview, place: tuple[int, int]) -> None:
    if kind == _FORMULA:
        marked[place] = "="
    elif kind == _BOOLERR and len(content) >= 8 and content[7]:
        marked[place] = _ERRORS.get(content[6], "#")
