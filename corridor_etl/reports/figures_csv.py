"""The figures of an issue as CSV for a spreadsheet, safe against formulas: beside the page."""

from __future__ import annotations

import csv
import io
from dataclasses import fields

from corridor_etl.reports.content import WeeklyContext
from corridor_etl.reports.figures import Change, Figure
from corridor_etl.spreadsheet_text import inert

BYTE_ORDER_MARK = "\ufeff"


def figures_csv(context: WeeklyContext) -> bytes:
    """One line per figure, exact value first; UTF-8 with byte order mark, lines end in CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = [f.name for f in fields(Figure)]
    writer.writerow(["report_key", *names])
    for figure in context.figures:
        writer.writerow([safe(context.report_key), *(_cell(getattr(figure, name)) for name in names)])
    return (BYTE_ORDER_MARK + out.getvalue()).encode("utf-8")


def triangle_csv(context: WeeklyContext) -> bytes:
    """The revision triangle: a line per figure and week, what it was known as over time; in the same form."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(
        [safe(cell) for cell in line] for line in context.triangle
    )
    return (BYTE_ORDER_MARK + out.getvalue()).encode("utf-8")


def _cell(value: object) -> str:
    if isinstance(value, Change):
        return "" if value.value is None else str(value.value)
    return "" if value is None else safe(str(value))


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula; plain numbers stay numbers."""
    try:
        float(text)
    except ValueError:
        return inert(text)
    return text
