"""The issues of a week that a backfill has looked at: the weekly one where it lacks, revisions where figures changed.

What an issue is belongs to ``weekly``. Nothing is mailed; where it is asked for, messages are queued.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corridor_etl.clock import now_utc
from corridor_etl.errors import TerminalError
from corridor_etl.jobs.backfill_states import CORRECTED
from corridor_etl.jobs.weekly import IssueResult, publish_week, revise_week
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse

_HELD = "is held"


def publish_issues(
    row: Mapping[str, Any], warehouse: Warehouse, settings: Settings, *, queue_mail: bool
) -> str:
    """Publishes what lacks; what became of it in words. ``row`` is the week as the backfill has recorded it.

    ``TerminalError`` where gate or checks hold an issue.
    """
    published = sorted(set(warehouse.listed_issues().filter(week=row["iso_week"])["edition"]))
    results = list(_results(row, published, settings, queue_mail))
    if held := [result.line() for result in results if result.state == _HELD]:
        raise TerminalError(
            "; ".join(held), fix="Publish it once its data have come, or run the backfill again."
        )
    return "; ".join(f"{r.edition} {r.state}" for r in results) or "left as it was"


def _results(
    row: Mapping[str, Any], published: list[str], settings: Settings, queue_mail: bool
) -> Iterator[IssueResult]:
    week = row["iso_week"]
    if WEEKLY not in published:
        if scheduled_instant(week, settings) <= now_utc():
            yield publish_week(week, queue_mail=queue_mail)
        return
    if has_changed(row):
        for edition in published:
            yield revise_week(week, edition_id=edition, queue_mail=queue_mail)


def has_changed(row: Mapping[str, Any]) -> bool:
    """Whether readers of the week's issues may be told something else than before."""
    counts = (row["cells_changed"], row["facts_changed"], row["figures_changed"])
    return row["state_before"] == CORRECTED or any(counts)
