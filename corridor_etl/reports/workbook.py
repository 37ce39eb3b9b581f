"""The figures of an issue as a workbook: what it says, every figure, 53 weeks of each, and how they are defined.

Numbers are numbers and texts are texts, never formulas; the same context gives the same bytes. Words are in the
language of the issue; addresses of figures, and names of tables for whoever computes with them, are the same in all.
How an issue looks belongs to ``render``, the same figures as CSV, whose heads are for programs, to ``figures_csv``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from corridor_etl.kpis import kpis
from corridor_etl.reports import formats, units
from corridor_etl.reports.content import Table, WeeklyContext
from corridor_etl.reports.definitions import HEADS, definitions
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import NP_, speaking, tr, tr_in
from corridor_etl.reports.measures import BY_ADDRESS
from corridor_etl.spreadsheet_text import is_risky

MEDIA_TYPE = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
A4 = 9
DECIMALS = 6
"""Digits after the point of a number in a cell: more are no information, and differ with the order of a sum."""
MATURITY = {"p": NP_("maturity", "provisional"), "f": NP_("maturity", "final")}
RANGE_CLASSES = {
    "below": NP_("range", "below"), "low": NP_("range", "low"), "in line": NP_("range", "in line"),
    "high": NP_("range", "high"), "above": NP_("range", "above"), "none": "",
}  # fmt: skip

Value = str | Decimal | int | None


@dataclass(frozen=True)
class Sheet:
    """One sheet that holds one table: (head, width in characters) of each column, and the rows.

    ``table`` is what formulas call the table; ``name`` and heads are words.
    """

    table: str
    name: str
    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]
    heads: int = 1  # columns that stay in view


def workbook(context: WeeklyContext) -> bytes:
    """The sheets About, Figures, Series and Definitions, and Revisions where the issue has some, as .xlsx."""
    with speaking(context.language):
        return _written(context)


def _written(context: WeeklyContext) -> bytes:
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
    _write_about(book.add_worksheet(tr_in("sheet", "About")), context, looks)
    for sheet in sheets(context):
        _write_sheet(book.add_worksheet(sheet.name), sheet, looks)
    book.close()
    return buffer.getvalue()


def sheets(context: WeeklyContext) -> Iterator[Sheet]:
    """The sheets after the first, each of which is one table."""
    figures = [_figure_row(f) for f in context.figures]
    yield Sheet("Figures", tr_in("sheet", "Figures"), _heads(FIGURE_COLUMNS), figures, heads=2)
    yield _series(context)
    defined = [(d.name, d.title, *d.words.values()) for d in definitions()]
    yield Sheet("Definitions", tr_in("sheet", "Definitions"), _heads(DEFINITION_COLUMNS), defined)
    if "revisions" in context.tables:
        yield _as_published("Revisions", tr("Revisions"), context.tables["revisions"])


FIGURE_COLUMNS = (
    (NP_("column", "address"), 34), (NP_("column", "figure"), 28), (NP_("column", "value"), 16),
    (NP_("column", "unit"), 12), (NP_("column", "as shown"), 12), (NP_("column", "shown in"), 12),
    (NP_("column", "maturity"), 14), (NP_("column", "change on week"), 16), (NP_("column", "on week, as shown"), 16),
    (NP_("column", "change on year"), 16), (NP_("column", "on year, as shown"), 16), (NP_("column", "range low"), 14),
    (NP_("column", "range mean"), 14), (NP_("column", "range high"), 14), (NP_("column", "range weeks"), 12),
    (NP_("column", "against range"), 14), (NP_("column", "defined as"), 28),
)  # fmt: skip
ADDRESS, VALUE, AS_SHOWN = 0, 2, 4
"""Where address, exact value and the value as the page shows it stand among these columns."""


def _heads(columns: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(tr_in("column", head), width) for head, width in columns]


def _figure_row(figure: Figure) -> tuple[Value, ...]:
    return (
        figure.address,
        figure.name,
        figure.value,
        units.exact(figure.unit),
        figure.text,
        figure.shown_unit,
        _state("maturity", MATURITY, figure.maturity),
        figure.on_week.value,
        figure.on_week.text,
        figure.on_year.value,
        figure.on_year.text,
        figure.range_low,
        figure.range_mean,
        figure.range_high,
        figure.range_weeks,
        _state("range", RANGE_CLASSES, figure.range_class),
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
    columns = [
        (tr_in("column", "week"), 10),
        *((address, max(12, len(address))) for address in context.history),
    ]
    rows = [(week, *(values.get(week) for values in context.history.values())) for week in weeks]
    return Sheet("Series", tr_in("sheet", "Series"), columns, rows)


DEFINITION_COLUMNS = (
    (NP_("column", "name"), 22), (NP_("column", "title"), 32), (HEADS["unit"], 20), (HEADS["formula"], 60),
    (HEADS["basis"], 60), (HEADS["week_date"], 40), (HEADS["zone"], 24), (HEADS["small_number_rule"], 40),
    (HEADS["caveat"], 60), (HEADS["unavailable"], 32),
)  # fmt: skip


def _state(context: str, messages: Mapping[str, str], state: str) -> str:
    """A state in the language spoken; what is no state stays as it is, and nothing stays nothing."""
    message = messages.get(state)
    return state if message is None else tr_in(context, message) if message else ""


def _as_published(name: str, title: str, table: Table) -> Sheet:
    columns = [(column.label, 24) for column in table.columns]
    return Sheet(name, title, columns, [[cell.text for cell in row] for row in table.rows])


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
    sheet.write_string(0, 0, tr_in("about", "Report"), looks.label)
    sheet.write_string(0, 1, context.headline, looks.title)
    for row, (label, text) in enumerate(_about(context), 1):
        sheet.write_string(row, 0, label, looks.label)
        looks.put(sheet, row, 1, text)
    _print_on_a4(sheet)


def _about(context: WeeklyContext) -> Iterator[tuple[str, str]]:
    yield tr_in("about", "Corridor"), context.corridor_name
    yield tr("Week"), f"{context.week}, {context.dates}"
    yield tr_in("about", "Published"), formats.long_date(context.published_at.date())
    for label, sentences in _sentences(context):
        shown = [s for s in sentences if s]
        yield from ((label if n == 0 else "", sentence) for n, sentence in enumerate(shown))
    yield tr_in("about", "Contact"), f"{context.operator}, {context.contact}"
    versions = {"package": context.package_version, "template": context.template_version}
    yield (
        tr_in("about", "Fingerprint"),
        tr(
            "report %(key)s · data snapshot %(snapshot)s · corridor_etl %(package)s · template %(template)s",
            key=context.report_key,
            snapshot=context.snapshot,
            **versions,
        ),
    )


def _sentences(context: WeeklyContext) -> Iterable[tuple[str, Sequence[str]]]:
    return (
        (tr_in("about", "Notice"), (context.notice, context.partial)),
        (tr_in("about", "Main points"), context.points),
        (tr_in("about", "Data"), (context.match, context.quality, context.corrections, context.balance)),
        (tr("Notes"), context.notes),
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
            "name": content.table,
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
