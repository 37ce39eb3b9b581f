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


def samples() -> dict[str, bytes]:
    """File name -> content of every sample made here."""
    return {"manifest_xls.xls": workbook([BiffSheet("清单", loading_list(LIST_BOXES, LIST_TOTAL))])}


if __name__ == "__main__":
    for name, content in samples().items():
        (SAMPLES / name).write_bytes(content)
