"""The week of a scheduled report is the last whole week before the scheduled time, whenever the run starts."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from corridor_etl.errors import UsageError
from corridor_etl.jobs.weeks import scheduled_instant, week_to_report
from corridor_etl.settings import Settings

ALMATY = ZoneInfo("Asia/Almaty")


@pytest.mark.parametrize(
    ("scheduled_at", "week"),
    [
        (datetime(2025, 6, 30, 6, 0, tzinfo=ALMATY), "2025-W26"),
        (datetime(2025, 7, 6, 23, 59, tzinfo=ALMATY), "2025-W26"),
        (datetime(2025, 6, 29, 20, 30, tzinfo=ZoneInfo("UTC")), "2025-W26"),
        (datetime(2025, 6, 29, 18, 30, tzinfo=ZoneInfo("UTC")), "2025-W25"),
        (datetime(2026, 1, 5, 6, 0, tzinfo=ALMATY), "2026-W01"),
        (datetime(2027, 1, 4, 6, 0, tzinfo=ALMATY), "2026-W53"),
    ],
)
def test_the_week_follows_the_calendar_of_almaty(
    settings: Settings, scheduled_at: datetime, week: str
) -> None:
    assert week_to_report(scheduled_at, settings) == week


def test_a_week_is_due_on_the_monday_after_it(settings: Settings) -> None:
    due = scheduled_instant("2025-W26", settings)
    assert due == datetime(2025, 6, 30, 6, 0, tzinfo=ALMATY)
    assert week_to_report(due, settings) == "2025-W26"
    assert week_to_report(due + timedelta(days=6), settings) == "2025-W26"


def test_a_time_without_zone_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="no offset"):
        week_to_report(datetime(2025, 6, 30, 6, 0), settings)  # noqa: DTZ001
