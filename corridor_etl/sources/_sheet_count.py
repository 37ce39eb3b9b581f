"""Counts the rows of a loading list from the sheet's XML, independent of the reader of ``_sheet``.

A row counts if it has something in the container column, or is too full to be a note; totals do not count.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from corridor_etl.errors import FileRejected
from corridor_etl.sources._totals import MIN_CELLS, is_total

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def count_rows(archive: zipfile.ZipFile, title: str, header_row: int, column: str) -> int:
    """Rows of sheet ``title`` below ``header_row`` that are records; ``column`` is the container column's letter."""
    strings = _shared_strings(archive)
    counted = 0
    for number, row in _rows(archive, _part(archive, title)):
        if number <= header_row:
            continue
        cells = {_letters(c.get("r", "")): t for c in row if (t := _text(c, strings))}
        is_record = column in cells or len(cells) >= MIN_CELLS
        counted += is_record and not is_total(next(iter(cells.values())))
    return counted


def _part(archive: zipfile.ZipFile, title: str) -> str:
    if "xl/workbook.xml" not in archive.namelist():
        raise FileRejected("CORRUPT", "the workbook has no part xl/workbook.xml", expected="an .xlsx workbook",
                           fix="Ask the sender to save it again as .xlsx.")  # fmt: skip
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    wanted = [s.get(_LINK) for s in book.iter(f"{_MAIN}sheet") if s.get("name") == title]
    target = next((str(link.get("Target")) for link in links if link.get("Id") in wanted), "")
    if not target:
        raise FileRejected(
            "CORRUPT", f"the workbook does not say where sheet '{title}' is", fix="Save it again."
        )
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, Element]]:
    number = 0
    with archive.open(part) as stream:
        for _, element in ElementTree.iterparse(stream, events=("end",), forbid_dtd=True):
            if element.tag == f"{_MAIN}row":
                number = int(element.get("r") or number + 1)
                yield number, element
                element.clear()


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"), forbid_dtd=True)
    return [_runs(item) for item in root.iter(f"{_MAIN}si")]


def _runs(item: Element) -> str:
    parts = [item.find(f"{_MAIN}t"), *item.iterfind(f"{_MAIN}r/{_MAIN}t")]
    return "".join(p.text or "" for p in parts if p is not None)


def _text(cell: Element, strings: list[str]) -> str:
    """What stands in a cell, stripped; a formula counts as something even without a cached value."""
    inline, value = cell.find(f"{_MAIN}is"), cell.find(f"{_MAIN}v")
    if inline is not None:
        return _runs(inline).strip()
    if cell.find(f"{_MAIN}f") is not None:
        return "="
    stored: Any = value.text if value is not None else None
    if stored is None:
        return ""
    return strings[int(stored)].strip() if cell.get("t") == "s" else str(stored).strip()


def _letters(reference: str) -> str:
    return reference.rstrip("0123456789")
