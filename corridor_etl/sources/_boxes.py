"""What belongs together across the rows of a list: values written once for several rows, a box over two rows.

Nothing is filled down unless the sheet shows it: by a merge, or by a column that never repeats a value in the next
row and has blanks under it. A quantity is never filled down; one merged over several boxes holds them back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from json.encoder import encode_basestring

from corridor_etl.sources._sheet import Header, Record, Total, cell_text
from corridor_etl.sources._sheet_grid import Sheet
from corridor_etl.sources._source import Finding, RowFault
from corridor_etl.sources._table import Table
from corridor_etl.sources._totals import number

_PRINCIPAL_WEIGHT = "cargo_gross_kg"


def spread_merges(sheet: Sheet, header: Header, table: Table, records: Sequence[Record]) -> None:
    """Gives every row under a merged cell its value; a quantity merged over several records faults them."""
    by_row = {row: (record, texts) for record in records for row, texts in _rows(record)}
    for merge in sheet.merges:
        name = header.names[merge.left] if merge.left < len(header.names) else None
        if name is None or merge.top < header.row or merge.bottom == merge.top:
            continue
        value = cell_text(sheet.rows[merge.top][merge.left])
        met = [by_row[r + 1] for r in range(merge.top, merge.bottom + 1) if r + 1 in by_row]
        if name in table.quantities:
            _refuse_shared([record for record, _ in met], name, value)
            continue
        for _, texts in met:
            texts[merge.left] = texts[merge.left] or value


def _refuse_shared(records: Sequence[Record], name: str, value: str | None) -> None:
    if len({record.number for record in records}) > 1:
        for record in records:
            record.fault = record.fault or RowFault(
                record.number,
                "MERGED_QUANTITY",
                name,
                value or "",
                "a value for each box, not one for several",
            )


def _rows(record: Record) -> Iterator[tuple[int, list[str | None]]]:
    yield record.number, record.texts
    yield from record.parts


def fill_down(
    header: Header, table: Table, records: Sequence[Record], totals: Sequence[Total]
) -> list[Finding]:
    """Fills the columns that the sheet shows to be written once for the rows under them; says how many cells."""
    said = []
    fresh = {total.records_above for total in totals}  # a record after a subtotal starts a new group
    opening = _openings(header, table, records)
    for name, longest in table.fill_down:
        if name in header.names:
            starts = fresh | opening if name != table.group else fresh
            filled = _filled(records, header.names.index(name), longest, starts, is_shown=bool(opening))
            said += [f"{filled} of {name}"] if filled else []
    if not said:
        return []
    text = f"blank cells were read as the value above them: {', '.join(said)}"
    return [Finding("FILL_DOWN", "info", text, records[0].number)]


def _openings(header: Header, table: Table, records: Sequence[Record]) -> set[int]:
    """Records that open a group, because its column is filled in their own row."""
    columns = header.at((table.group,)) if table.group else ()
    return {at for column in columns for at, record in enumerate(records) if record.texts[column]}


def _filled(records: Sequence[Record], column: int, longest: int, fresh: set[int], *, is_shown: bool) -> int:
    """Fills one column; ``is_shown`` where groups are marked, so that the column need not show them itself."""
    cells = [(record.texts[column] or "").strip() or None for record in records]
    if all(cells) or not any(cells):
        return 0
    if not is_shown and (not cells[0] or any(a and a == b for a, b in pairwise(cells))):
        return 0
    runs, found = _runs(cells, fresh)
    if longest and max(runs) > longest:
        return 0
    for at, value in found:
        records[at].texts[column] = value
    return len(found)


def _runs(cells: Sequence[str | None], fresh: set[int]) -> tuple[list[int], list[tuple[int, str]]]:
    """Lengths of the runs of blanks, and (record, value) of each blank that has a value above it in its group."""
    value: str | None = None
    length, runs, found = 0, [0], []
    for at, cell in enumerate(cells):
        if cell or at in fresh:
            value, length = cell, 0
        elif value:
            length += 1
            runs.append(length)
            found.append((at, value))
    return runs, found


def join_parts(header: Header, table: Table, records: Sequence[Record]) -> list[Finding]:
    """Makes one record of a box over several rows: quantities added, descriptions and numbers of both kept."""
    findings = []
    for record in records:
        if not record.parts:
            continue
        rows = [texts for _, texts in _rows(record)]
        numbers = ", ".join(str(n) for n, _ in _rows(record))
        record.texts = _joined(header, table, rows)
        key = record.texts[header.at(table.keys)[0]] or ""
        findings.append(Finding("BOX_OVER_ROWS", "info", f"{key} fills rows {numbers}: read as one record",
                                record.number, numbers, key))  # fmt: skip
    return findings


def _joined(header: Header, table: Table, rows: Sequence[list[str | None]]) -> list[str | None]:
    between = dict(table.joined)
    principal = max(rows, key=lambda texts: _weight(header, texts))
    result: list[str | None] = []
    for column, name in enumerate(header.names):
        said = [texts[column] for texts in rows if texts[column]]
        if name in table.summed:
            result.append(_sum(said))
        elif name in between:
            result.append(between[name].join(dict.fromkeys(t.strip() for t in said if t)) or None)
        elif name in table.goods:
            result.append(principal[column] or next(iter(said), None))
        else:
            result.append(next(iter(said), None))
    return result


def _weight(header: Header, texts: Sequence[str | None]) -> Decimal:
    at = header.at((_PRINCIPAL_WEIGHT,))
    return (number(texts[at[0]]) if at else None) or Decimal(0)


def _sum(said: Sequence[str | None]) -> str | None:
    """The sum of numbers; where one is not a number, what they say, which staging will refuse."""
    numbers = [number(text) for text in said]
    known = [n for n in numbers if n is not None]
    if len(known) < len(said):
        return " + ".join(t for t in said if t)
    return f"{sum(known):f}" if known else None


class RowText:
    """A record as JSON for quarantine and lineage: raw name, or header as sent, -> cell; a list of several rows."""

    def __init__(self, header: Header, sheet_title: str | None) -> None:
        named = enumerate(zip(header.names, header.labels, strict=True), start=1)
        names = [name or label or f"column {number}" for number, (name, label) in named]
        self.keys = [f"{encode_basestring(name)}: " for name in names]
        self.sheet = [] if sheet_title is None else [f'"sheet": {encode_basestring(sheet_title)}']

    def __call__(self, record: Record) -> str:
        """The text of one record."""
        rows = [self._row(texts) for _, texts in _rows(record)] if record.parts else [self._row(record.texts)]
        return rows[0] if len(rows) == 1 else f"[{', '.join(rows)}]"

    def _row(self, texts: Sequence[str | None]) -> str:
        cells = [key + encode_basestring(text) for key, text in zip(self.keys, texts, strict=True) if text]
        return f"{{{', '.join(self.sheet + cells)}}}"
