"""Rebuilds the issues of past weeks on demand. It never queues mail.

What a week's issue is belongs to ``weekly``.
"""

from __future__ import annotations

from corridor_etl.jobs.weekly import IssueResult, publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.warehouse import Warehouse


def weeks_to_rebuild(weeks: str) -> list[str]:
    """The weeks of a range such as ``2025-W09:2025-W24`` that have no issue yet.

    ``UsageError`` where the range is no range of ISO weeks.
    """
    wanted = parse_range(weeks)
    with Warehouse.open() as warehouse:
        published = set(warehouse.issues().filter(edition=WEEKLY)["week"])
    return [week for week in wanted if week not in published]


def rebuild_week(week: str) -> IssueResult:
    """Publishes the issue of a week if it is missing, without queueing mail."""
    return publish_week(week, queue_mail=False)
