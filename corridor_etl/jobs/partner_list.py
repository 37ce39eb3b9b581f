"""The list of rows held back that a partner gets: what is wrong in words, and each row with its bad cells marked.

What partners sent is text here and nothing else: no cell becomes a formula or a link, and control characters are left
out. Which rows are in the list is decided by whoever calls.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corridor_etl.quality.rule_words import in_words
from corridor_etl.spreadsheet_text import inert, is_risky

COLUMNS = (
    "file", "line", "record", "rules", "what is wrong", "observed", "expected", "suggestion", "marked cells",
    "row as received",
)  # fmt: skip
MAX_CHARS = 30_000
"""A spreadsheet holds 32,767 characters in a cell; the rest is cut and said to be."""
_MARK = "#FFC7CE"
_WHOLE_ROW = "row as received"
_ENDINGS = ("_at_utc", "_at_local", "_on_local", "_at", "_on")
_RAW_ENDINGS = ("", "_at", "_on", "_time", "_date")


@dataclass(frozen=True)
class Line:
    """One row of the list: the fixed columns, the cells by column, and why a cell is marked."""

    kind: str
    fixed: Mapping[str, str]
    cells: Mapping[str, str]
    marks: Mapping[str, str]


def lines(rows: Sequence[Mapping[str, Any]], as_sent: Mapping[int, Mapping[str, str]] = {}) -> list[Line]:
    """Rows of the quarantine as lines of the list. ``as_sent``: cells by the number of the row, as their sender wrote
    them; a row that is not in it shows the cells that the quarantine keeps."""
    return [_line(row, as_sent.get(row["quarantine_id"])) for row in rows]


def _line(row: Mapping[str, Any], as_sent: Mapping[str, str] | None) -> Line:
    details = json.loads(row["details_json"])
    kept = json.loads(row["raw_json"] or "{}") if as_sent is None else as_sent
    cells = {name: clean(str(value)) for name, value in kept.items()}
    marks: dict[str, str] = {}
    for detail in details:
        said = f"{detail['rule_id']}: {in_words(row['record_kind'], detail['rule_id'])}"
        for name in _marked(detail, cells):
            text = f"{said}\nobserved: {detail['observed']}\nexpected: {detail['expected']}"
            marks[name] = f"{marks[name]}\n{text}" if name in marks else text
    fixed = {
        "file": row["file_name"],
        "line": str(row["line_no"]),
        "record": row["record_kind"],
        "rules": row["rule_ids"],
        "what is wrong": _joined(in_words(row["record_kind"], d["rule_id"]) for d in details),
        "observed": _joined(d["observed"] for d in details),
        "expected": _joined(d["expected"] for d in details),
        "suggestion": row["suggestion"] or "",
        "marked cells": ", ".join(marks),
        _WHOLE_ROW: row["raw_text"],
    }
    cells |= {name: "" for name in marks if name != _WHOLE_ROW and name not in cells}
    return Line(row["record_kind"], {k: clean(v) for k, v in fixed.items()}, cells, marks)


def _marked(detail: Mapping[str, str], cells: Mapping[str, str]) -> Iterator[str]:
    """The cells a detail is about: by the column's name, as the raw row calls it, or by what was seen in it.

    A column the row does not have was left empty if nothing was seen; else the row as a whole is marked.
    """
    seen = clean(detail["observed"] or "")
    by_value = [name for name, text in cells.items() if seen and text == seen]
    columns = [column for column in (detail["column"] or "").split(", ") if column]
    for column in columns:
        plain = next((column.removesuffix(e) for e in _ENDINGS if column.endswith(e)), column)
        known = next((n for n in (column, *(f"{plain}{e}" for e in _RAW_ENDINGS)) if n in cells), None)
        others = by_value or [_WHOLE_ROW if seen else column]
        yield from [known] if known is not None else others
    if not columns:
        yield _WHOLE_ROW


def _joined(texts: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(t for t in texts if t))


def clean(text: str) -> str:
    """The text on one line without control characters, cut where a spreadsheet could not hold it."""
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    cut = len(plain) - MAX_CHARS
    return plain if cut <= 0 else f"{plain[:MAX_CHARS]} … ({cut:,} more characters)"


def as_csv(found: Sequence[Line]) -> bytes:
    """One table of all lines, UTF-8 with byte order mark; a text that might be a formula begins with an apostrophe."""
    names = _cell_names(found)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([*COLUMNS, *map(inert, names)])
    for line in found:
        texts = [*line.fixed.values(), *(line.cells.get(name, "") for name in names)]
        writer.writerow([inert(text) for text in texts])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _cell_names(found: Sequence[Line]) -> list[str]:
    return list(dict.fromkeys(name for line in found for name in line.cells))


def as_xlsx(found: Sequence[Line], made_at: datetime) -> bytes:
    """A workbook with a sheet per record kind; marked cells are filled and say why in a comment. Only texts."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False})
    book.set_properties({"title": "Rows held back", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    for kind in dict.fromkeys(line.kind for line in found) or ("nothing is held back",):
        _write_sheet(book, kind, [line for line in found if line.kind == kind])
    book.close()
    return buffer.getvalue()


def _write_sheet(book: Any, kind: str, found: Sequence[Line]) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    sheet = book.add_worksheet(kind[:31])
    names = [*COLUMNS, *_cell_names(found)]
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, head)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, len(names) - 1, 22)
    looks = {(bad, risky): _look(book, bad, risky) for bad in (False, True) for risky in (False, True)}
    for number, line in enumerate(found, 1):
        for at, name in enumerate(names):
            text = line.fixed[name] if at < len(COLUMNS) else line.cells.get(name, "")
            is_bad = name in line.marks and (at >= len(COLUMNS) or name == _WHOLE_ROW)
            sheet.write_string(number, at, text, looks[is_bad, is_risky(text)])
            if is_bad:
                why = "\n".join(clean(part) for part in line.marks[name].split("\n"))
                sheet.write_comment(number, at, why[:MAX_CHARS], {"author": "corridor"})


def _look(book: Any, is_bad: bool, is_risky_text: bool) -> Any:
    """Quoted texts stay texts also when somebody edits the cell."""
    colour = {"bg_color": _MARK} if is_bad else {}
    return book.add_format({"num_format": "@", "quote_prefix": is_risky_text, **colour})
