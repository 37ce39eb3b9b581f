"""A list in a workbook as raw rows: chooses the sheets, reads them, counts them apart, checks their totals.

Several visible sheets with a list are all read. A row's line is its sheet row; on the second list it is 10,000,000
plus the sheet row, on the third 20,000,000, so that lines stay unique in the file, and its raw text names the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import polars as pl

from corridor_etl.errors import FileRejected
from corridor_etl.sources import _boxes
from corridor_etl.sources._headers import unmapped
from corridor_etl.sources._sheet import Header, Record, Total, find_header, info, no_list, read_lines
from corridor_etl.sources._sheet_count import count_records
from corridor_etl.sources._sheet_grid import Sheet, sheets
from corridor_etl.sources._sheet_xml import Package
from corridor_etl.sources._source import Finding, RawFile, RowFault
from corridor_etl.sources._table import Stated, Table
from corridor_etl.sources._totals import ABOVE, COUNTED, SUMMED, compared, number, sums
from corridor_etl.sources._workbook import OLE_MAGIC

LINES_PER_SHEET = 10_000_000


@dataclass
class _List:
    """One sheet with a list, being read."""

    sheet: Sheet
    header: Header
    above: dict[str, str]
    controls: dict[str, str]
    records: list[Record] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    stated: dict[str, list[str]] = field(default_factory=dict)


def read(table: Table, data: bytes) -> RawFile:
    """All lists of a workbook as one RawFile."""
    package = None if data.startswith(OLE_MAGIC) else Package(data)
    lists, findings = _chosen(table, sheets(data, package))
    counted = 0
    for one in lists:
        _read_list(table, one, is_one_of_many=len(lists) > 1)
        counted += count_records(data, package, one.sheet.title, one.header.shape(table))
    for at, one in enumerate(lists):
        findings += [_moved(f, at) for f in one.findings]
    good = [[r for r in one.records if r.fault is None] for one in lists]
    frames = [_frame(table, one, rows, at) for at, (one, rows) in enumerate(zip(lists, good, strict=True))]
    bad = [(r, at) for at, one in enumerate(lists) for r in one.records if r.fault is not None]
    return RawFile(
        frame=pl.concat(frames),
        rows_counted=counted,
        findings=tuple(findings),
        faults=tuple(_moved_fault(r.fault, at) for r, at in bad if r.fault is not None),
        dialect="xls" if data.startswith(OLE_MAGIC) else "xlsx",
        raw_lines={r.number + at * LINES_PER_SHEET: lists[at].texts[r.number] for r, at in bad},
    )


def _chosen(table: Table, book: Sequence[Sheet]) -> tuple[list[_List], list[Finding]]:
    """The visible sheets with a list; hidden ones are named."""
    found = [(s, h) for s in book if (h := find_header(s, table)) is not None]
    head = _head(table, book)
    visible = [
        _List(s, h, info(s, h, _above(table)) | head, info(s, h, _controls(table)))
        for s, h in found if s.is_visible
    ]  # fmt: skip
    if not visible:
        raise no_list([s.title for s in book if s.is_visible], table)
    findings = []
    if hidden := [s.title for s, _ in found if not s.is_visible]:
        text = f"hidden sheets with a list were not read: {', '.join(hidden)}"
        findings.append(Finding("HIDDEN_SHEET", "warning", text))
    for one in visible[1:]:
        findings += _inherited(table, one, visible[0])
    for one in visible:
        _check_above(table, one)
    return visible, findings


def _head(table: Table, book: Sequence[Sheet]) -> dict[str, str]:
    """The one row of another sheet that stands for all rows: a declaration's head."""
    if table.head is None:
        return {}
    sheets_with_it = ((s, h) for s in book if s.is_visible and (h := find_header(s, table.head)) is not None)
    sheet, header = next(sheets_with_it, (None, None))
    if sheet is None or header is None:
        return {}
    records, _ = read_lines(sheet, header, table.head)
    texts = records[0].texts if records else []
    return {name: text for name, text in zip(header.names, texts, strict=False) if name and text}


def _above(table: Table) -> dict[str, str]:
    return {s: n for s, n in table.layout().spellings.items() if n in table.above}


def _controls(table: Table) -> dict[str, str]:
    """Labels of control totals: words for totals, and the headers of the columns that are summed."""
    return ABOVE | {s: n for s, n in table.layout().spellings.items() if n in SUMMED} if table.summed else {}


