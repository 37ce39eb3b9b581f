"""What an issue is made of: cells, tables, tiles, targets, exceptions, charts, and the context that holds them all.

Everything is frozen text or exact numbers, stored as JSON; templates only place it. What is in it is decided by
``context``.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from corridor_etl import __version__
from corridor_etl.reports.figures import Figure

TEMPLATE_VERSION = "5"


@dataclass(frozen=True)
class Cell:
    """One cell; ``tone`` is "", "bad", "good" or "warn"."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Column:
    """A column head; a minor column is left out on narrow screens; ``step`` is what its numbers are rounded to, where
    that is not their last digit."""

    label: str
    is_number: bool = True
    is_minor: bool = False
    step: Decimal | None = None


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


@dataclass(frozen=True)
class Change:
    """One figure of a week as it was published and as it is now; ``causes`` as in ``v_revisions``."""

    week: str
    address: str
    before: Decimal | None
    after: Decimal | None
    causes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def relative_pct(self) -> Decimal:
        """The size of the change in per cent of the published value; 100 where there was none."""
        if not self.before or self.after is None:
            return Decimal(0 if self.before == self.after else 100)
        return abs(100 * (self.after - self.before) / self.before)


@dataclass(frozen=True)
class WeeklyContext:
    """One issue of one edition, for one audience, in one of its ``languages``.

    ``history``: address of a figure -> week -> its value as known now; ``definitions``: address -> how it is computed.
    """

    edition: str
    audience: str
    week: str
    revision: int
    language: str
    languages: tuple[str, ...]
    issue_no: int
    snapshot: int
    published_at: datetime
    next_issue_on: date
    title: str
    mast: str
    blocks: tuple[str, ...]
    corridor_name: str
    operator: str
    contact: str
    dates: str
    notice: str
    partial: str
    held: tuple[str, ...]
    headline: str
    subject: str
    points: tuple[str, ...]
    tiles: tuple[Tile, ...]
    attention: tuple[Exception_, ...]
    attention_more: int
    year_gone: str
    targets: tuple[Target, ...]
    figures: tuple[Figure, ...]
    tables: Mapping[str, Table]
    background: Mapping[str, Table]
    charts: tuple[Chart, ...]
    changes: tuple[Change, ...]
    revised: str
    triangle: tuple[tuple[str, ...], ...]
    match: str
    quality: str
    corrections: str
    balance: str
    notes: tuple[str, ...]
    history: Mapping[str, Mapping[str, Decimal | None]]
    definitions: Mapping[str, str]
    package_version: str = __version__
    template_version: str = TEMPLATE_VERSION

    @property
    def report_key(self) -> str:
        """``weekly/2025-W24/r0/en``: edition, week, revision and language; that of others begins with the audience."""
        before = "" if self.audience == "internal" else f"{self.audience}/"
        return f"{before}{self.edition}/{self.week}/r{self.revision}/{self.language}"

    @property
    def address(self) -> str:
        """``internal/weekly/2025-W24/r0/en``: where its files are below the site."""
        return f"{self.audience}/{self.edition}/{self.week}/r{self.revision}/{self.language}"

    @property
    def preheader(self) -> str:
        """What a mail program shows beside the subject."""
        return self.headline

    def figure(self, address: str) -> Figure:
        """The figure of an address."""
        return next(f for f in self.figures if f.address == address)

    def chart(self, chart_id: str) -> Chart:
        """The chart of an id."""
        return next(c for c in self.charts if c.id == chart_id)

    def to_json(self) -> str:
        """The context as JSON with sorted keys; decimals as exact text, instants in ISO 8601."""
        return json.dumps(
            dataclasses.asdict(self), default=_plain, ensure_ascii=False, sort_keys=True, indent=1
        )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"a context holds a {type(value).__name__}")


def row(*texts: str | Cell) -> tuple[Cell, ...]:
    """A table row from texts and cells."""
    return tuple(t if isinstance(t, Cell) else Cell(t) for t in texts)


def columns(
    *labels: str, words: int = 1, minor: tuple[int, ...] = (), steps: Mapping[int, Decimal] | None = None
) -> tuple[Column, ...]:
    """Columns from labels: the first ``words`` hold words, the others numbers; ``minor`` are positions, ``steps``
    tell what the numbers of some positions are rounded to."""
    known = steps or {}
    return tuple(Column(label, i >= words, i in minor, known.get(i)) for i, label in enumerate(labels))
