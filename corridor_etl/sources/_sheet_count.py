"""Counts the records of a list from the workbook's own bytes, independent of the reader of ``_sheet_grid``.

An .xlsx is counted in its XML by patterns, an .xls with another library than the one that reads it. What counts as
a record is defined in ``_lines``.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import unescape

import xlrd

from corridor_etl.sources._lines import Line, Shape, Texts, is_plain_record, kind
from corridor_etl.sources._sheet_xml import Package, column_number, tag_of
from corridor_etl.sources._workbook import corrupt, unreadable

_ENTITIES = {"&quot;": '"', "&apos;": "'"}
_NUMERIC = re.compile("&#(x?)([0-9a-fA-F]+);")
_ESCAPED = re.compile("_x([0-9a-fA-F]{4})_")
_REFERENCE = re.compile(rb' r="([A-Z]{1,3})[0-9]+"')
_ROW_NUMBER = re.compile(rb' r="([0-9]+)"')


def count_records(data: bytes, package: Package | None, title: str, shape: Shape) -> int:
    """Records of sheet ``title`` below its header, with the ``package`` of an .xlsx or None for an .xls."""
    if package is None:
        return _counted(_xls_rows(data, title, shape.header_row), shape)
    xml = package.sheet_xml(next(s for s in package.sheets if s.title == title))
    if xml is None:
        raise corrupt(f"sheet '{title}' is no worksheet")
    return _XmlRows(xml, package.strings_xml()).count(shape)


def head_texts(data: bytes, rows: int) -> list[list[list[str]]]:
    """The texts in the first ``rows`` rows of each visible sheet of an .xlsx."""
    package = Package(data)
    visible = [s for s in package.sheets if s.is_visible and "worksheets/" in s.name]
    heads = [package.head_xml(s, rows) for s in visible]
    return [_XmlRows(xml, package.strings_xml(_last_string(xml))).texts() for xml in heads]


def _counted(rows: Iterable[Texts], shape: Shape) -> int:
    count, record = 0, None
    for texts in rows:
        if texts and kind(texts, record, shape) is Line.RECORD:
            count, record = count + 1, texts
    return count


class _XmlRows:
    """A sheet's XML cut into rows; a row whose key says enough is not looked at further."""

    def __init__(self, xml: bytes, strings_xml: bytes | None) -> None:
        self.xml, self.strings = xml, _shared_strings(strings_xml) if strings_xml else []
        tag = re.escape(tag_of(xml, "")[1:])
        self.cell_start = tag_of(xml, "c")
        self.row = re.compile(rb"<" + tag + rb"row(?=[\s>/])")
        self.cell = re.compile(
            rb"<" + tag + rb"c(?=[\s>/])([^>]*?)(?:/>|>(.*?)</" + tag + rb"c\s*>)", re.DOTALL
        )
        self.value = re.compile(rb"<" + tag + rb"v(?:\s[^>]*)?>([^<]*)<")
        self.text = re.compile(rb"<" + tag + rb"t(?:\s[^>]*)?>([^<]*)<")
        self.formula = tag_of(xml, "f")

    def count(self, shape: Shape) -> int:
        """Records below the header."""
        count, number, record, key_of_record = 0, 0, b"", ""
        for chunk in self._rows():
            number = _number(chunk, number)
            if number <= shape.header_row:
                continue
            key = self._key(chunk, number, shape)
            if key and is_plain_record(key, key_of_record, self._first(chunk)):
                count, record, key_of_record = count + 1, chunk, key
                continue
            texts = self._texts(chunk)
            if texts and kind(texts, self._texts(record) if record else None, shape) is Line.RECORD:
                count, record, key_of_record = count + 1, chunk, shape.key(texts)
        return count

    def texts(self) -> list[list[str]]:
        """The texts of every row."""
        return [list(self._texts(chunk).values()) for chunk in self._rows()]

    def _rows(self) -> Iterator[bytes]:
        starts = [m.start() for m in self.row.finditer(self.xml)]
        for start, stop in pairwise([*starts, len(self.xml)]):
            yield self.xml[start:stop]

    def _key(self, chunk: bytes, number: int, shape: Shape) -> str:
        """The key of a row whose cells have references; an empty text where it takes more to find it."""
        at = chunk.find(b' r="%s%d"' % (_letters(shape.keys[0]), number))
        match = self.cell.match(chunk, chunk.rfind(self.cell_start, 0, at)) if at > 0 else None
        return self._said(match[1], match[2]) if match else ""

    def _first(self, chunk: bytes) -> str:
        said = (self._said(m[1], m[2]) for m in self.cell.finditer(chunk))
        return next((text for text in said if text), "")

    def _texts(self, chunk: bytes) -> dict[int, str]:
        found, column = {}, -1
        for match in self.cell.finditer(chunk):
            stated = _REFERENCE.search(match[1])
            column = column_number(stated[1].decode()) - 1 if stated else column + 1
            if text := self._said(match[1], match[2]):
                found[column] = text
        return found

    def _said(self, attributes: bytes, content: bytes | None) -> str:
        """What stands in a cell, stripped; a formula counts as something even without a cached value."""
        if not content:
            return ""
        if self.formula in content:
            return "="
        if b't="inlineStr"' in attributes:
            return _plain(b"".join(self.text.findall(content)))
        value = self.value.search(content)
        if value is None:
            return ""
        return _plain(self.strings[int(value[1])] if b't="s"' in attributes else value[1])


