"""The headers of a list of bookings, shared by its CSV and its spreadsheet form."""

from __future__ import annotations

from corridor_etl.sources._headers import Layout

SPELLINGS = {
    "booking_no": "booking_no", "Booking No": "booking_no", "Booking Number": "booking_no", "BKG": "booking_no",
    "订舱号": "booking_no", "订舱单号": "booking_no", "Номер букинга": "booking_no", "Букинг": "booking_no",
    "service_id": "service_id", "Service": "service_id", "线路": "service_id", "班列线路": "service_id",
    "Сервис": "service_id",
    "direction": "direction", "方向": "direction", "Направление": "direction",
    "train_no": "train_no", "Train No": "train_no", "Train Number": "train_no", "车次": "train_no",
    "班列号": "train_no", "Номер поезда": "train_no", "№ поезда": "train_no", "Train": "train_no", "Поезд": "train_no",
    "departure_date": "departure_date", "ETD": "departure_date", "Departure": "departure_date",
    "开行日期": "departure_date", "发运日期": "departure_date",
    "Departure date": "departure_date", "发车日期": "departure_date",
    "Дата отправления": "departure_date",
    "containers": "containers", "Containers": "containers", "Container count": "containers", "Qty": "containers",
    "No. of containers": "containers", "Number of containers": "containers", "箱量": "containers", "箱数": "containers",
    "Контейнеров": "containers", "Количество контейнеров": "containers",
    "teu": "teu", "TEU": "teu", "标箱": "teu", "标准箱": "teu", "ДФЭ": "teu",
    "booked_at": "booked_at", "Booked at": "booked_at", "Booking time": "booked_at", "Booking date": "booked_at",
    "Booked": "booked_at", "订舱日期": "booked_at", "订舱时间": "booked_at",
    "Дата бронирования": "booked_at", "Время бронирования": "booked_at",
    "status": "status", "状态": "status", "Статус": "status",
}  # fmt: skip

MANDATORY = (
    "booking_no",
    "service_id",
    "direction",
    "train_no",
    "departure_date",
    "containers",
    "teu",
    "booked_at",
    "status",
)


def layout(name: str) -> Layout:
    """The layout of a list of bookings, under the name of its format."""
    return Layout(name, SPELLINGS, MANDATORY)
