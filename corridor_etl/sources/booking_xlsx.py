"""Bookings of container slots per departure as a workbook, with the headers of `booking_csv` or plain ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from corridor_etl.settings import Sender
from corridor_etl.sources import _spreadsheet, booking_csv
from corridor_etl.sources._child import guarded
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._sheet_claims import SheetClaim
from corridor_etl.sources._source import RawFile, Source
from corridor_etl.sources._table import Table

_SPELLINGS = {
    "订舱号": "booking_no", "订舱单号": "booking_no", "Booking No": "booking_no", "Booking Number": "booking_no",
    "Номер букинга": "booking_no", "Букинг": "booking_no", "线路": "service_id", "Service": "service_id",
    "Сервис": "service_id", "方向": "direction", "Direction": "direction", "Направление": "direction",
    "班列号": "train_no", "Train No": "train_no", "Номер поезда": "train_no", "发车日期": "departure_date",
    "Departure date": "departure_date", "Дата отправления": "departure_date", "箱量": "containers",
    "箱数": "containers", "Containers": "containers", "Количество контейнеров": "containers", "TEU": "teu",
    "ДФЭ": "teu", "订舱时间": "booked_at", "Booked at": "booked_at", "Время бронирования": "booked_at",
    "状态": "status", "Status": "status", "Статус": "status",
}  # fmt: skip


@cache
def _layout() -> Layout:
    return replace(
        booking_csv.LAYOUT, name="booking_xlsx", spellings={**booking_csv.LAYOUT.spellings, **_SPELLINGS}
    )


TABLE = Table(
    layout=_layout,
    keys=("booking_no",),
    identifiers=frozenset(("booking_no",)),
    fill_down=tuple((name, 0) for name in ("service_id", "direction", "train_no", "departure_date")),
    quantities=frozenset(("containers", "teu")),
)


def _read(data: bytes, sender: Sender | None) -> RawFile:
    return _spreadsheet.read(TABLE, data)


SOURCE = Source(
    name="booking_xlsx",
    record_kind="booking",
    meaning="bookings of container slots per departure, as a workbook",
    claims=SheetClaim(TABLE),
    read=guarded(_read),
    needs_whole_file=True,
)
