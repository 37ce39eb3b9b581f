"""The issues of a week that a backfill has looked at: the weekly one where it lacks, revisions where figures changed.

What an issue is belongs to ``weekly``. Nothing is mailed; where it is asked for, messages are queued.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import TerminalError
from corridor_etl.jobs.backfill_states import CORRECTED
from corridor_etl.jobs.issue_plans import Wanted, send_ahead
from corridor_etl.jobs.press import HERE, Press
from corridor_etl.jobs.weekly import IssueResult, publish_week, revise_week
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_HELD = "is held"


def publish_issues(
    row: Mapping[str, Any], warehouse: Warehouse, settings: Settings, *, queue_mail: bool, press: Press = HERE
) -> str:
    """Publishes what lacks; what became of it in words. ``row`` is the week as the backfill has recorded it.

    ``TerminalError`` where gate or checks hold an issue.
    """
    wanted = _wanted(row, _published(warehouse), settings)
    results = [_result(one, queue_mail, press) for one in wanted]
    if held := [result.line() for result in results if result.state == _HELD]:
        raise TerminalError(
            "; ".join(held), fix="Publish it once its data have come, or run the backfill again."
        )
    return "; ".join(f"{r.edition} {r.state}" for r in results) or "left as it was"


def send_issues_ahead(
    rows: Iterable[Mapping[str, Any]], warehouse: Warehouse, settings: Settings, press: Press
) -> None:
    """Has the issues of several weeks rendered ahead, where the press is elsewhere."""
    published = _published(warehouse)
    send_ahead([one for row in rows for one in _wanted(row, published, settings)], press)


def _published(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.listed_issues().select("week", "edition").unique().sort("week", "edition")


def _wanted(row: Mapping[str, Any], published: pl.DataFrame, settings: Settings) -> list[Wanted]:
    week = row["iso_week"]
    editions = published.filter(week=week)["edition"].to_list()
    if WEEKLY not in editions:
        return [Wanted(week)] if scheduled_instant(week, settings) <= now_utc() else []
    return [Wanted(week, name, is_revision=True) for name in editions] if has_changed(row) else []


def _result(wanted: Wanted, queue_mail: bool, press: Press) -> IssueResult:
    made_by = revise_week if wanted.is_revision else publish_week
    return made_by(wanted.week, edition_id=wanted.edition, queue_mail=queue_mail, press=press)


def has_changed(row: Mapping[str, Any]) -> bool:
    """Whether readers of the week's issues may be told something else than before."""
    counts = (row["cells_changed"], row["facts_changed"], row["figures_changed"])
    return row["state_before"] == CORRECTED or any(counts)