def _number(chunk: bytes, previous: int) -> int:
    stated = _ROW_NUMBER.search(chunk, 0, chunk.index(b">"))
    return int(stated[1]) if stated else previous + 1


@cache
def _letters(column: int) -> bytes:
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters.encode()


def _last_string(xml: bytes) -> int:
    return max((int(n) for n in re.findall(rb'\bt="s"[^>]*>\s*<[^>]*>([0-9]+)<', xml)), default=-1)


def _shared_strings(xml: bytes) -> list[bytes]:
    """The shared strings as they stand in the XML; what a phonetic guide says is not part of them."""
    root = re.search(rb"<((?:[\w.\-]+:)?)sst\b", xml)
    prefix = re.escape(root[1]) if root else b""
    text = re.compile(rb"<" + prefix + rb"t(?:\s[^>]*)?>([^<]*)<")
    if not re.search(rb"<" + prefix + rb"(?:r|rPh)\b|/>", xml):
        found = text.findall(xml)
        if len(found) == len(re.findall(rb"<" + prefix + rb"si\b", xml)):
            return found
    item = re.compile(rb"<" + prefix + rb"si(?:\s[^>]*)?(?:/>|>(.*?)</" + prefix + rb"si\s*>)", re.DOTALL)
    phonetic = re.compile(rb"<" + prefix + rb"rPh\b.*?</" + prefix + rb"rPh\s*>", re.DOTALL)
    return [b"".join(text.findall(phonetic.sub(b"", m[1] or b""))) for m in item.finditer(xml)]


def _plain(data: bytes) -> str:
    text = data.decode()
    if "&" in text:
        text = _NUMERIC.sub(lambda m: chr(int(m[2], 16 if m[1] else 10)), text)
        text = unescape(text, _ENTITIES)
    return (_ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text).strip()


def _xls_rows(data: bytes, title: str, header_row: int) -> Iterator[Texts]:
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
        sheet = book.sheet_by_name(title)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, LookupError, ValueError, TypeError, AssertionError,
            struct.error) as error:  # fmt: skip
        raise unreadable(error) from error
    for number in range(header_row, sheet.nrows):
        cells = zip(sheet.row_types(number), sheet.row_values(number), strict=True)
        texts = {c: _xls_text(*cell) for c, cell in enumerate(cells)}
        yield {c: t for c, t in texts.items() if t}


def _xls_text(kind_of_cell: int, value: Any) -> str:
    if kind_of_cell in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()
