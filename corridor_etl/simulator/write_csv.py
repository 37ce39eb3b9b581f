"""Delimited files: bookings, terminal logs, declarations, CSV loading lists and rates, each by a table of columns.

``cells`` of a row replace what a column says; the name :data:`SURPLUS` adds a field that the header does not have.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from corridor_etl.reference.place import nodes
from corridor_etl.simulator.bookings import DESK
from corridor_etl.simulator.records import Document, Event, Row, zone_of_node

SURPLUS = "+"
TERMINALS = {
    "NGB": "Ningbo Beilun rail yard", "YIN": "Yining station", "HRS": "Khorgos station", "ALT": "Altynkol terminal",
    "ALA": "Almaty-1 terminal", "AKL": "Alashankou station", "DOS": "Dostyk terminal", "DUI": "Duisburg terminal",
    "YIU": "Yiwu West station",
}  # fmt: skip
STATIONS = {
    "YIN": "伊宁站", "ALA": "Алматы-1", "YIU": "Yiwu West", "DUI": "Duisburg", "NGB": "宁波舟山港",
}  # fmt: skip

Cell = Callable[[Any], str]


@dataclass(frozen=True)
class Layout:
    """Header -> cell of a record, in order, and how the file is written."""

    columns: Mapping[str, Cell]
    delimiter: str = ","
    line_end: str = "\n"


def kilograms(grams: int | None, mark: str = ".") -> str:
    """Grams as kilograms, three decimals only where there are any; blank for None."""
    if grams is None:
        return ""
    whole, rest = divmod(grams, 1000)
    return f"{whole}{mark}{rest:03d}".rstrip("0") if rest else str(whole)


def plain(number: Decimal) -> str:
    """A Decimal without exponent."""
    return f"{number:f}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _clock(instant: datetime, node: str) -> str:
    return f"{instant.astimezone(zone_of_node(node)):%Y-%m-%d %H:%M}"


def _terminal_weight(event: Event) -> str:
    return f"{event.gross_gross_g // 1000},{event.gross_gross_g % 1000:03d}" if event.gross_gross_g else ""


TERMINAL: dict[str, Cell] = {
    "container": lambda e: e.container_no,
    "iso_type": lambda e: e.size_type,
    "load_status": lambda e: e.full_empty,
    "event": lambda e: e.code,
    "terminal": lambda e: TERMINALS[e.node],
    "locode": lambda e: str(nodes()[e.node]["locode"]),
    "event_time": lambda e: f"{e.at_local:%d.%m.%Y %H:%M}",
    "train_no": lambda e: e.train_no,
    "wagon_no": lambda e: e.wagon_no,
    "gross_kg": _terminal_weight,
    "remarks": lambda e: e.remarks,
}

BOOKINGS: dict[str, Cell] = {
    "booking_no": lambda b: b.booking_no,
    "service_id": lambda b: b.departure.service_id,
    "direction": lambda b: b.departure.direction,
    "train_no": lambda b: b.departure.train_no,
    "departure_date": lambda b: _day(b.departure.departure_on),
    "containers": lambda b: str(b.containers),
    "teu": lambda b: str(b.teu_x100 // 100),
    "booked_at": lambda b: _clock(b.booked_at_utc, DESK),
    "status": lambda b: b.status,
}

DECLARATIONS: dict[str, Cell] = {
    "海关编号": lambda i: i.declaration_no,
    "进出口标志": lambda i: i.ie_flag,
    "申报地海关": lambda i: i.office_code,
    "进出境关别": lambda i: i.border_office_code,
    "申报日期": lambda i: _day(i.declared_on),
    "放行日期": lambda i: _day(i.released_on),
    "监管方式": lambda i: i.supervision_mode,
    "运输方式": lambda i: "3",
    "成交方式": lambda i: i.transaction_mode,
    "车次": lambda i: i.train_no,
    "提运单号": lambda i: i.bl_no,
    "贸易国": lambda i: i.trade_country,
    "原产国": lambda i: i.origin_country,
    "最终目的国": lambda i: i.destination_country,
    "项号": lambda i: str(i.item_no),
    "商品编号": lambda i: i.hs_code,
    "商品名称": lambda i: i.goods_name,
    "成交数量": lambda i: plain(i.quantity),
    "成交单位": lambda i: i.unit_code,
    "单价": lambda i: plain(i.unit_price),
    "总价": lambda i: plain(i.total_price),
    "币制": lambda i: i.currency,
    "法定数量": lambda i: plain(i.first_quantity),
    "法定单位": lambda i: i.first_unit_code,
    "毛重": lambda i: kilograms(i.gross_g),
    "净重": lambda i: kilograms(i.net_g),
    "件数": lambda i: str(i.packages),
    "集装箱号": lambda i: ";".join(i.container_nos),
    "状态": lambda i: "放行" if i.released_on else "审结",
    "版本": lambda i: str(i.version),
}

LISTS: dict[str, Cell] = {
    "Train No": lambda b: b.departure.train_no,
    "Departure date": lambda b: _day(b.departure.departure_on),
    "Planned departure": lambda b: _clock(b.departure.planned_at_utc, b.departure.origin),
    "Origin Station": lambda b: STATIONS[b.departure.origin],
    "Destination Station": lambda b: STATIONS[b.departure.destination],
    "List version": lambda b: str(b.version),
    "List status": lambda b: b.status,
    "Wagon No": lambda b: b.wagon_no,
    "Container No": lambda b: b.container_no,
    "Size Type": lambda b: b.size_text,
    "F/E": lambda b: b.full_empty,
    "Seal No": lambda b: b.seal_no,
    "Packages": lambda b: "" if b.packages is None else str(b.packages),
    "Package Type": lambda b: b.package_type,
    "Gross Weight": lambda b: kilograms(b.gross_g),
    "Net Weight": lambda b: kilograms(b.net_g),
    "Tare": lambda b: kilograms(b.tare_g),
    "Goods Description": lambda b: b.goods_name,
    "HS Code": lambda b: b.hs_code,
    "Consignor": lambda b: b.consignor,
    "Consignee": lambda b: b.consignee,
    "Origin": lambda b: b.origin_country,
    "Booking No": lambda b: b.booking_no,
    "SMGS No": lambda b: b.smgs_no,
    "Declaration No": lambda b: " ".join(b.declaration_nos),
}

RATES: dict[str, Cell] = {
    "rate_date": lambda r: _day(r.rate_on),
    "currency": lambda _: "USD",
    "base_currency": lambda r: r.currency,
    "units": lambda _: "1",
    "rate": lambda r: plain(r.per_usd),
    "source": lambda _: "simulated",
}

LAYOUTS = {
    "terminal_csv": Layout(TERMINAL, ";"),
    "booking_csv": Layout(BOOKINGS),
    "declaration_cn_csv": Layout(DECLARATIONS, line_end="\r\n"),
    "manifest_csv": Layout(LISTS),
    "rates_csv": Layout(RATES),
}


def written(document: Document) -> bytes:
    """The file of a delimited document; sets the line of each row (the header is line 1)."""
    layout = LAYOUTS[document.layout]
    out = io.StringIO()
    lines = csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.line_end)
    lines.writerow(layout.columns)
    for line_no, row in enumerate(document.rows, 2):
        row.line_no = line_no
        lines.writerow(cells_of(layout.columns, row))
    return out.getvalue().encode(document.marks.get("encoding", "utf-8"))


def cells_of(columns: Mapping[str, Cell], row: Row) -> list[str]:
    """The cells of a row as written."""
    cells = [row.cells.get(name, cell(row.record)) for name, cell in columns.items()]
    return [*cells, row.cells[SURPLUS]] if SURPLUS in row.cells else cells
