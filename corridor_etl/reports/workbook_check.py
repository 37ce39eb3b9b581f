"""Whether the workbook of an issue says what its page says: it is opened by another library and read back.

Making it belongs to ``workbook``; the other checks of an issue to ``checks``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from corridor_etl.reports import formats
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.workbook import DECIMALS, MEDIA_TYPE

MAX_BYTES = 200_000


def problems(data: bytes, context: WeeklyContext) -> Iterator[str]:
    """What is wrong with a workbook: its size, that it does not open, or a figure that is not the context's."""
    if len(data) > MAX_BYTES:
        yield f"the workbook has {len(data)} bytes, at most {MAX_BYTES} are allowed"
    try:
        rows = _figures(data)
    except (CalamineError, OSError, KeyError, IndexError) as error:
        yield f"the workbook does not open: {error}"
        return
    expected = [f.address for f in context.figures]
    if list(rows) != expected:
        missing = sorted(set(expected) ^ set(rows))
        yield f"the workbook and the issue have different figures: {', '.join(missing[:5])}"
    for figure in context.figures:
        if figure.address in rows:
            yield from _different(figure, rows[figure.address])


def not_carried(data: bytes, message: EmailMessage) -> Iterator[str]:
    """Says so unless the message has this workbook, and no other, as its attachment."""
    kind = "/".join(MEDIA_TYPE)
    found = [p.get_content() for p in message.iter_attachments() if p.get_content_type() == kind]
    if found != [data]:
        yield "the message does not carry the workbook of the issue"


def _figures(data: bytes) -> dict[str, dict[str, Any]]:
    """address -> head -> cell of the sheet of figures."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Figures")
    heads, *rows = sheet.to_python(skip_empty_area=False)
    named = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    return {str(row["address"]): row for row in named}


def _different(figure: Figure, row: dict[str, Any]) -> Iterator[str]:
    value = None if row["value"] == "" else formats.rounded(Decimal(repr(row["value"])), DECIMALS)
    wanted = None if figure.value is None else formats.rounded(figure.value, DECIMALS)
    if value != wanted:
        yield f"{figure.address} is {value} in the workbook and {wanted} on the page"
    if row["as shown"] != figure.text:
        yield f"{figure.address} is shown as '{row['as shown']}' in the workbook and '{figure.text}' on the page"
