"""The headers of a 1520 position (dislocation) sheet, shared by its CSV and its spreadsheet form."""

from __future__ import annotations

import polars as pl

from corridor_etl.sources._headers import Layout

SPELLINGS = {
    "Номер контейнера": "container_no", "№ контейнера": "container_no", "Контейнер": "container_no",
    "Container No": "container_no", "集装箱号": "container_no", "箱号": "container_no", "CONTNUM": "container_no",
    "Номер вагона": "wagon_no", "№ вагона": "wagon_no", "Вагон": "wagon_no", "Wagon No": "wagon_no",
    "Railcar": "wagon_no", "车号": "wagon_no", "WAGNUM": "wagon_no",
    "Операция": "operation_code", "Операция с вагоном": "operation_code", "Operation": "operation_code",
    "操作": "operation_code", "OPER": "operation_code",
    "Станция операции": "operation_station_code", "Ст. операции": "operation_station_code",
    "Станция текущей дислокации": "operation_station_code", "Станция дислокации": "operation_station_code",
    "Текущая станция": "operation_station_code", "Operation station": "operation_station_code",
    "Current Station": "operation_station_code", "ST_ID_DISL": "operation_station_code",
    "Дата и время операции": "operation_at", "Дата операции": "operation_at", "Время операции": "operation_at",
    "Operation time": "operation_at", "Operation date and time": "operation_at", "操作时间": "operation_at",
    "OPERDATE": "operation_at",
    "Станция отправления": "origin_station_code", "Ст. отправления": "origin_station_code",
    "Ст. отпр.": "origin_station_code", "Origin Station": "origin_station_code",
    "发站": "origin_station_code", "ST_ID_ORG": "origin_station_code",
    "Станция назначения": "destination_station_code", "Ст. назначения": "destination_station_code",
    "Ст. назн.": "destination_station_code", "Destination Station": "destination_station_code",
    "到站": "destination_station_code", "ST_ID_DEST": "destination_station_code",
    "Дорога операции": "railway_code", "Railway": "railway_code",
    "Индекс поезда": "train_index", "Train index": "train_index", "TRAIN_INDEX": "train_index",
    "Номер поезда": "train_no", "№ поезда": "train_no", "Train No": "train_no",
    "Номер накладной": "consignment_note_no", "Накладная": "consignment_note_no", "№ накладной": "consignment_note_no",
    "Отправка №": "consignment_note_no", "Waybill No": "consignment_note_no",
    "Расстояние оставшееся": "remaining_km", "Оставшееся расстояние": "remaining_km",
    "Remaining km": "remaining_km",
    "Прогноз прибытия (дней)": "forecast_days", "ETA days": "forecast_days",
}  # fmt: skip
MANDATORY = ("operation_station_code", "operation_at")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NAMES = [f"/{name}/" for name in _MONTHS]
_MONTH_NUMBERS = [f".{number:02d}." for number in range(1, 13)]


def layout(name: str) -> Layout:
    """The layout of a position sheet, under the name of its format."""
    return Layout(name, SPELLINGS, MANDATORY)


def with_numbered_months(frame: pl.DataFrame) -> pl.DataFrame:
    """``26/Aug/2023 17:59:00`` as ``26.08.2023 17:59:00``; every other time as it is."""
    return frame.with_columns(pl.col("operation_at").str.replace_many(_MONTH_NAMES, _MONTH_NUMBERS))
