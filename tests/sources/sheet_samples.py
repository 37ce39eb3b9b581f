"""Writes the spreadsheet samples of ``tests/samples``: ``python -m tests.sources.sheet_samples``.

All firms, numbers and trains are invented; ``manifest_xlsx.xlsx`` is older and is not made here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.sources.biff_files import BiffSheet, workbook

SAMPLES = Path(__file__).parent.parent / "samples"
ROWS = Sequence[Sequence[Any]]

LIST_HEAD: ROWS = (
    ("班列装箱清单 / Ведомость контейнеров", ),
    ("班列号", "X9004"), ("发车日期", "2025-03-07"), ("始发站", "伊宁站"), ("到站", "Алматы-1"), (),
)  # fmt: skip
LIST_HEADER = (
    "序号",
    "车号\nНомер вагона",
    "箱号\nНомер контейнера",
    "箱型",
    "重空",
    "封号",
    "件数",
    "毛重(KG)",
    "净重(KG)",
    "品名",
)
LIST_BOXES: ROWS = (
    (1, "5270021", "QZAU7000011", "22G1", "重", "S100001", 420, 18200.5, 17100, "瓷砖"),
    (2, None, "QZAU7000027", "22G1", "重", "S100002", 380, 19300, 18250.25, "瓷砖"),
    (3, "5270022", "QZAU7000032", "45G1", "重", "S100003", 610, 15025, 13980, "灯具"),
)  # fmt: skip
LIST_TOTAL = ("合计", None, 3, None, None, None, 1410, 52525.5, 49330.25, None)


def xlsx(*sheets: tuple[str, ROWS], merges: Sequence[str] = (), **options: Any) -> bytes:
    """A workbook with these sheets; each of ``merges`` keeps the value of its first cell, on the first sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", **options}
    ) as book:
        book.set_properties({"created": datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
        for title, rows in sheets:
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value)
            if title == sheets[0][0]:
                for reference in merges:
                    sheet.merge_range(reference, "")
                    _rewrite_first(sheet, reference, rows)
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str) and not value.startswith("="):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


def _rewrite_first(sheet: Any, reference: str, rows: ROWS) -> None:
    row, column = xlsxwriter.utility.xl_cell_to_rowcol(reference.split(":")[0])
    value = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
    _write(sheet, row, column, value)


def loading_list(boxes: ROWS = LIST_BOXES, *after: Sequence[Any]) -> list[Sequence[Any]]:
    """A loading list of these boxes and the rows after them; its first box is row 8 of the sheet."""
    return [*LIST_HEAD, LIST_HEADER, *boxes, *after]


