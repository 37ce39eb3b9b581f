"""What operators see at one glance: what has come, what is held back, what is open, what waits to be sent.

Only counts and names, none of a row's content; the longest lists end in "all other". Asking the ledger belongs to
``jobs.status``, the calendar to ``status_calendar``, held issues, incidents and backfills to ``status_beside``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl

from corridor_etl.facts.reconciliation import OUTCOME_OF_RULE
from corridor_etl.reports import formats
from corridor_etl.reports.site_issues import SHOWN_STATES
from corridor_etl.reports.status_beside import Beside, age
from corridor_etl.reports.status_calendar import Calendar
from corridor_etl.reports.unsettled import PHRASES
from corridor_etl.settings import Corridor, SourceFamily
from corridor_etl.warehouse.overview import Overview

TOP = 10
DELIVERY_WEEKS = 4
TROUBLE = ("failed", "unknown")
"""States of a message that somebody has to look at."""
_NAME_CHARS = 90


@dataclass(frozen=True)
class Tile:
    """One headline number. ``tone``: "bad" where somebody has to act at once, "open" where work waits, else ""."""

    name: str
    value: str
    note: str
    tone: str


@dataclass(frozen=True)
class Status:
    """Everything the page says, at one instant. Rows of lists are the columns of their tables."""

    at_utc: datetime
    snapshot: int
    calendar: Calendar
    tiles: tuple[Tile, ...]
    deliveries: tuple[dict[str, Any], ...]
    rejected: tuple[dict[str, Any], ...]
    rejected_more: int
    quarantine: tuple[dict[str, Any], ...]
    quarantine_rows: int
    discrepancies: tuple[dict[str, Any], ...]
    outbox: tuple[dict[str, Any], ...]
    beside: Beside
    issues: tuple[dict[str, Any], ...]
    runs: tuple[dict[str, Any], ...]

    def to_json(self, corridor: Corridor) -> bytes:
        """The same for programs, with sorted keys."""
        whole = {"corridor": corridor.name, **asdict(self)}
        text = json.dumps(whole, default=datetime.isoformat, ensure_ascii=False, sort_keys=True, indent=1)
        return (text + "\n").encode("utf-8")


def status(
    found: Overview,
    calendar: Calendar,
    rules: Mapping[str, str],
    sources: Sequence[SourceFamily],
    now: datetime,
    beside: Beside,
) -> Status:
    """The status at ``now``. ``rules``: rule -> why nothing may break it."""
    by_rule = _by_rule(found.quarantine)
    open_items = found.discrepancies.sort("items", "rule_id", descending=[True, False])
    rejected_files = found.deliveries.filter(status="rejected")["files"].sum()
    shown = found.issues.filter(pl.col("state").is_in(SHOWN_STATES))
    return Status(
        at_utc=now,
        snapshot=int(found.batches["snapshot"].max() or 0),  # type: ignore[arg-type]
        calendar=calendar,
        tiles=_tiles(found, calendar, len(beside.held), now),
        deliveries=tuple(_deliveries(found.deliveries, sources)),
        rejected=tuple(_rejected(row) for row in found.rejected.to_dicts()),
        rejected_more=int(rejected_files) - found.rejected.height,
        quarantine=_top(by_rule, "rows", lambda row: rules.get(row["rule_id"], ""), now),
        quarantine_rows=int(found.quarantine["rows"].sum()),
        discrepancies=_top(open_items, "items", lambda row: _outcome(row["rule_id"], rules), now),
        outbox=tuple(_aged(row, now) for row in found.outbox.to_dicts()),
        beside=beside,
        issues=tuple(
            _issue(row) for row in shown.sort("published_at_utc", descending=True).head(TOP).to_dicts()
        ),
        runs=tuple(_run(row) for row in found.batches.to_dicts()),
    )


def _by_rule(quarantine: pl.DataFrame) -> pl.DataFrame:
    """rule_id, rows, oldest_at_utc: a row counts under each rule it breaks."""
    return (
        quarantine.with_columns(pl.col("rule_ids").str.split(",").alias("rule_id"))
        .explode("rule_id", empty_as_null=True)
        .group_by("rule_id")
        .agg(pl.col("rows").sum(), pl.col("oldest_at_utc").min())
        .sort("rows", "rule_id", descending=[True, False])
    )


def _top(frame: pl.DataFrame, count: str, words: Any, now: datetime) -> tuple[dict[str, Any], ...]:
    """The first rows with words and age, and one for all other."""
    first = [
        {**_aged(row, now), "words": formats.clean(words(row), 120)} for row in frame.head(TOP).to_dicts()
    ]
    rest = frame.slice(TOP)
    if rest.is_empty():
        return tuple(first)
    other = {"rule_id": "", "words": f"{rest.height} other rules", count: int(rest[count].sum())}
    return (*first, _aged({**other, "oldest_at_utc": rest["oldest_at_utc"].min()}, now))


def _outcome(rule_id: str, rules: Mapping[str, str]) -> str:
    return PHRASES.get(OUTCOME_OF_RULE.get(rule_id, ""), "") or rules.get(rule_id, "")


def _aged(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**row, "age": age(now - row["oldest_at_utc"])}


def _deliveries(deliveries: pl.DataFrame, sources: Sequence[SourceFamily]) -> list[dict[str, Any]]:
    counted = deliveries.group_by("source_id").agg(
        *(
            pl.col("files").filter(pl.col("status") == state).sum().alias(state)
            for state in ("loaded", "rejected", "duplicate")
        ),
        pl.col("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate").sum(),
        pl.col("last_received_at_utc").max(),
    )
    names = {source.id: source.name for source in sources}
    order = {source_id: at for at, source_id in enumerate(names)}
    rows = sorted(
        counted.to_dicts(), key=lambda r: (order.get(r["source_id"], len(order)), r["source_id"] or "")
    )
    return [{**row, "source": names.get(row["source_id"], _nameless(row["source_id"]))} for row in rows]


def _nameless(source_id: str | None) -> str:
    return formats.clean(source_id) or "no sender claims them"


def _rejected(row: Mapping[str, Any]) -> dict[str, Any]:
    names = {"file_name": _NAME_CHARS, "sender_id": 40, "reason": 40}
    return {**row, **{name: formats.clean(row[name], most) for name, most in names.items()}}


def _issue(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("edition", "week", "revision", "state", "snapshot", "published_at_utc")
    return {name: row[name] for name in names}


def _run(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("snapshot", "committed_at_utc", "deliveries", "rows_loaded")
    took = row["committed_at_utc"] - row["received_at_utc"]
    return {**{name: row[name] for name in names}, "took_s": max(0, round(took.total_seconds()))}


def _tiles(found: Overview, calendar: Calendar, held: int, now: datetime) -> tuple[Tile, ...]:
    missing = sum(mark.kind in ("none", "part") for _, marks in calendar.rows for mark in marks)
    messages = {row["state"]: row["messages"] for row in found.outbox.to_dicts()}
    trouble = sum(messages.get(state, 0) for state in TROUBLE)
    rejected = int(found.deliveries.filter(status="rejected")["files"].sum())
    rows, items = (int(found.quarantine["rows"].sum()), int(found.discrepancies["items"].sum()))
    last = found.batches["committed_at_utc"].max()
    return (
        _tile("Overdue", missing, "weeks of a source", "bad"),
        _tile("Files rejected", rejected, f"in {DELIVERY_WEEKS} weeks", "bad"),
        _tile("Rows held back", rows, "open in quarantine", "open"),
        _tile("Items that disagree", items, "open between sources", "open"),
        _tile("Mails in trouble", trouble, f"{formats.number(messages.get('queued', 0))} waiting", "bad"),
        _tile("Issues held", held, _last_batch(last, now), "bad"),
    )


def _tile(name: str, count: int, note: str, tone: str) -> Tile:
    return Tile(name, formats.number(count), note, tone if count else "")


def _last_batch(last: Any, now: datetime) -> str:
    return "no batch yet" if last is None else f"last batch {age(now - last)} ago"
