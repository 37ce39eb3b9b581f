"""The head of delimited text: which delimiter it uses, its header, and where its rows begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corridor_etl.errors import FileRejected
from corridor_etl.sources._csv import BLANKS, MAX_COLUMNS, Record, record, sniffed_delimiter, unclosed
from corridor_etl.sources._text_pieces import line_ends

# Spreadsheets write this line above the header to tell each other the delimiter.
_HINT = re.compile(r'"?sep=([,;\t|])"?')


@dataclass(frozen=True)
class Head:
    """``held`` begins with ``records`` records, the last of them the header; rows begin with ``rest``."""

    header: Record
    records: int
    delimiter: str
    held: bytes
    rest: bytes
    line_no: int


def read_head(pieces: Iterator[bytes], delimiter: str | None, known: frozenset[str]) -> Head:
    """The head of a text; takes from ``pieces`` what it needs. ``delimiter`` overrules what the header looks like.

    ``FileRejected``: EMPTY_FILE, LINE_ENDS, TRUNCATED, UNCLOSED_QUOTE, SCHEMA for a header beyond all measure.
    """
    held = b""
    for piece in pieces:
        held += piece
        found = _found(held, delimiter, known)
        if found is not None:
            return _checked(found)
    raise _incomplete(held.rstrip(b"\x1a").decode())


def first_line(text: str) -> tuple[str, str | None]:
    """The first line that is not blank, or the one below it where the first only names the delimiter."""
    lines = (line for line in text.split("\n") if line.strip(BLANKS))
    first = next(lines, "")
    hint = _HINT.fullmatch(first.strip("\r "))
    return (next(lines, ""), hint[1]) if hint else (first, None)


def _found(held: bytes, delimiter: str | None, known: frozenset[str]) -> Head | None:
    lines: list[str] = []
    at, hint = 0, None
    while (end := held.find(b"\n", at)) >= 0:
        line, at = held[at:end].decode(), end + 1
        lines.append(line)
        if not line.strip(BLANKS):
            continue
        if hint is None and (hint := _HINT.fullmatch(line)) is not None:
            continue
        first = next(i for i, text in enumerate(lines) if text.strip(BLANKS) and not _HINT.fullmatch(text))
        mark = delimiter or (hint[1] if hint else sniffed_delimiter(lines[first], known))
        if (got := record(lines, first, first + 1, mark)) is not None:
            return Head(got[0], 2 if hint else 1, mark, held, held[at:], len(lines) + 1)
    return None


def _checked(head: Head) -> Head:
    if "\r" in head.header.text:
        raise line_ends()
    width = len(head.header.fields)
    if width > MAX_COLUMNS:
        raise FileRejected("SCHEMA", f"the header has {width} columns", expected=f"at most {MAX_COLUMNS}")
    return head


def _incomplete(text: str) -> FileRejected:
    if not text.strip():
        return FileRejected("EMPTY_FILE", "the file has no content", fix="Ask the sender for the file again.")
    last = text.count("\n") + 1
    if "\n" not in text and "\r" in text:
        return line_ends()
    return unclosed(last - 1) if text.endswith("\n") else truncated(last)


def truncated(line_no: int) -> FileRejected:
    """Why a file without a final line end is refused."""
    return FileRejected(
        "TRUNCATED",
        f"line {line_no} has no line end, so the file may be cut",
        expected="a line end after the last row, as every sender of this platform writes",
        fix='Ask the sender for the whole file, or set the sender\'s `unterminated_last_row = "quarantine"`.',
        line_no=line_no,
    )