BOOKINGS: ROWS = (
    ("订舱号", "线路", "方向", "班列号", "发车日期", "箱量", "TEU", "订舱时间", "状态"),
    ("BK25000011", "YIN-ALA", "W", "X9004", "2025-03-07", 4, 6.25, "2025-02-20 10:15", "confirmed"),
    ("BK25000012", "YIN-ALA", "W", "X9004", "2025-03-07", 10, 20, "2025-02-21 09:00", "confirmed"),
)  # fmt: skip
DECLARATIONS: ROWS = (
    ("海关编号", "进出口标志", "申报日期", "放行日期", "监管方式", "提运单号", "项号", "商品编号", "商品名称", "成交数量",
     "成交单位", "单价", "总价", "币制", "原产国(地区)", "毛重", "净重", "件数", "集装箱号"),
    ("940320250000000021", "出口", "2025-03-05", "2025-03-06", "0110", "SM25000021", 1, "6907219000", "瓷砖", 1200,
     "006", 6.5, 7800, "USD", "中国", 18200.5, 17100, 420, "QZAU7000011"),
    (None, None, None, None, None, None, 2, "6910100000", "洗手盆", 80, "011", 21.25, 1700, "USD", "中国"),
    ("940320250000000022", "出口", "2025-03-05", None, "0110", None, 1, "9405110000", "吊灯", 610, "011", 9,
     5490, "USD", "中国", 15025, 13980, 610, "QZAU7000032"),
)  # fmt: skip
POSITIONS: ROWS = (
    ("Дислокация контейнеров на 08.03.2025 06:00 (МСК)",),
    (),
    ("Номер контейнера", "Станция отправления", "Станция назначения", "Станция операции", "Операция",
     "Дата и время операции", "Номер накладной", "Расстояние оставшееся", "Прогноз прибытия (дней)", "Номер вагона",
     "Дорога операции", "Индекс поезда"),
    ("QZAU7000011", "Алтынколь (эксп.)", "Алматы-1", "Алтынколь", "Отправление", datetime(2025, 3, 8, 4, 35),  # noqa: DTZ001
     "32000111", 340, 2, 95236196, "КЗХ", "7077-001-7000"),
    ("QZAU7000027", "Алтынколь (эксп.)", "Алматы-1", "Жетыген", "Прибытие", "08.03.2025 05:10",
     "32000112", 52, 1, 95535399, "КЗХ", "7077-001-7000"),
)  # fmt: skip
SAD_HEAD: ROWS = (
    ("1 Declaration", None, "A Office", "5 Items", "6 Packages", "15 Export", "22 Invoice", None),
    ("Identification->Type->Type_of_declaration", "Identification->Type->Declaration_gen_procedure_code",
     "Identification->Office_segment->Customs_clearance_office_code", "Property->Nbers->Total_number_of_items",
     "Property->Nbers->Total_number_of_packages", "General_information->Country->Export->Export_country_code",
     "Valuation->Gs_Invoice->Currency_code", "Valuation->Gs_Invoice->Amount_foreign_currency"),
    ("Type", "Gen. procedure", "Office", "Items", "Packages", "Export country", "Currency", "Amount"),
    ("IM", 4, "AL010100", "2", "500", "CN", "EUR", 9500),
)  # fmt: skip
SAD_ITEMS: ROWS = (
    ("31 Packages and goods", None, "33 Code", "34 Origin", "35 Gross", "38 Net", "42 Price", None, "37 Procedure"),
    ("Item->Packages->Number_of_packages", "Item->Tarification->Goods_description->Commercial_Description",
     "Item->Tarification->HScode->Commodity_code", "Item->Tarification->Goods_description->Country_of_origin_code",
     "Item->Valuation_item->Weight_itm->Gross_weight_itm", "Item->Valuation_item->Weight_itm->Net_weight_itm",
     "Item->Valuation_item->Item_Invoice", "Item->Valuation_item->Item_Invoice",
     "Item->Tarification->Extended_customs_procedure"),
    ("Number", "Commercial description", "Commodity", "Origin", "Gross", "Net", "Amount_foreign_currency",
     "Currency_code", "Procedure"),
    (420, "Ceramic tiles", "69072190", "CN", 18200.5, 17100, 7800, "EUR", "4000"),
    (80, "Wash basins", 69101000.0, "CN", 900.25, 850, 1700, "EUR", "4000"),
)  # fmt: skip
MANIFEST_NAMES = (
    "Awmds", "General_segment", "Customs_office_code", "Voyage_number", "Date_of_departure", "Totals_segment",
    "Total_number_of_bols", "Total_number_of_packages", "Total_number_of_containers", "Total_gross_mass",
    "Transport_information", "Carrier_code", "Mode_of_transport_code", "Identity_of_transporter",
    "Load_unload_place", "Place_of_departure_code", "Place_of_destination_code", "Bol_segment", "Bol_reference",
    "Line_number", "Load_unload_place", "Port_of_origin_code", "Place_of_unloading_code", "Traders_segment",
    "Carrier_code", "Exporter_name", "Consignee_name", "Goods_segment", "Number_of_packages", "Package_type_code",
    "Gross_mass", "Goods_description", "Volume_in_cubic_meters", "Num_of_ctn_for_this_bol",
)  # fmt: skip


def cargo_manifest(declared: Sequence[Any] = (2, 500, 1, 19100.75)) -> ROWS:
    """An ASYCUDA manifest of two bills of lading that declares these totals: bills, packages, containers, kg."""
    head = [
        None,
        None,
        301,
        "0017/W",
        "2025-03-02",
        None,
        *declared,
        None,
        "ABC",
        1,
        "SEA LARK",
        None,
        "CNNBG",
        "XKPRN",
    ]
    rest = [None] * (len(head) - 1)
    return (
        MANIFEST_NAMES,
        (*head, None, 77900000011.0, 1, None, "CNNBG", "XKPRN", None, "ABC", "Firm A", "Firm B", None, 420, "CT", 18200.5,
         "Tiles <glazed> & basins {}/> 5%", 31, 1),
        (None, *rest, None, 77900000022.0, 2, None, "CNNBG", "XKPRN", None, "ABC", "Firm A", "Firm C", None, 80, "CT", 900.25,
         "Basins", 4, 0),
    )  # fmt: skip


def samples() -> dict[str, bytes]:
    """File name -> content of every sample made here."""
    return {
        "manifest_xls.xls": workbook([BiffSheet("清单", loading_list(LIST_BOXES, LIST_TOTAL))]),
        "booking_xlsx.xlsx": xlsx(("订舱", BOOKINGS)),
        "declaration_cn_xlsx.xlsx": xlsx(("报关单", DECLARATIONS)),
        "rail_dislocation_xlsx.xlsx": xlsx(("Лист1", POSITIONS)),
        "asycuda_sad_xlsx.xlsx": xlsx(("General", SAD_HEAD), ("Items", SAD_ITEMS), ("Sheet3", ())),
        "asycuda_manifest_xls.xls": workbook([BiffSheet("Sheet1", cargo_manifest())]),
    }


if __name__ == "__main__":
    for name, content in samples().items():
        (SAMPLES / name).write_bytes(content)
