"""What staging is, and how cells of text become typed columns with every failure named.

A cell that cannot be cast costs its row, never the file: the row leaves the frame and its faults say which
cell and what was expected. Which columns a record has is in ``model``; whether values are right in ``quality``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from corridor_etl.model import RecordKind, kind
from corridor_etl.settings import Sender, Settings
from corridor_etl.sources import Finding, RawFile, RowFault

MISSING_RULE = "ST-011"
"""A cell the record cannot do without is empty."""

CORRECTIONS = ["patch", "cancel"]
"""Actions of rows that need not repeat what they leave as it is."""


@dataclass(frozen=True)
class StagingContext:
    """What staging may know besides the file: the configuration, who sent it, and when it is."""

    settings: Settings
    sender: Sender | None
    delivery_id: str
    now_utc: datetime


@dataclass(frozen=True)
class Staged:
    """``frame``: the model's columns of the kind in order, ``line_no``, ``raw_text``; ``faults``: rows not in it."""

    frame: pl.DataFrame
    faults: tuple[RowFault, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Staging:
    """One record kind's way from raw text to typed columns."""

    name: str
    stage: Callable[[RawFile, StagingContext], Staged]


class Desk:
    """One raw file being staged: typed columns are put beside the raw ones, faults are collected.

    Raw columns the format lacks read as null. All casts run over whole columns.
    """

    def __init__(self, raw: RawFile, context: StagingContext) -> None:
        self.raw = raw
        self.context = context
        self.typed: dict[str, pl.Series] = {}
        self._cells = raw.frame if raw.is_trimmed else _filled_cells(raw.frame)
        self.faults: list[RowFault] = []
        self.findings: list[Finding] = []

    @property
    def lines(self) -> pl.Series:
        """Line numbers of the rows."""
        return self.raw.frame["line_no"]

    def cell(self, name: str) -> pl.Series:
        """A raw column without surrounding whitespace; empty cells are null."""
        if name not in self._cells.columns:
            return pl.Series(name, [None], dtype=pl.String).new_from_index(0, self.raw.frame.height)
        return self._cells[name]

    def put(self, name: str, values: pl.Series) -> None:
        """Keeps a typed column under its canonical name."""
        self.typed[name] = values.alias(name)

    def put_constant(self, name: str, value: Any, dtype: pl.DataType) -> None:
        """Keeps a column that has the same value in every row."""
        self.put(name, pl.Series(name, [value], dtype=dtype).new_from_index(0, self.raw.frame.height))

    def put_cast(
        self, name: str, source: str, cast: Callable[[pl.Series], pl.Series], rule_id: str, expected: str
    ) -> None:
        """Casts a raw column; a cell that says something but casts to null is a fault."""
        cells = self.cell(source)
        if cells.null_count() == len(cells):
            self.put(name, cast(cells.clear()).extend_constant(None, len(cells)))
            return
        values = cast(cells)
        self.put(name, values)
        self.fault(cells.is_not_null() & values.is_null(), rule_id, name, cells, expected)

    def fault(self, bad: pl.Series, rule_id: str, column: str, observed: pl.Series, expected: str) -> None:
        """Marks the rows where ``bad`` is true; null is not bad."""
        if not bad.any():
            return
        rows = pl.DataFrame({"line": self.lines, "seen": observed.cast(pl.String)}).filter(
            bad.fill_null(False)
        )
        for line, seen in rows.iter_rows():
            self.faults.append(RowFault(line, rule_id, column, "" if seen is None else seen, expected))

    def note_unknown(self, name: str, source: str, rule_id: str = "CD-014") -> None:
        """A finding that lists raw values which have no meaning in a code column and were read as unknown."""
        cells, values = self.cell(source), self.typed[name]
        is_unknown = cells.is_not_null() & values.is_null()
        if is_unknown.any():
            unknown = cells.filter(is_unknown).unique().sort().to_list()
            text = f"{name}: {', '.join(unknown[:5])} read as unknown"
            self.findings.append(
                Finding(rule_id, "warning", text, None, ", ".join(unknown[:5]), "a known code")
            )

    def staged(self, kind_name: str) -> Staged:
        """The rows without a fault, as exactly the model's columns; empty mandatory cells become faults here."""
        record = kind(kind_name)
        for column in record.columns:
            if column.name not in self.typed and not column.is_required:
                self.put_constant(column.name, None, column.dtype)
        self._fault_missing(record)
        frame = pl.DataFrame([self.typed[c.name].cast(c.dtype) for c in record.columns])
        frame = frame.with_columns(self.lines, self.raw.frame["raw_text"])
        bad = {f.line_no for f in self.faults}
        kept = frame.filter(~pl.col("line_no").is_in(list(bad))) if bad else frame
        return Staged(kept, tuple(self.faults), tuple(self.findings))

    def _fault_missing(self, record: RecordKind) -> None:
        """A row must say what the model requires; a correction by reference what identifies and dates its record."""
        known_bad = {f.line_no for f in self.faults}
        is_correction = self.typed["action"].is_in(CORRECTIONS).fill_null(False)
        always = {*record.key, record.week_of[-1], record.version, "action"}
        for column in (c for c in record.columns if c.is_required and self.typed[c.name].null_count()):
            is_empty = self.typed[column.name].is_null()
            if column.name not in always and record.is_corrected_by_reference:
                is_empty &= ~is_correction
            self.faults += [
                RowFault(line, MISSING_RULE, column.name, "", f"{column.name}: {column.meaning}")
                for line in self.lines.filter(is_empty).to_list()
                if line not in known_bad
            ]


def _filled_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """All text columns without surrounding whitespace, null where nothing is left."""
    names = [n for n, dtype in frame.schema.items() if dtype == pl.String and n != "raw_text"]
    is_empty = {n: frame[n].null_count() == frame.height for n in names}
    stripped = {n: pl.col(n).str.strip_chars() for n in names if not is_empty[n]}
    return frame.select(
        *(pl.when(cell != "").then(cell).alias(n) for n, cell in stripped.items()),
        *(n for n in names if is_empty[n]),
    )


def mapped(values: pl.Series, function: Callable[[str], Any], dtype: pl.DataType) -> pl.Series:
    """``function`` of each distinct value, once; null stays null."""
    if values.null_count() == len(values):
        return pl.Series(values.name, [None], dtype=dtype).new_from_index(0, len(values))
    known = values.unique().drop_nulls()
    results = pl.Series([function(v) for v in known.to_list()], dtype=dtype)
    if len(known) == 1 and not values.null_count():
        return results.new_from_index(0, len(values)).alias(values.name)
    return values.replace_strict(known, results, default=None, return_dtype=dtype)


def joined(values: Iterable[str]) -> str | None:
    """Several identifiers as the model writes them: in the order given, each once, one blank between."""
    return " ".join(dict.fromkeys(v for v in values if v)) or None
