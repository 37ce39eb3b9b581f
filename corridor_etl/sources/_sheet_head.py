"""The first rows of each visible sheet as text, to recognise a workbook by; never used as data.

An .xlsx is not parsed for it: the head of each sheet's XML is cut off after the rows wanted, however long it is.
"""

from __future__ import annotations

import io
from typing import Any

import python_calamine as calamine

from corridor_etl.sources._sheet_count import head_texts
from corridor_etl.sources._sheet_grid import biff_marks
from corridor_etl.sources._workbook import OLE_MAGIC, unreadable


def first_rows(data: bytes, rows: int) -> dict[str, Any]:
    """``{"sheets": [[[text, ...], ...], ...]}``."""
    if not data.startswith(OLE_MAGIC):
        return {"sheets": head_texts(data, rows)}
    biff_marks(data)  # refuses what the parser could not hold
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        visible = [m.name for m in book.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible]
        found = [book.get_sheet_by_name(name).to_python(nrows=rows) for name in visible]
    except calamine.CalamineError as error:
        raise unreadable(error) from error
    return {"sheets": [[[c for c in row if isinstance(c, str) and c] for row in sheet] for sheet in found]}
