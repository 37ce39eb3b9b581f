"""The calendar of the status page: what has come of each source for each week, told by signs, not by colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor_etl.quality.freshness import LATE
from corridor_etl.reference.calendar import shifted
from corridor_etl.reports import formats
from corridor_etl.settings import SourceFamily

WEEKS = 26
WEEKS_SHOWN = {13: "w26", 6: "w13"}
"""From how many weeks ago a column is left out on a narrower page -> the class of its cells."""
_WIDEST = 5


@dataclass(frozen=True)
class Week:
    """A column; ``year`` is said where it begins."""

    week: str
    label: str
    year: str
    hidden: str


@dataclass(frozen=True)
class Mark:
    """A cell: ``text`` is seen, ``spoken`` is its meaning in words, ``kind`` is "", late, part, none or quietly."""

    text: str
    spoken: str
    kind: str
    hidden: str


@dataclass(frozen=True)
class Calendar:
    """Weeks from the oldest to the last, and for each source a name and a mark per week."""

    weeks: tuple[Week, ...]
    rows: tuple[tuple[str, tuple[Mark, ...]], ...]


def last_week(known: pl.Series, this_week: str) -> str:
    """The week a calendar ends with: this one, or the last of ``known`` where all of them are older than it shows."""
    last = known.filter(known <= this_week).max()
    return str(last) if last is not None and str(last) <= shifted(this_week, -WEEKS) else this_week


def calendar(
    weeks: pl.DataFrame, coverage: pl.DataFrame, last: str, sources: Sequence[SourceFamily]
) -> Calendar:
    """``weeks`` as :func:`quality.freshness.source_weeks` judges them, ``coverage`` as the ledger counts files."""
    columns = [shifted(last, -n) for n in reversed(range(WEEKS))]
    recent = coverage.filter(pl.col("iso_week").is_in(columns))
    files = {(r["source_id"], r["iso_week"]): r["files"] for r in recent.to_dicts()}
    judged = {
        (r["source_id"], r["iso_week"]): r for r in weeks.filter(pl.col("iso_week").is_in(columns)).to_dicts()
    }
    heads = tuple(_week(week, at, len(columns)) for at, week in enumerate(columns))
    rows = []
    for source in sources:
        keys = [(source.id, week) for week in columns]
        if source.is_expected or any(key in files for key in keys):
            marks = (
                _mark(files.get(key, 0), judged.get(key), head.hidden)
                for key, head in zip(keys, heads, strict=True)
            )
            rows.append((source.name, tuple(marks)))
    return Calendar(heads, tuple(rows))


def _week(week: str, at: int, count: int) -> Week:
    ago = count - 1 - at
    hidden = next((name for least, name in WEEKS_SHOWN.items() if ago >= least), "")
    begins = at == 0 or week.endswith("W01")
    return Week(week, week[-3:], week[:4] if begins else "", hidden)


def _mark(files: int, judged: Mapping[str, Any] | None, hidden: str) -> Mark:
    expected = judged["expected_files"] if judged else 0
    why = str(judged["status"]) if judged else ""
    text, spoken = _count(files, expected)
    if why == LATE:
        kind = "none" if not files else "part" if files < expected else "late"
        return Mark(f"{text}!" if kind == "late" else text, f"{spoken}, {LATE}", kind, hidden)
    if not files:
        return Mark("·", why or "nothing", "quietly", hidden)
    return Mark(text, f"{spoken}, {why}" if why and files < expected else spoken, "", hidden)


def _count(files: int, expected: int) -> tuple[str, str]:
    """A count as it is seen and as it is spoken; with what was expected where something lacks."""
    if files >= expected:
        return _short(files), _files(files)
    return _of(files, expected), f"{files} of {_files(expected)}"


def _files(count: int) -> str:
    return f"{formats.number(count)} {'file' if count == 1 else 'files'}"


def _of(files: int, expected: int) -> str:
    text = f"{files}/{expected}"
    return text if len(text) <= _WIDEST else f"{100 * files // expected}%"


def _short(files: int) -> str:
    return str(files) if files < 1000 else f"{files / 1000:.1f}k"
