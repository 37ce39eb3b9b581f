"""Whether the workbook of an issue says what its page says: it is opened by another library and read back.

Making it belongs to ``workbook``; the other checks of an issue to ``checks``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from corridor_etl.reports import formats
from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.workbook import ADDRESS, AS_SHOWN, DECIMALS, MEDIA_TYPE, VALUE

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


def _figures(data: bytes) -> dict[str, Sequence[Any]]:
    """address -> row of the sheet of figures, the second whatever it is called."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(1)
    return {str(row[ADDRESS]): row for row in sheet.to_python(skip_empty_area=False)[1:]}


def _different(figure: Figure, row: Sequence[Any]) -> Iterator[str]:
    value = None if row[VALUE] == "" else formats.rounded(Decimal(repr(row[VALUE])), DECIMALS)
    wanted = None if figure.value is None else formats.rounded(figure.value, DECIMALS)
    if value != wanted:
        yield f"{figure.address} is {value} in the workbook and {wanted} on the page"
    if row[AS_SHOWN] != figure.text:
        yield f"{figure.address} is shown as '{row[AS_SHOWN]}' in the workbook and '{figure.text}' on the page"
