"""Loading lists as spreadsheets: a merged title, facts of the train, headers in two languages, rows, totals.

The same document gives the same bytes: the creation time in the file is fixed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from corridor_etl.simulator.records import Departure, Document, ListedBox, Row, zone_of_node
from corridor_etl.simulator.write_csv import STATIONS, kilograms

SHEET = "装箱清单 Loading list"
CREATED = datetime(2025, 1, 1)  # noqa: DTZ001 - a file property without zone
FORMULA = "="
NUMBER = "#"
_HEAD_ROW = 9
_NUMERIC = ("No", "Packages", "Gross Weight", "Net Weight", "Tare")

Cell = Callable[[ListedBox], str]
# Chinese header, English header, cell
COLUMNS: tuple[tuple[str, str, Cell], ...] = (
    ("序号", "No", lambda b: ""),
    ("车号", "Wagon No", lambda b: b.wagon_no),
    ("集装箱号", "Container No", lambda b: b.container_no),
    ("箱型", "Size Type", lambda b: b.size_text),
    ("重空", "F/E", lambda b: "重" if b.full_empty == "F" else "空"),
    ("封号", "Seal No", lambda b: b.seal_no),
    ("件数", "Packages", lambda b: "" if b.packages is None else str(b.packages)),
    ("包装方式", "Package Type", lambda b: b.package_type),
    ("毛重(KG)", "Gross Weight", lambda b: kilograms(b.gross_g)),
    ("净重(KG)", "Net Weight", lambda b: kilograms(b.net_g)),
    ("箱自重", "Tare", lambda b: kilograms(b.tare_g)),
    ("品名", "Goods Description", lambda b: b.goods_name),
    ("HS编码", "HS Code", lambda b: b.hs_code),
    ("发货人", "Consignor", lambda b: b.consignor),
    ("收货人", "Consignee", lambda b: b.consignee),
    ("原产国", "Origin", lambda b: b.origin_country),
    ("订舱号", "Booking No", lambda b: b.booking_no),
    ("国际货协运单号", "SMGS No", lambda b: b.smgs_no),
    ("报关单号", "Declaration No", lambda b: " ".join(b.declaration_nos)),
)
_NAMES = [english for _, english, _ in COLUMNS]


def written(document: Document) -> bytes:
    """The spreadsheet of a loading list; sets the line of each row to its sheet row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": "Loading list", "created": CREATED})
    sheet = book.add_worksheet(SHEET)
    day, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
    _write_head(sheet, document, day, bold)
    _write_rows(sheet, document.rows)
    _write_wagons(sheet, document.rows, book.add_format({"valign": "vcenter"}))
    _write_totals(sheet, document, bold)
    book.close()
    return out.getvalue()


def _write_head(sheet: Worksheet, document: Document, day: Format, bold: Format) -> None:
    first = document.rows[0].record
    assert isinstance(first, ListedBox)
    sheet.merge_range(
        0, 0, 0, len(COLUMNS) - 1, "国际班列装箱清单 International block train loading list", bold
    )
    for row, (label, value) in enumerate(_facts(first), 1):
        sheet.write_string(row, 0, label)
        if value is None:
            sheet.write_datetime(
                row, 1, datetime.combine(first.departure.departure_on, datetime.min.time()), day
            )
        else:
            sheet.write_string(row, 1, value)
    for column, (chinese, english, _) in enumerate(COLUMNS):
        sheet.write_string(_HEAD_ROW, column, chinese, bold)
        sheet.write_string(_HEAD_ROW + 1, column, english, bold)
    sheet.set_column(0, len(COLUMNS) - 1, 16)


def _facts(first: ListedBox) -> list[tuple[str, str | None]]:
    """Label and text of each fact above the table; the date is None because it is a real date cell."""
    train = first.departure
    return [
        ("班列号 Train No", train.train_no),
        ("发车日期 Departure date", None),
        ("计划发车 Planned departure", _planned(train)),
        ("始发站 Origin Station", STATIONS[train.origin]),
        ("目的站 Destination Station", STATIONS[train.destination]),
        ("版本 List version", str(first.version)),
        ("状态 List status", first.status),
    ]


def _planned(train: Departure) -> str:
    return f"{train.planned_at_utc.astimezone(zone_of_node(train.origin)):%Y-%m-%d %H:%M}"


def _write_rows(sheet: Worksheet, rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, 1):
        at = _HEAD_ROW + 1 + number
        row.line_no = at + 1
        for column, text in enumerate(_texts(row)):
            _write_cell(sheet, at, column, str(number) if column == 0 else text)


def _texts(row: Row) -> list[str]:
    assert isinstance(row.record, ListedBox)
    return [row.cells.get(english, cell(row.record)) for _, english, cell in COLUMNS]


def _write_cell(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if text.startswith(FORMULA):
        sheet.write_formula(row, column, text)
    elif text.startswith(NUMBER):
        sheet.write_number(row, column, float(text.removeprefix(NUMBER)))
    elif text and _NAMES[column] in _NUMERIC:
        sheet.write_number(row, column, float(text))
    elif text:
        sheet.write_string(row, column, text)


def _write_wagons(sheet: Worksheet, rows: Sequence[Row], middle: Format) -> None:
    """Two boxes on one wagon share its cell."""
    column = _NAMES.index("Wagon No")
    numbers = [_texts(r)[column] for r in rows]
    for i in range(len(rows) - 1):
        if numbers[i] and numbers[i] == numbers[i + 1]:
            at = _HEAD_ROW + 2 + i
            sheet.merge_range(at, column, at + 1, column, numbers[i], middle)


def _write_totals(sheet: Worksheet, document: Document, bold: Format) -> None:
    at = _HEAD_ROW + 2 + len(document.rows)
    sheet.write_string(at, 0, "合计 Total", bold)
    sheet.write_number(at, _NAMES.index("Container No"), len(document.rows), bold)
    rows = [_texts(r) for r in document.rows]
    for name in ("Packages", "Gross Weight", "Net Weight"):
        column = _NAMES.index(name)
        total = sum((Decimal(r[column]) for r in rows if r[column]), Decimal(0))
        stated = Decimal(document.marks.get(f"total {name}", total))
        sheet.write_number(at, column, float(stated), bold)
