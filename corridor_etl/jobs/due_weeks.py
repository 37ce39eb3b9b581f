"""Which issues are due: told by the ledger and by what has come, never by the clock alone.

A schedule only wakes the flow up. Making an issue belongs to ``weekly``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from corridor_etl.jobs.weeks import week_to_report
from corridor_etl.reference.calendar import shifted, weeks_between
from corridor_etl.reports.editions import edition, edition_names
from corridor_etl.settings import load_settings
from corridor_etl.warehouse import Warehouse

CATCH_UP_WEEKS = 4
"""So many whole weeks before the scheduled time are looked at: older news goes out by a backfill, without mail."""


@dataclass(frozen=True)
class DueIssue:
    """An edition of a week that is to be published; ``scheduled_at`` is None where that was an earlier schedule's."""

    edition: str
    week: str
    scheduled_at: datetime | None


def due_issues(
    scheduled_at: datetime, *, catch_up_weeks: int = CATCH_UP_WEEKS, editions: Sequence[str] = ()
) -> list[DueIssue]:
    """What a run scheduled for ``scheduled_at`` has to publish, the oldest week first; all editions unless named.

    The last whole week, unless it is published, also where nothing has come yet: the run says so. Before it, of the
    last ``catch_up_weeks``, each week that has data and no issue, if the edition had begun by then or held it back.
    A week that is published is never due again. ``UsageError`` for an edition there is not.
    """
    last = week_to_report(scheduled_at, load_settings())
    window = weeks_between(shifted(last, 1 - catch_up_weeks), last)
    names = [edition(name).id for name in editions] or edition_names()
    with Warehouse.open() as warehouse:
        issues, holds, coverage = warehouse.listed_issues(), warehouse.issue_holds(), warehouse.coverage()
    arrived = set(coverage.filter(pl.col("rows_loaded") > 0)["iso_week"])
    due = {name: _due(window, _weeks(issues, name), _weeks(holds, name), arrived) for name in names}
    return [
        DueIssue(name, week, scheduled_at if week == last else None)
        for week in window
        for name in names
        if week in due[name]
    ]


def _weeks(rows: pl.DataFrame, edition_id: str) -> set[str]:
    return set(rows.filter(edition=edition_id)["week"])


def _due(
    window: Sequence[str], published: Collection[str], held: Collection[str], arrived: Collection[str]
) -> set[str]:
    begun = min(published, default=window[-1])
    missed = {week for week in window[:-1] if week in arrived and (week > begun or week in held)}
    return (missed | {window[-1]}) - set(published)
