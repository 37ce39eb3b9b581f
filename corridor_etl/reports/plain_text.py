"""The plain-text part of an issue: wrapped lines and tables in columns, as filters for the text template."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from corridor_etl.reports.content import Table, Tile
from corridor_etl.reports.language import tr

WIDTH = 78


_PIECES = re.compile(r"[ \t\r\n]+|[（“《]*[\u2e80-\u9fff][，。；：、）”》！？]*|[^ \t\r\n\u2e80-\u9fff]+")


def wrapped(text: str, indent: int = 0) -> str:
    """Lines of at most 78 columns with the ``indent`` of those that follow; Chinese is cut between characters."""
    lines, line = [], ""
    for piece in _PIECES.findall(text.strip()):
        if display_width(line + piece.rstrip()) <= WIDTH - indent:
            line += piece if piece.strip() else " "
            continue
        lines.append(line.rstrip(" "))
        line = piece.lstrip(" \t\r\n")
    return f"\n{' ' * indent}".join([*lines, line.rstrip(" ")])


def underlined(text: str) -> str:
    """A heading with a line under it."""
    return f"{text}\n{'-' * display_width(text)}"


def tile_lines(tiles: Sequence[Tile]) -> str:
    """A line each: ``Throughput  84 TEU  22% on week; ...; Normal (41-88)``, names and values in columns."""
    values = [f"{t.value} {t.unit}{' p' if t.is_provisional else ''}".strip() for t in tiles]
    names_width, values_width = (
        max(map(display_width, texts), default=0) for texts in ([t.name for t in tiles], values)
    )
    return "\n".join(
        f"{padded(t.name, names_width)}  {padded(value, values_width)}  {'; '.join([*t.lines, t.verdict])}"
        for t, value in zip(tiles, values, strict=True)
    )


def text_table(table: Table) -> str:
    """A table with aligned columns: words left, numbers right."""
    rows = [[column.label for column in table.columns], *[[cell.text for cell in row] for row in table.rows]]
    widths = [max(display_width(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = [_line(row, widths, table) for row in rows]
    lines.insert(1, "-" * max(map(display_width, lines)))
    note = [wrapped(table.note)] if table.note else []
    return "\n".join(
        [underlined(tr("Table %(number)s. %(title)s", number=table.number, title=table.title)), *lines, *note]
    )


def _line(row: Sequence[str], widths: Sequence[int], table: Table) -> str:
    cells = [
        padded(text, width, right=column.is_number)
        for text, width, column in zip(row, widths, table.columns, strict=True)
    ]
    return "  ".join(cells).rstrip()


def display_width(text: str) -> int:
    """Columns a text takes: wide (Chinese) characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text filled with blanks to a number of columns."""
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks


FILTERS: Mapping[str, Callable[..., str]] = {
    "wrapped": wrapped,
    "underlined": underlined,
    "tile_lines": tile_lines,
    "text_table": text_table,
}
