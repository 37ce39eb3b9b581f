"""Records of a JSON file to raw rows: each is a row of one record kind, or leaves with what is wrong with it.

How JSON is read is in ``_json``; what the values of a record mean is for the formats, which only say so per record.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from corridor_etl.sources._decode import MARKS
from corridor_etl.sources._json import JsonFile, JsonRow, at, text_of
from corridor_etl.sources._source import Finding, RawFile, RowFault, raw_frame

Values = Mapping[str, str | None]
Flaw = tuple[str, str, str, str]
"""What is wrong with a record: rule, column, observed, expected."""

Judged = tuple[str, Values] | list[Flaw]
"""A record of a kind with the texts of its raw columns, or why it is none."""


def plain_head(head: bytes) -> bytes:
    """A head in UTF-8 without byte order mark and blanks, to recognise a file by; never used as data."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            # The head may end inside a character, which an incremental decoder leaves out.
            text = codecs.getincrementaldecoder(encoding)("replace").decode(head[len(mark) :])
            return text.lstrip().encode("utf-8", "replace")
    return head.lstrip()


def has_keys(head: bytes, *keys: str) -> bool:
    """Whether a head begins like JSON and has any of the keys."""
    start = plain_head(head)
    if start[:1] not in (b"{", b"["):
        return False
    return re.search(rb'"(?:' + "|".join(keys).encode() + rb')"\s*:', start) is not None


def first_text(value: Any, paths: Iterable[str]) -> str | None:
    """The first text at one of several dotted paths that is not blank."""
    for path in paths:
        text = text_of(at(value, path))
        if text is not None and text.strip():
            return text.strip()
    return None


def texts(value: Any, paths: Mapping[str, Sequence[str]]) -> dict[str, str | None]:
    """One text for each raw column, by the table of its paths."""
    return {column: first_text(value, tried) for column, tried in paths.items()}


def raw_file(
    file: JsonFile,
    judge: Callable[[JsonRow], Judged],
    *,
    columns: Mapping[str, Sequence[str]],
    rows_counted: int,
    dialect: str,
    findings: Iterable[Finding] = (),
) -> RawFile:
    """All records of a file; ``columns`` are the raw columns of each kind, the first kind being the file's own."""
    rows: dict[str, list[tuple[object, ...]]] = {kind: [] for kind in columns}
    faults: list[RowFault] = []
    raw_lines: dict[int, str] = {}
    for line, row in zip(file.line_numbers(), file.rows, strict=True):
        judged = row.faults(line) or judge(row)
        if isinstance(judged, list):
            faults += [f if isinstance(f, RowFault) else RowFault(line, *f) for f in judged]
            raw_lines[line] = row.text
        else:
            kind, values = judged
            rows[kind].append((line, *(values.get(c) for c in columns[kind]), row.text))
    frames = {kind: raw_frame(columns[kind], found) for kind, found in rows.items()}
    own = next(iter(columns))
    return RawFile(
        frame=frames.pop(own),
        rows_counted=rows_counted,
        findings=(*file.findings, *findings, *_nothing(file)),
        faults=tuple(faults),
        dialect=f"{dialect} {file.encoding}",
        raw_lines=raw_lines,
        others={kind: frame for kind, frame in frames.items() if frame.height},
    )


def _nothing(file: JsonFile) -> list[Finding]:
    return [] if file.rows else [Finding("NO_ROWS", "warning", "the file has no records")]


def texts_frame(rows: Sequence[tuple[int, Values, str]], columns: Sequence[str]) -> pl.DataFrame:
    """Rows of (line, texts, text as received) as a raw frame."""
    return raw_frame(
        columns, [(line, *(values.get(c) for c in columns), text) for line, values, text in rows]
    )
