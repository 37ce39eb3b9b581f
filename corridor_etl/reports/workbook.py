"""The figures of an issue as a workbook: what it says, every figure, 53 weeks of each, and how they are defined.

Numbers are numbers and texts are texts, never formulas; the same context gives the same bytes. How an issue looks
belongs to ``render``, the same figures as CSV to ``figures_csv``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from corridor_etl.kpis import Kpi, kpis
from corridor_etl.reports import formats
from corridor_etl.reports.content import Table, WeeklyContext
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.measures import BY_ADDRESS
from corridor_etl.spreadsheet_text import is_risky

MEDIA_TYPE = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
A4 = 9
DECIMALS = 6
"""Digits after the point of a number in a cell: more are no information, and differ with the order of a sum."""
MATURITY = {"p": "provisional", "f": "final"}

Value = str | Decimal | int | None


@dataclass(frozen=True)
class Sheet:
    """One sheet that holds one table: (head, width in characters) of each column, and the rows."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]
    heads: int = 1  # columns that stay in view


def workbook(context: WeeklyContext) -> bytes:
    """The sheets About, Figures, Series and Definitions, and Revisions where the issue has some, as .xlsx."""
    import xlsxwriter  # not needed by who only reads a context

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    )
    book.set_properties(
        {
            "title": f"{context.corridor_name}, {context.edition} {context.week}",
            "author": context.operator,
            "comments": context.report_key,
            "created": context.published_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    looks = _Looks(book)
    _write_about(book.add_worksheet("About"), context, looks)
    for sheet in sheets(context):
        _write_sheet(book.add_worksheet(sheet.name), sheet, looks)
    book.close()
    return buffer.getvalue()


def sheets(context: WeeklyContext) -> Iterator[Sheet]:
    """The sheets after the first, each of which is one table."""
    yield Sheet("Figures", FIGURE_COLUMNS, [_figure_row(f) for f in context.figures], heads=2)
    yield _series(context)
    yield Sheet(
        "Definitions", DEFINITION_COLUMNS, [_definition(k, context.language) for k in kpis().values()]
    )
    if "revisions" in context.tables:
        yield _as_published("Revisions", context.tables["revisions"])


FIGURE_COLUMNS = (
    ("address", 34), ("figure", 28), ("value", 16), ("unit", 12), ("as shown", 12), ("shown in", 12),
    ("maturity", 12), ("change on week", 16), ("on week, as shown", 16), ("change on year", 16),
    ("on year, as shown", 16), ("range low", 14), ("range mean", 14), ("range high", 14), ("range weeks", 12),
    ("against range", 14), ("defined as", 28),
)  # fmt: skip


def _figure_row(figure: Figure) -> tuple[Value, ...]:
    return (
        figure.address,
        figure.name,
        figure.value,
        figure.unit,
        figure.text,
        figure.shown_unit,
        MATURITY.get(figure.maturity, figure.maturity),
        figure.on_week.value,
        figure.on_week.text,
        figure.on_year.value,
        figure.on_year.text,
        figure.range_low,
        figure.range_mean,
        figure.range_high,
        figure.range_weeks,
        "" if figure.range_class == "none" else figure.range_class,
        ", ".join(_defined_by(figure.address)),
    )


def _defined_by(address: str) -> list[str]:
    """Names of the definitions a figure is made by; those of its table where its column is derived."""
    measure = BY_ADDRESS.get(address)
    if measure is None:
        return []
    same_mart = [k for k in kpis().values() if k.mart == measure.mart]
    exact = [k.name for k in same_mart if measure.column in k.columns]
    return exact or [k.name for k in same_mart]


def _series(context: WeeklyContext) -> Sheet:
    weeks = sorted({week for values in context.history.values() for week in values})
    columns = [("week", 10), *((address, max(12, len(address))) for address in context.history)]
    rows = [(week, *(values.get(week) for values in context.history.values())) for week in weeks]
    return Sheet("Series", columns, rows)


DEFINITION_COLUMNS = (
    ("name", 22), ("title", 32), ("unit", 20), ("formula", 60), ("basis", 60), ("week by", 40), ("clock of", 24),
    ("small numbers", 40), ("caveat", 60), ("not available because", 32),
)  # fmt: skip


def _definition(kpi: Kpi, language: str) -> tuple[Value, ...]:
    return (
        kpi.name, kpi.title.into(language), kpi.unit, kpi.formula, kpi.basis, kpi.week_date, kpi.zone,
        kpi.small_number_rule, kpi.caveat.into(language), kpi.unavailable,
    )  # fmt: skip


def _as_published(name: str, table: Table) -> Sheet:
    columns = [(column.label, 24) for column in table.columns]
    return Sheet(name, columns, [[cell.text for cell in row] for row in table.rows])


class _Looks:
    """The formats of a workbook. Quoted texts stay texts also when somebody edits their cell."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top", "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 14, **top})
        self.label = book.add_format({"bold": True, "valign": "top"})
        self.head = book.add_format({"bold": True, "bottom": 1, **top})
        self.text = book.add_format({"num_format": "@", **top})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True, **top})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.broken = book.add_format({"num_format": "#,##0.00##", "valign": "top"})

    def put(self, sheet: Any, row: int, column: int, value: Value) -> None:
        """Writes one cell; what is not available stays empty and is not a zero."""
        if isinstance(value, str):
            sheet.write_string(row, column, value, self.quoted if is_risky(value) else self.text)
        elif value is not None:
            number = formats.rounded(Decimal(value), DECIMALS)
            is_whole = number == number.to_integral_value()
            sheet.write_number(row, column, float(number), self.whole if is_whole else self.broken)


def _write_about(sheet: Any, context: WeeklyContext, looks: _Looks) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, "Report", looks.label)
    sheet.write_string(0, 1, context.headline, looks.title)
    for row, (label, text) in enumerate(_about(context), 1):
        sheet.write_string(row, 0, label, looks.label)
        looks.put(sheet, row, 1, text)
    _print_on_a4(sheet)


def _about(context: WeeklyContext) -> Iterator[tuple[str, str]]:
    yield "Corridor", context.corridor_name
    yield "Week", f"{context.week}, {context.dates}"
    yield "Published", formats.long_date(context.published_at.date())
    for label, sentences in _sentences(context):
        shown = [s for s in sentences if s]
        yield from ((label if n == 0 else "", sentence) for n, sentence in enumerate(shown))
    yield "Contact", f"{context.operator}, {context.contact}"
    yield (
        "Fingerprint",
        (
            f"report {context.report_key} · data snapshot {context.snapshot} · corridor_etl "
            f"{context.package_version} · template {context.template_version}"
        ),
    )


def _sentences(context: WeeklyContext) -> Iterable[tuple[str, Sequence[str]]]:
    return (
        ("Notice", (context.notice, context.partial)),
        ("Main points", context.points),
        ("Data", (context.match, context.quality, context.corrections, context.balance)),
        ("Notes", context.notes),
    )


def _write_sheet(sheet: Any, content: Sheet, looks: _Looks) -> None:
    for at, (_, width) in enumerate(content.columns):
        sheet.set_column(at, at, width)
    for number, row in enumerate(content.rows, 1):
        for at, value in enumerate(row):
            looks.put(sheet, number, at, value)
    sheet.add_table(
        0,
        0,
        max(1, len(content.rows)),
        len(content.columns) - 1,
        {
            "name": content.name,
            "style": "Table Style Light 1",
            "columns": [{"header": head, "header_format": looks.head} for head, _ in content.columns],
        },
    )
    sheet.freeze_panes(1, content.heads)
    sheet.repeat_rows(0)
    _print_on_a4(sheet)


def _print_on_a4(sheet: Any) -> None:
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
