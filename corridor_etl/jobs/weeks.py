"""Which week a schedule is about. What a week contains belongs to the marts."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from corridor_etl.errors import UsageError
from corridor_etl.reference.calendar import monday, shifted, week_of
from corridor_etl.settings import Settings

ISSUE_TIME = time(6, 0)


def week_to_report(scheduled_at: datetime, settings: Settings) -> str:
    """The last whole ISO week before a scheduled instant, on the calendar of the report's zone.

    It depends on the scheduled time only, so that a run that starts late reports the week it was meant for.
    """
    if scheduled_at.tzinfo is None:
        raise UsageError("the scheduled time has no offset", expected="an instant with a zone")
    return shifted(week_of(scheduled_at.astimezone(settings.report_zone).date()), -1)


def scheduled_instant(week: str, settings: Settings) -> datetime:
    """When the issue of a week is due: the Monday after it at 06:00 in the report's zone."""
    zone: ZoneInfo = settings.report_zone
    return datetime.combine(monday(week) + timedelta(weeks=1), ISSUE_TIME, tzinfo=zone)
