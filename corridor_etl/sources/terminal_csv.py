"""Events of rail terminals and border stations: one row per container and move, in local time of the place.

Semicolons, decimal comma, day first. The zone is not in the file: it follows from the place.
"""

from __future__ import annotations

from corridor_etl.sources._delimited import Form, source
from corridor_etl.sources._headers import Layout

LAYOUT = Layout(
    name="terminal_csv",
    spellings={
        "container": "container_no", "Container No": "container_no", "Container Number": "container_no",
        "Cntr No": "container_no", "CNTR NO.": "container_no", "箱号": "container_no", "集装箱号": "container_no",
        "Номер контейнера": "container_no", "№ контейнера": "container_no", "Контейнер": "container_no",
        "iso_type": "size_type", "ISO Type": "size_type", "ISO Code": "size_type", "Size/Type": "size_type",
        "箱型": "size_type", "尺寸箱型": "size_type", "Тип контейнера": "size_type", "Типоразмер": "size_type",
        "load_status": "full_empty", "Load status": "full_empty", "F/E": "full_empty", "Full/Empty": "full_empty",
        "Laden/Empty": "full_empty", "重空": "full_empty", "空重": "full_empty", "Груженый/порожний": "full_empty",
        "Груж/порож": "full_empty", "Состояние": "full_empty", "Load state": "full_empty",
        "event": "event_code", "Event": "event_code", "Move": "event_code", "Move Type": "event_code",
        "作业类型": "event_code", "作业": "event_code", "操作": "event_code", "事件": "event_code",
        "Операция": "event_code", "Событие": "event_code",
        "terminal": "terminal_code", "Terminal": "terminal_code", "码头": "terminal_code", "场站": "terminal_code",
        "Терминал": "terminal_code",
        "locode": "facility_code", "UN/LOCODE": "facility_code", "Location": "facility_code",
        "地点代码": "facility_code", "港口代码": "facility_code", "Код места": "facility_code",
        "Код пункта": "facility_code",
        "event_time": "event_time", "Event Time": "event_time", "Date/Time": "event_time",
        "Move Time": "event_time", "作业时间": "event_time", "操作时间": "event_time", "时间": "event_time",
        "Дата и время операции": "event_time", "Дата и время": "event_time",
        "train_no": "conveyance_name", "Train": "conveyance_name", "Поезд": "conveyance_name",
        "Train No": "conveyance_name", "车次": "conveyance_name",
        "班列号": "conveyance_name", "Номер поезда": "conveyance_name", "№ поезда": "conveyance_name",
        "wagon_no": "wagon_no", "Wagon": "wagon_no", "Вагон": "wagon_no",
        "Wagon No": "wagon_no", "车号": "wagon_no", "Номер вагона": "wagon_no",
        "№ вагона": "wagon_no",
        "gross_kg": "gross_gross_kg", "Gross": "gross_gross_kg", "Брутто": "gross_gross_kg",
        "Gross kg": "gross_gross_kg", "Gross Weight": "gross_gross_kg",
        "总重": "gross_gross_kg", "毛重": "gross_gross_kg", "Масса брутто": "gross_gross_kg",
        "Вес брутто": "gross_gross_kg",
        "VGM": "vgm_kg", "vgm_kg": "vgm_kg", "验证总重": "vgm_kg", "Подтвержденная масса": "vgm_kg",
        "Seal No": "seal_nos", "seal_no": "seal_nos", "铅封号": "seal_nos", "Номер пломбы": "seal_nos",
        "Booking No": "booking_no", "booking_no": "booking_no", "订舱号": "booking_no",
        "Номер букинга": "booking_no",
        "B/L No": "bl_no", "bl_no": "bl_no", "提单号": "bl_no", "Коносамент": "bl_no",
        "remarks": "remarks", "Remarks": "remarks", "备注": "remarks", "Примечание": "remarks",
    },
    mandatory=("container_no", "full_empty", "event_code", "facility_code", "event_time"),
)  # fmt: skip

# What terminals call their moves, in lower case; a code of the model is passed on as it is.
_EVENTS = {
    "gate in": "GTIN", "gate-in": "GTIN", "gatein": "GTIN", "in gate": "GTIN", "进闸": "GTIN", "进场": "GTIN",
    "进门": "GTIN", "въезд": "GTIN", "завоз": "GTIN",
    "gate out": "GTOT", "gate-out": "GTOT", "gateout": "GTOT", "out gate": "GTOT", "出闸": "GTOT", "出场": "GTOT",
    "出门": "GTOT", "выезд": "GTOT", "вывоз": "GTOT",
    "loaded": "LOAD", "vessel load": "LOAD", "装船": "LOAD", "погрузка на судно": "LOAD",
    "discharged": "DISC", "discharge": "DISC", "卸船": "DISC", "выгрузка с судна": "DISC",
    "rail load": "RAIL_LOAD", "装车": "RAIL_LOAD", "погрузка на вагон": "RAIL_LOAD",
    "rail unload": "RAIL_UNLD", "rail discharge": "RAIL_UNLD", "卸车": "RAIL_UNLD", "выгрузка с вагона": "RAIL_UNLD",
    "departure": "DEPA", "departed": "DEPA", "发车": "DEPA", "отправление": "DEPA", "отправлен": "DEPA",
    "arrival": "ARRI", "arrived": "ARRI", "到达": "ARRI", "прибытие": "ARRI", "прибыл": "ARRI",
    "transshipment": "XSHIP", "换装": "XSHIP", "перегруз": "XSHIP", "перегрузка": "XSHIP",
    "inspection": "INSP", "查验": "INSP", "досмотр": "INSP",
}  # fmt: skip
_STATES = {
    "г": "F", "п": "E",
    "重": "F", "重箱": "F", "груженый": "F", "гружёный": "F", "груж": "F", "laden": "F", "full": "F",
    "空": "E", "空箱": "E", "порожний": "E", "порож": "E", "empty": "E", "mt": "E",
}  # fmt: skip

# What tells one event from another comes first; remarks are no part of it.
_EVENT_COLUMNS = dict.fromkeys(("container_no", "event_time", *LAYOUT.columns))
EVENT_COLUMNS = tuple(name for name in _EVENT_COLUMNS if name != "remarks")

SOURCE = source(
    name="terminal_csv",
    record_kind="port_event",
    meaning="events of rail terminals and border stations, semicolons, day first, decimal comma",
    layout=lambda: LAYOUT,
    form=Form(
        decimal_mark=",",
        is_day_first=True,
        event_columns=EVENT_COLUMNS,
        telling=("facility_code", "full_empty"),
        words={"event_code": _EVENTS, "full_empty": _STATES},
    ),
)
