"""Opens an XLSX only after its size, macros and encryption have been checked.

A spreadsheet is a ZIP of XML: the limits are checked by streaming before anything builds the sheet in memory.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import openpyxl
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.exceptions import InvalidFileException

from corridor_etl.errors import FileRejected

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_INFLATED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 1000
MAX_COLUMN, MAX_CELLS = 512, 2_000_000
_RATIO_MATTERS_FROM = 1024 * 1024
_SHEETS = "xl/worksheets/"
# What zipfile, zlib, the XML parser and openpyxl raise for bytes that are damaged; each was seen with flipped bytes.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ElementTree.ParseError, struct.error, NotImplementedError,
    RuntimeError, LookupError, ValueError, TypeError, AttributeError, EOFError, OSError,
)  # fmt: skip


def opened(data: bytes) -> tuple[zipfile.ZipFile, Any]:
    """The archive and its workbook (formulas as formulas).

    ``FileRejected``: ENCRYPTED, MACRO, TOO_BIG, or CORRUPT where it is no readable spreadsheet.
    """
    if data.startswith(OLE_MAGIC):
        raise FileRejected(
            "ENCRYPTED", "the workbook is password-protected or in the old .xls format",
            expected="an open .xlsx", fix="Ask the sender to save it as .xlsx without a password.",
        )  # fmt: skip
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_members(archive)
        _check_sheets(archive)
        return archive, openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    except DefusedXmlException as error:
        raise _corrupt(f"its XML declares entities or a document type ({type(error).__name__})") from error
    except _UNREADABLE as error:
        cause = str(error).partition("\n")[0]  # openpyxl adds advice on lines of its own
        raise _corrupt(f"it is no readable spreadsheet ({type(error).__name__}: {cause})") from error


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [m.filename for m in members]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRejected("MACRO", "the workbook contains macros", expected=".xlsx without macros",
                           fix="Ask the sender to save it without macros.")  # fmt: skip
    if len(set(names)) < len(names):
        raise _corrupt("the archive has two members of one name")
    inflated = sum(m.file_size for m in members)
    if inflated > MAX_INFLATED_BYTES or len(members) > MAX_MEMBERS:
        raise _too_big(f"{len(members)} parts of {inflated} bytes when unpacked")
    for member in members:
        if member.file_size > _RATIO_MATTERS_FROM and member.file_size > MAX_RATIO * max(
            member.compress_size, 1
        ):
            raise _too_big(f"{member.filename} unpacks to more than {MAX_RATIO} times its size")


def _check_sheets(archive: zipfile.ZipFile) -> None:
    for name in (n for n in archive.namelist() if n.startswith(_SHEETS) and n.endswith(".xml")):
        cells = column = row = 0
        for tag, reference in _references(archive, name):
            cells += _spanned(reference) if tag == "mergeCell" else 1
            letters, number = coordinate_from_string(reference.rsplit(":", 1)[-1])
            column, row = max(column, column_index_from_string(letters)), max(row, number)
            # The reader walks the whole rectangle, so one stray cell far down costs as much as a full sheet.
            if max(cells, column * row) > MAX_CELLS or column > MAX_COLUMN:
                raise _too_big(f"{name} reaches {reference} with {cells} cells so far")


def _references(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    with archive.open(name) as stream:
        for _, element in ElementTree.iterparse(stream, events=("end",), forbid_dtd=True):
            tag = element.tag.rsplit("}", 1)[-1]
            if tag in ("c", "mergeCell"):
                yield tag, element.get("r") or element.get("ref") or "A1"
            if tag == "row":
                element.clear()


def _spanned(reference: str) -> int:
    left, top, right, bottom = range_boundaries(reference)
    if None in (left, top, right, bottom):  # a merge of whole rows or columns
        return MAX_CELLS + 1
    return int((right - left + 1) * (bottom - top + 1))  # type: ignore[operator]


def _too_big(fact: str) -> FileRejected:
    return FileRejected(
        "TOO_BIG", fact,
        expected=f"at most {MAX_CELLS} cells in {MAX_COLUMN} columns, {MAX_INFLATED_BYTES} bytes unpacked",
        fix="Ask the sender for the list alone.",
    )  # fmt: skip


def _corrupt(fact: str) -> FileRejected:
    return FileRejected(
        "CORRUPT", fact, expected="an .xlsx workbook", fix="Ask the sender for the file again."
    )
