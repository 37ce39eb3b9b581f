"""How commands print: a table for people, JSON for scripts, progress on a terminal and plain lines elsewhere."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def say(text: str) -> None:
    """Prints one line, whatever characters the data in it has."""
    typer.echo(_cell(text))


def show(rows: Iterable[Mapping[str, Any]], *, as_json: bool, columns: Sequence[str], empty: str) -> None:
    """Prints rows as a JSON list, or as an aligned table of ``columns``; ``empty`` says there are none."""
    rows = [dict(row) for row in rows]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    elif not rows:
        typer.echo(empty)
    else:
        typer.echo(_table(rows, columns))


def show_one(row: Mapping[str, Any], *, as_json: bool) -> None:
    """Prints one record, a line per field."""
    if as_json:
        typer.echo(json.dumps(dict(row), ensure_ascii=False, indent=1, default=str))
        return
    width = max(len(key) for key in row)
    for key, value in row.items():
        typer.echo(f"{key:<{width}}  {_cell(value)}")


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    cells = [[*columns], *([_cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(columns))]
    is_number = [all(isinstance(row.get(column), int | float) for row in rows) for column in columns]
    return "\n".join(_line(line, widths, is_number) for line in cells)


def _line(cells: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    padded = []
    for cell, width, right in zip(cells, widths, is_number, strict=True):
        space = " " * (width - _width(cell))
        padded.append(space + cell if right else cell + space)
    return "  ".join(padded).rstrip()


def _cell(value: Any) -> str:
    """One value as text without control characters, which data could use to drive the terminal."""
    text = "" if value is None else str(value)
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def reporter() -> Callable[[str], None]:
    """A function that shows progress on standard error: one line rewritten on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        return lambda text: typer.echo(text, err=True)
    return lambda text: typer.echo(f"\r\x1b[2K{text}", err=True, nl=False)
