"""Wide files of exchange rates: the first column is the day, each further column a currency or a pair.

Columns named by one currency are priced in, or price, a currency the header does not name. Of the publishers that
write so only one leaves out the euro, because all its rates are for one euro; any other such file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corridor_etl.errors import FileRejected
from corridor_etl.settings import Sender
from corridor_etl.sources import _delimited
from corridor_etl.sources._decode import head_line
from corridor_etl.sources._headers import Layout, folded
from corridor_etl.sources._rates import COLUMNS, NO_RATE, is_rate, missing, pair, single, versioned
from corridor_etl.sources._source import Finding, RawFile, RowFault, raw_frame

_DAYS = frozenset(("date", "period", "day", "time_period", "日期", "дата", "күні", "rate_date"))
_LEAST = 2
"""Columns of currencies a wide header has at least."""

_EURO = "EUR"


@dataclass(frozen=True)
class _Head:
    """The header of a wide file: its cells, its delimiter, and (units, currency, base) of each currency column."""

    cells: list[str]
    delimiter: str
    pairs: dict[str, tuple[str, str, str]]


def claims(head: bytes) -> bool:
    """Whether the first line names a day and then currencies or pairs, and nothing else."""
    cells, _ = _cells(head)
    named = [c for c in cells[1:] if c]
    known = [c for c in named if pair(c) or single(c)]
    return bool(cells) and folded(cells[0]) in _DAYS and len(known) >= _LEAST and len(known) == len(named)


def _cells(head: bytes) -> tuple[list[str], str]:
    line = head_line(head)
    delimiter = max((";", "\t", ","), key=line.count)
    return [c.strip().strip('"').strip() for c in line.split(delimiter)], delimiter


def _head(data: bytes) -> _Head:
    cells, delimiter = _cells(data[:65_536])
    pairs = {c: found for c in cells[1:] if (found := pair(c)) is not None}
    bare = {c: one for c in cells[1:] if c not in pairs and (one := single(c)) is not None}
    if bare and any(code == _EURO for _, code in bare.values()):
        raise FileRejected(
            "SCHEMA", f"the columns {', '.join(list(bare)[:5])} do not say in which currency they are priced",
            expected="pairs such as USD/CNY",
            fix="Ask the publisher for pairs, or for a column with the base currency.",
        )  # fmt: skip
    # So many units of the column's currency are paid for one euro.
    pairs |= {c: ("1", _EURO, code) for c, (_, code) in bare.items()}
    return _Head(cells, delimiter, pairs)


def read(data: bytes, sender: Sender | None) -> RawFile:
    """Every rate of a wide file as a row of its own, numbered from 1 in the order of the file."""
    head = _head(data)
    layout = Layout("rates_csv", {c: c for c in head.cells if c}, (head.cells[0],))
    raw = _delimited.read(layout, data, sender, decimal_mark=_mark(head, sender))
    rows, faults, texts, empty = _taken_apart(raw, head, sender)
    frame, findings = versioned(raw_frame(COLUMNS[:-2], rows))
    return RawFile(
        frame=frame.select("line_no", *COLUMNS, "raw_text"),
        rows_counted=_counted(data, raw.dialect.split()[1], head),
        findings=(*raw.findings, *_assumed(head), *findings, *empty),
        faults=tuple(faults),
        dialect=f"{raw.dialect} wide",
        raw_lines=texts,
        decimal_mark=raw.decimal_mark,
    )


def _mark(head: _Head, sender: Sender | None) -> str:
    own = sender.dialect.decimal_mark if sender else None
    return own or ("," if head.delimiter == ";" else ".")


Taken = tuple[list[tuple[object, ...]], list[RowFault], dict[int, str], list[Finding]]


def _taken_apart(raw: RawFile, head: _Head, sender: Sender | None) -> Taken:
    rows: list[tuple[object, ...]] = []
    faults: list[RowFault] = []
    texts: dict[int, str] = {}
    none, bare_days = 0, []
    for day, cells, text in _lines(raw, head):
        quoted = [(c, v) for c, v in cells if is_rate(v)]
        none += len(cells) - len(quoted)
        if not quoted:
            bare_days.append(day)
        for column, value in quoted:
            units, currency, base = head.pairs[column]
            rows.append(
                (len(rows) + 1, sender.id if sender else "unstated", day, currency, base, value, units, text)
            )
    for fault in raw.faults:
        at = len(rows) + len(faults) + 1
        faults.append(RowFault(at, fault.rule_id, fault.column, fault.observed, fault.expected))
        texts[at] = raw.raw_text(fault.line_no)
    return rows, faults, texts, missing(none, bare_days)


def _lines(raw: RawFile, head: _Head) -> Iterator[tuple[str, list[tuple[str, str | None]], str]]:
    for row in raw.frame.iter_rows(named=True):
        yield row[head.cells[0]], [(c, row[c]) for c in head.pairs], row["raw_text"]


def _assumed(head: _Head) -> list[Finding]:
    if not any(currency == _EURO and single(c) for c, (_, currency, _) in head.pairs.items()):
        return []
    text = "the columns name one currency each and the euro is not among them: read as the price of one euro"
    return [Finding("BASE_ASSUMED", "info", text, 1, "", "pairs such as EUR/USD")]


def _counted(data: bytes, encoding: str, head: _Head) -> int:
    """Cells with a rate in lines as wide as the header, and one for each other line; shares no code with reading."""
    body = data.decode(encoding).lstrip("\ufeff").rstrip("\x1a")
    lines = [line.rstrip("\r") for line in body.split("\n") if line.strip()]
    places = [i for i, c in enumerate(head.cells) if c in head.pairs]
    total = 0
    for line in lines[1:]:
        cells = re.sub(r'"([^"]*)"', r"\1", line).split(head.delimiter)
        if len(cells) != len(head.cells) or [c.strip() for c in cells] == head.cells:
            total += 1
        else:
            total += sum(cells[i].strip().casefold() not in NO_RATE for i in places)
    return total
