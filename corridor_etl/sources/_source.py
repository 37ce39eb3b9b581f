"""What a source is and what it hands on: raw rows that carry their line, and everything that was odd.

How one format is read belongs to that format's module; what a value means belongs to ``staging``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from corridor_etl.errors import FileRejected, UsageError
from corridor_etl.settings import Sender
from corridor_etl.sources._references import no_references

HEAD_BYTES = 65_536
"""How much of a file ``claims`` may look at."""

MAX_ROW_CHARS = 65_536
"""A longer row or segment is damage, not data: the longest honest one seen is under 2 kB."""

# Control characters break terminals, logs and PostgreSQL text; the bidirectional ones make a text read as another.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Finding:
    """Something true of the whole file that loses no row; ``severity`` is ``warning`` or ``info``."""

    rule_id: str
    severity: str
    message: str
    line_no: int | None = None
    observed: str = ""
    expected: str = ""


@dataclass(frozen=True)
class RowFault:
    """One row that cannot be read as a record and goes to quarantine."""

    line_no: int
    rule_id: str
    column: str
    observed: str
    expected: str


@dataclass(frozen=True)
class RawFile:
    """One file as rows of text.

    ``frame`` has ``line_no`` (Int64), the format's raw columns and ``raw_text`` (all String). Rows named in
    ``faults`` are not in it; their text is in ``raw_lines``. ``rows_counted`` comes from a count over the bytes
    that shares no code with the parser, and equals the frame's height plus the distinct lines of ``faults``: a file
    for which it does not is rejected as COUNT_MISMATCH, so an unbalanced RawFile cannot exist.
    ``decimal_mark`` and ``is_day_first`` are how the layout writes numbers and slashed dates. ``others`` holds the
    rows of further record kinds that stand in the same file, as frames of the same shape; their lines are their own.
    ``is_trimmed``: no cell has whitespace around it and empty cells are null, so that nobody need look again.
    ``references`` has one line per message of an interchange, see ``_references``.
    """

    frame: pl.DataFrame
    rows_counted: int
    findings: tuple[Finding, ...]
    faults: tuple[RowFault, ...]
    dialect: str
    raw_lines: Mapping[int, str] = field(default_factory=dict)
    decimal_mark: str = "."
    is_day_first: bool = False
    others: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    is_trimmed: bool = False
    references: pl.DataFrame = field(default_factory=no_references)

    def __post_init__(self) -> None:
        rows = self.frame.height + sum(other.height for other in self.others.values())
        parsed = rows + len({f.line_no for f in self.faults})
        if parsed != self.rows_counted:
            raise FileRejected(
                "COUNT_MISMATCH",
                f"the bytes hold {self.rows_counted} rows, reading gave {parsed}",
                expected="the same number from both counts",
                fix="Ask the sender for the file again; its separators or its markup are damaged.",
                counted=self.rows_counted,
                parsed=parsed,
            )

    def raw_text(self, line_no: int) -> str:
        """The row as received; ``UsageError`` where the file has no row at that line."""
        if line_no in self.raw_lines:
            return self.raw_lines[line_no]
        for frame in (self.frame, *self.others.values()):
            found = frame.filter(pl.col("line_no") == line_no)["raw_text"]
            if not found.is_empty():
                return str(found[0])
        raise UsageError(f"the file has no row at line {line_no}", expected="the line of a row")


@dataclass(frozen=True)
class Source:
    """One format. ``claims(head, file name)`` decides by content; ``read(data, sender)`` gives the raw rows.

    ``record_kind`` is the kind of ``RawFile.frame``, ``other_kinds`` those that may stand in ``RawFile.others``.
    ``stream(file, sender)``, where a format has it, gives the same rows in parts of bounded size, each balanced, with
    the findings on the whole file in the last one; what is wrong with the whole file may come to light after good
    parts, so nothing may be kept before the last. Both raise ``FileRejected`` where the file cannot be read.
    ``needs_whole_file``: ``claims`` gets all bytes, because the head of a ZIP or OLE container does not say what it
    holds.
    """

    name: str
    record_kind: str
    meaning: str
    claims: Callable[[bytes, str], bool]
    read: Callable[[bytes, Sender | None], RawFile]
    stream: Callable[[BinaryIO, Sender | None], Iterator[RawFile]] | None = None
    other_kinds: tuple[str, ...] = ()
    needs_whole_file: bool = False


def raw_frame(columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    """Rows of (line_no, texts of ``columns``, raw_text) as a frame with exactly these columns."""
    schema: dict[str, pl.DataType] = {"line_no": pl.Int64()}
    schema |= {name: pl.String() for name in (*columns, "raw_text")}
    return pl.DataFrame(list(rows), schema=schema, orient="row", infer_schema_length=None)
