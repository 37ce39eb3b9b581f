"""Delimited text, one record at a time: the exact reading that every faster one must agree with.

A quote means something only where a field starts (RFC 4180). Reading many records at once belongs to ``_csv_pieces``,
counting them to ``_csv_count``, what the columns are called to ``_headers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor_etl.errors import FileRejected
from corridor_etl.sources._source import CONTROL, MAX_ROW_CHARS, RowFault

MAX_COLUMNS = 512
DELIMITERS = (",", ";", "\t", "|")
BLANKS = " \t\r\n\x0b\x0c"
"""What bytes.strip removes, so that parser and counter agree on which lines are blank."""


@dataclass(frozen=True)
class Record:
    """One record: where it starts, its text, its fields, and what is wrong with its quoting (or nothing)."""

    line_no: int
    text: str
    fields: list[str]
    flaw: str = ""


def record(lines: Sequence[str], at: int, line_no: int, delimiter: str) -> tuple[Record, int] | None:
    """The record that starts with ``lines[at]`` and how many lines it has; None where the lines end inside it.

    ``FileRejected`` UNCLOSED_QUOTE where a quote takes in more text than a row may have.
    """
    line, number = lines[at], at + 1
    if '"' not in line:
        return Record(line_no, line, line.split(delimiter)), 1
    while (parsed := _quoted(line, delimiter)) is None:
        # Each line that is taken in reads the record again, so a quote left open must not take in the file.
        if len(line) > MAX_ROW_CHARS:
            raise unclosed(line_no)
        if number == len(lines):
            return None
        line = f"{line}\n{lines[number]}"
        number += 1
    return Record(line_no, line, *parsed), number - at


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


def unclosed(line_no: int) -> FileRejected:
    """Why a file with a quote left open is refused."""
    return FileRejected(
        "UNCLOSED_QUOTE",
        f"a quote opened in the row of line {line_no} is not closed",
        expected=f"a closing quote within {MAX_ROW_CHARS} characters",
        fix="Ask the sender for the whole file.",
        line_no=line_no,
    )


def row_fault(found: Record, header: list[str]) -> RowFault | None:
    """What makes a record unreadable as a row of ``header``, or None."""
    width, line = len(header), found.line_no
    if len(found.text) > MAX_ROW_CHARS:
        return RowFault(line, "ROW_TOO_LONG", "", f"{len(found.text)} characters", f"at most {MAX_ROW_CHARS}")
    if (control := CONTROL.search(found.text)) is not None:
        return RowFault(line, "CONTROL_CHAR", "", repr(control[0]), "no control characters")
    if found.flaw:
        return RowFault(line, "STRAY_QUOTE", "", found.flaw, "quotes around a whole field, doubled inside it")
    if len(found.fields) != width:
        return RowFault(line, "FIELD_COUNT", "", str(len(found.fields)), str(width))
    if [f.lstrip("\ufeff").strip() for f in found.fields] == header:
        return repeated_header(line, found.text)
    return None


def repeated_header(line_no: int, text: str) -> RowFault:
    """The fault of a row that says nothing but the header once more."""
    return RowFault(line_no, "REPEATED_HEADER", "", text[:80], "a row of data")


def sniffed_delimiter(header_line: str, known: frozenset[str]) -> str:
    """The delimiter that splits a header line into the most known names; a comma where none does."""

    def hits(delimiter: str) -> int:
        return sum(cell.strip().strip('"').casefold() in known for cell in header_line.split(delimiter))

    return max(DELIMITERS, key=hits)
