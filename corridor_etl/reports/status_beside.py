"""What the status page says beside counts: why issues are held and what helps, incidents, backfills, how runs do.

Everything is made for a person of the desk, so it names commands. Counts belong to ``status``, asking the ledger to
``jobs.status``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from corridor_etl.reports import formats

TOP = 10
REASONS = 8
_LINE_CHARS = 240
ENDED = ("done", "failed", "cancelled", "rejected")
"""States of a backfill on which nobody works."""
HELPS: tuple[tuple[str, str], ...] = (
    ("received", "corridor coverage --week {week}"),
    ("declar", "corridor coverage --week {week}"),
    ("held back", "corridor quarantine list"),
    ("differ", "corridor discrepancies list"),
    ("--anyway", 'corridor report publish {week} --edition {edition} --anyway "REASON"'),
    ("Check failed", "corridor report build {week} --edition {edition} --out FOLDER"),
)
"""What the reason of a held issue has in it -> the command that shows or ends it."""
NEXT_STEP: Mapping[str, str] = {
    "planned": "corridor backfill run {weeks_first}:{weeks_last} --reason REASON",
    "waiting_approval": "corridor backfill approve {backfill_id}",
    "failed": "corridor backfill show {backfill_id}",
}
"""State of a backfill that waits for somebody -> the command to go on with."""


@dataclass(frozen=True)
class Measure:
    """A line of how the platform does: a metric, added up over its labels; ``kind`` says how it reads."""

    words: str
    metric: str
    kind: str


MEASURES = (
    Measure("Batch, median", "corridor_batch_seconds_median", "span"),
    Measure("Batch, longest", "corridor_batch_seconds_longest", "span"),
    Measure("Rows loaded a second", "corridor_batch_rows_per_second", "count"),
    Measure("Files received for weeks that were due", "corridor_source_files", "count"),
    Measure("Files expected for these weeks", "corridor_source_files_expected", "count"),
    Measure("Weeks of a source that are late", "corridor_source_weeks_late", "count"),
    Measure("Oldest row in quarantine", "corridor_quarantine_oldest_age_seconds", "age"),
    Measure("Oldest mail that waits", "corridor_outbox_oldest_age_seconds{state=queued}", "age"),
    Measure("Oldest mail nobody knows of", "corridor_outbox_oldest_age_seconds{state=unknown}", "age"),
    Measure("Last issue published", "corridor_last_issue_age_seconds", "age"),
)
"""Of the metrics those that a person compares from one day to the next; all are in ``corridor metrics``."""


@dataclass(frozen=True)
class Beside:
    """``held``, ``incidents`` and ``backfills`` in the order to look at them; ``measures``: words and value."""

    held: tuple[dict[str, Any], ...] = ()
    incidents: tuple[dict[str, Any], ...] = ()
    incidents_more: int = 0
    backfills: tuple[dict[str, Any], ...] = ()
    measures: tuple[dict[str, str], ...] = ()


def beside(
    holds: pl.DataFrame,
    issues: pl.DataFrame,
    incidents: pl.DataFrame,
    backfills: Sequence[Mapping[str, Any]],
    metrics: pl.DataFrame,
    now: datetime,
) -> Beside:
    """The same at ``now``; frames as the ledger gives them, ``metrics`` with metric, labels and value."""
    open_ones = incidents.filter(pl.col("state") != "resolved").sort("incident_no", descending=True)
    return Beside(
        held=tuple(_held(row, now) for row in _still_held(holds, issues).to_dicts()),
        incidents=tuple(_incident(row, now) for row in open_ones.head(TOP).to_dicts()),
        incidents_more=max(0, open_ones.height - TOP),
        backfills=tuple(_backfill(row, now) for row in _first_unfinished(backfills)),
        measures=tuple(_measures(metrics)),
    )


def _still_held(holds: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """The last hold of each issue that was not published after it."""
    key = ["edition", "week", "revision"]
    newest = holds.sort("snapshot", descending=True).unique(key, keep="first", maintain_order=True)
    return newest.join(issues, on=key, how="anti").sort("week", "edition", descending=[True, False])


def _held(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    reasons = [formats.clean(line, _LINE_CHARS) for line in row["reasons"].splitlines()]
    publish = f"corridor report publish {row['week']} --edition {row['edition']}"
    helping = [command.format_map(row) for sign, command in HELPS if any(sign in line for line in reasons)]
    again = publish + (" --revise" if row["revision"] else "")
    return {
        **{name: row[name] for name in ("edition", "week", "revision", "snapshot", "held_at_utc")},
        "age": age(now - row["held_at_utc"]),
        "reasons": reasons[:REASONS],
        "reasons_more": max(0, len(reasons) - REASONS),
        "commands": list(dict.fromkeys([*helping, again])),
    }


def _incident(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    step = "acknowledge" if row["state"] == "open" else "resolve"
    return {
        **{name: row[name] for name in ("incident_no", "state", "times_seen", "opened_at_utc")},
        "key": formats.clean(row["incident_key"], 90),
        "message": formats.clean(row["message"], _LINE_CHARS),
        "age": age(now - row["opened_at_utc"]),
        "command": f"corridor incidents {step} {row['incident_no']}",
    }


def _first_unfinished(backfills: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    newest = sorted(backfills, key=lambda row: (row["state"] in ENDED, -row["backfill_id"]))
    return newest[:TOP]


def _backfill(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    step = NEXT_STEP.get(row["state"], "")
    return {
        **{name: row[name] for name in ("backfill_id", "weeks", "state", "done", "differ")},
        "reason": formats.clean(row["reason"], 90),
        "age": age(now - row["requested_at_utc"]),
        "command": step.format_map(row),
    }


def _measures(metrics: pl.DataFrame) -> Iterator[dict[str, str]]:
    for measure in MEASURES:
        name, _, label = measure.metric.rstrip("}").partition("{")
        mine = metrics.filter(metric=name)
        values = (mine.filter(labels=label) if label else mine)["value"]
        if len(values):
            yield {"words": measure.words, "value": _AS[measure.kind](float(values.sum()))}


def age(since: timedelta) -> str:
    """``40 min``, ``5 h``, ``3 d``: the whole units that have passed."""
    minutes = max(0, int(since.total_seconds()) // 60)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else age(timedelta(seconds=seconds))


_AS = {
    "span": _span,
    "count": lambda value: formats.number(round(value)),
    "age": lambda value: age(timedelta(seconds=value)),
}