def _inherited(table: Table, one: _List, first: _List) -> list[Finding]:
    """What a further sheet leaves unsaid about its train is what the first sheet says."""
    taken = {n: first.above[n] for n in table.above if n in first.above and n not in one.above}
    missing = [n for n in table.above_mandatory if n in taken and n not in one.header.names]
    one.above |= {n: v for n, v in taken.items() if n not in one.header.names}
    if not missing:
        return []
    text = f"sheet {one.sheet.title} does not say {', '.join(missing)}: taken from sheet {first.sheet.title}"
    return [Finding("SHEET_INHERITS", "info", text)]


def _check_above(table: Table, one: _List) -> None:
    missing = [n for n in table.above_mandatory if n not in one.above and n not in one.header.names]
    if missing:
        raise FileRejected(
            "SCHEMA", f"nothing above row {one.header.top} of sheet {one.sheet.title} says {', '.join(missing)}",
            expected="a label such as 'Train No' with its value beside it", fix="Ask the sender to fill it in.",
            missing=missing,
        )  # fmt: skip


def _read_list(table: Table, one: _List, *, is_one_of_many: bool) -> None:
    header = one.header
    one.records, one.totals = read_lines(one.sheet, header, table)
    one.stated = {s.name: _stated_texts(one, s.name) for s in table.stated}
    _boxes.spread_merges(one.sheet, header, table, one.records)
    one.findings += _boxes.fill_down(header, table, one.records, one.totals)
    title = one.sheet.title if is_one_of_many else None
    as_text = _boxes.RowText(header, title)
    one.texts = {r.number: as_text(r) for r in one.records}
    one.findings += _boxes.join_parts(header, table, one.records)
    labels = [" / ".join(text.split("\n")) for text in header.labels]
    one.findings += unmapped(labels, header.names, header.row)
    if table.summed:
        one.findings += _totals(one)
    one.findings += [f for stated in table.stated for f in _stated(one, stated)]


def _totals(one: _List) -> list[Finding]:
    """Totals that disagree: a totals row speaks of the rows since the last one, or of all above it."""
    if not one.totals and not one.controls:
        return []
    columns = [(n, one.header.names.index(n)) for n in (*SUMMED, COUNTED) if n in one.header.names]
    values = [{n: r.texts[c] for n, c in columns} for r in one.records]
    found, since = [], 0
    for total in one.totals:
        rows = values[since : total.records_above]
        candidates = [sums(rows), sums(values[: total.records_above])]
        found += compared(
            total.values, candidates if rows else candidates[1:], total.number, "the totals row"
        )
        since = total.records_above
    return found + compared(one.controls, [sums(values)], None, "the head of the list")


def _stated_texts(one: _List, name: str) -> list[str]:
    """What a column of control totals says, before it is filled down; or the head of the document."""
    columns = one.header.at((name,))
    said = [r.texts[c] for c in columns for r in one.records] or [one.above.get(name)]
    return [text for text in said if text]


def _stated(one: _List, stated: Stated) -> list[Finding]:
    """A control total that is not what the rows add up to."""
    columns = one.header.at((stated.of,)) if stated.of else ()
    actual = Decimal(len(one.records))
    if columns:
        actual = sum((number(r.texts[columns[0]]) or Decimal(0) for r in one.records), Decimal(0))
    said = sum((number(text) or Decimal(0) for text in one.stated[stated.name]), Decimal(0))
    if not one.stated[stated.name] or said == actual or (stated.of and not columns):
        return []
    name = stated.name.replace("_", " ")
    text = f"the document declares {said:f} as {name}, its rows have {actual:f}"
    return [Finding(stated.rule_id, "warning", text, one.header.row, f"{said:f}", f"{actual:f}")]


def _frame(table: Table, one: _List, records: Sequence[Record], at: int) -> pl.DataFrame:
    lines = pl.Series("line_no", [r.number + at * LINES_PER_SHEET for r in records], dtype=pl.Int64)
    cells = list(zip(*(r.texts for r in records), strict=True)) if records else []
    series = [lines]
    for name in table.columns:
        place = one.header.names.index(name) if name in one.header.names else None
        column = cells[place] if place is not None and cells else [None] * len(records)
        values = pl.Series(name, column, dtype=pl.String)
        stated = one.above.get(name)
        series.append(values if stated is None else values.fill_null(stated))
    series.append(pl.Series("raw_text", [one.texts[r.number] for r in records], dtype=pl.String))
    return pl.DataFrame(series)


def _moved(finding: Finding, at: int) -> Finding:
    line = finding.line_no
    return finding if line is None else replace(finding, line_no=line + at * LINES_PER_SHEET)


def _moved_fault(fault: RowFault, at: int) -> RowFault:
    return replace(fault, line_no=fault.line_no + at * LINES_PER_SHEET)
