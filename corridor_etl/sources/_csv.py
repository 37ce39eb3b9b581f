"""Delimited text to records with their line, judged one by one, beside a count that shares no code with it.

A quote means something only where a field starts (RFC 4180). What the columns are called is for ``_headers``
and the formats; what the cells mean is for ``staging``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corridor_etl.errors import FileRejected
from corridor_etl.sources._decode import Decoded
from corridor_etl.sources._source import CONTROL, MAX_ROW_CHARS, RowFault

MAX_COLUMNS = 512
DELIMITERS = (",", ";", "\t")
BLANKS = " \t\r\n\x0b\x0c"
"""What bytes.strip removes, so that parser and counter agree on which lines are blank."""


@dataclass(frozen=True)
class Record:
    """One record: where it starts, its text, its fields, and what is wrong with its quoting (or nothing)."""

    line_no: int
    text: str
    fields: list[str]
    flaw: str = ""


def records(decoded: Decoded, delimiter: str) -> Iterator[Record]:
    """The records of a text, header first, blank lines left out.

    ``FileRejected``: LINE_ENDS for lone carriage returns, TRUNCATED without a final line end, UNCLOSED_QUOTE.
    """
    lines = _lines(decoded.text)
    number = 0
    while number < len(lines):
        start, line = number, lines[number]
        number += 1
        if not line.strip(BLANKS):
            continue
        if '"' not in line:
            yield Record(start + 1, line, line.split(delimiter))
            continue
        while (parsed := _quoted(line, delimiter)) is None:
            # Each line that is taken in reads the record again, so a quote left open must not take in the file.
            if number == len(lines) or len(line) > MAX_ROW_CHARS:
                raise _unclosed(start + 1)
            line = f"{line}\n{lines[number]}"
            number += 1
        yield Record(start + 1, line, *parsed)


def _lines(text: str) -> list[str]:
    body = text.rstrip("\x1a")
    if "\n" not in body and "\r" in body:
        raise FileRejected(
            "LINE_ENDS",
            "lines end with a lone carriage return",
            expected="LF or CRLF",
            fix="Export it again.",
        )
    if not body.endswith("\n"):
        last = body.count("\n") + 1
        raise FileRejected(
            "TRUNCATED",
            f"line {last} has no line end, so the file may be cut",
            expected="a line end after the last row, as every sender of this platform writes",
            fix="Ask the sender for the whole file.",
            line_no=last,
        )
    return [line.removesuffix("\r") for line in body[:-1].split("\n")]


def _quoted(line: str, delimiter: str) -> tuple[list[str], str] | None:
    """Fields and flaw of a record that has quotes somewhere; None where a quoted field is still open."""
    fields: list[str] = []
    flaw, at = "", 0
    while at <= len(line):
        if line.startswith('"', at):
            closed = _closing(line, at + 1)
            if closed is None:
                return None
            value, end = line[at + 1 : closed].replace('""', '"'), closed + 1
            if end < len(line) and line[end] != delimiter:
                flaw, end = "text after a closing quote", _next(line, delimiter, end)
        else:
            end = _next(line, delimiter, at)
            value = line[at:end]
            flaw = "a quote inside an unquoted field" if '"' in value else flaw
        fields.append(value)
        at = end + 1
    return fields, flaw


def _closing(line: str, start: int) -> int | None:
    at = line.find('"', start)
    while at >= 0 and line.startswith('""', at):
        at = line.find('"', at + 2)
    return at if at >= 0 else None


def _next(line: str, delimiter: str, start: int) -> int:
    at = line.find(delimiter, start)
    return at if at >= 0 else len(line)


def _unclosed(line_no: int) -> FileRejected:
    return FileRejected(
        "UNCLOSED_QUOTE",
        f"a quote opened in the row of line {line_no} is not closed",
        expected=f"a closing quote within {MAX_ROW_CHARS} characters",
        fix="Ask the sender for the whole file.",
        line_no=line_no,
    )


def row_fault(record: Record, header: list[str]) -> RowFault | None:
    """What makes a record unreadable as a row of ``header``, or None."""
    width, line = len(header), record.line_no
    if len(record.text) > MAX_ROW_CHARS:
        return RowFault(
            line, "ROW_TOO_LONG", "", f"{len(record.text)} characters", f"at most {MAX_ROW_CHARS}"
        )
    if (control := CONTROL.search(record.text)) is not None:
        return RowFault(line, "CONTROL_CHAR", "", repr(control[0]), "no control characters")
    if record.flaw:
        return RowFault(
            line, "STRAY_QUOTE", "", record.flaw, "quotes around a whole field, doubled inside it"
        )
    if len(record.fields) != width:
        return RowFault(line, "FIELD_COUNT", "", str(len(record.fields)), str(width))
    if [f.strip() for f in record.fields] == header:
        return RowFault(line, "REPEATED_HEADER", "", record.text[:80], "a row of data")
    return None


def sniffed_delimiter(header_line: str, known: frozenset[str]) -> str:
    """The delimiter that splits a header line into the most known names; a comma where none does."""

    def hits(delimiter: str) -> int:
        return sum(cell.strip().strip('"').casefold() in known for cell in header_line.split(delimiter))

    return max(DELIMITERS, key=hits)


def count_rows(data: bytes, encoding: str, delimiter: str) -> int:
    """Rows below the header, counted over the bytes: line ends outside quoted fields, blank lines left out."""
    if encoding.startswith("utf-16"):
        data = data.decode(encoding).encode()
    edge = re.escape(delimiter.encode())
    bare = re.sub(rb"(\A(?:\xef\xbb\xbf)?|\n|" + edge + rb')"(?:[^"]|"")*"', rb"\1Q", data)
    filled = sum(1 for line in bare.rstrip(b"\x1a").split(b"\n") if line.strip())
    return max(filled - 1, 0)
