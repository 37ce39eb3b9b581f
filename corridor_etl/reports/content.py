"""What the blocks of an issue are made of: cells, tables, tiles, targets, exceptions, charts.

Everything is frozen text or exact numbers; templates only place it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell; ``tone`` is "", "bad", "good" or "warn"."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Column:
    """A column head; a minor column is left out on narrow screens."""

    label: str
    is_number: bool = True
    is_minor: bool = False


@dataclass(frozen=True)
class Table:
    """A data table; the first cell of a row is its head, ``has_total`` marks the last row as a total."""

    id: str
    number: int
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    has_total: bool = False


@dataclass(frozen=True)
class Tile:
    """One headline number with its comparisons and its verdict."""

    name: str
    value: str
    unit: str
    lines: tuple[str, ...]
    verdict: str
    tone: str = ""
    is_provisional: bool = False


@dataclass(frozen=True)
class Exception_:
    """Something that needs attention: what, by how much, who, since when."""

    title: str
    text: str
    owner: str
    since: str = ""


@dataclass(frozen=True)
class Target:
    """Progress to a target; ``filled_pct`` is the bar, 0 to 100."""

    name: str
    state: str
    filled_pct: int
    note: str
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as data: its words are HTML text, ``alt`` says its numbers in at most 250 characters."""

    id: str
    number: int
    title: str
    subtitle: str
    source: str
    alt: str
    data: Mapping[str, Any] = field(default_factory=dict)


def row(*texts: str | Cell) -> tuple[Cell, ...]:
    """A table row from texts and cells."""
    return tuple(t if isinstance(t, Cell) else Cell(t) for t in texts)


def columns(*labels: str, words: int = 1, minor: tuple[int, ...] = ()) -> tuple[Column, ...]:
    """Columns from labels: the first ``words`` hold words, the others numbers; ``minor`` are positions."""
    return tuple(Column(label, i >= words, i in minor) for i, label in enumerate(labels))
