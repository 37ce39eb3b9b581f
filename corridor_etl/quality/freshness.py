"""What each source owed for each week and when it came, beside the instant it was due; rule BA-002 judges it.

A pure function of arrivals and settings. Weeks are those the rows speak about; whether something is late is a matter
of when it came, so weeks that were due before anything was ever received are history and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import polars as pl

from corridor_etl.quality.checks.deliveries import is_on_time
from corridor_etl.quality.delivery_rules import FRAMES, SOURCE_WEEK
from corridor_etl.reference.calendar import monday, shifted, week_of
from corridor_etl.reference.holidays import holidays_of_weeks
from corridor_etl.settings import Settings, SourceFamily

NOT_DUE, HISTORY = "not due yet", "due before the first delivery"
LATE, IN_TIME = "late", ""
_A_WEEK = "^20[0-9]{2}-W[0-5][0-9]$"  # mistyped dates make weeks of other centuries


def due_at(source: SourceFamily, week: str, settings: Settings) -> datetime:
    """When the files of a week are late: its end on the report's calendar, the source's schedule, and its grace."""
    end = datetime.combine(monday(shifted(week, 1)), time(), tzinfo=settings.report_zone)
    return end + timedelta(hours=source.due_hours + source.grace_hours)


def source_weeks(arrivals: pl.DataFrame, settings: Settings, *, now_utc: datetime) -> pl.DataFrame:
    """One line per expected source and week, from the first arrival to the last week that is due.

    ``arrivals`` has source_id, iso_week and received_at_utc of every delivery. The result has the columns of the frame
    of suite ``source_week`` and ``status``: "late", why it is not judged, or "".
    """
    came: dict[tuple[str, str], list[datetime]] = {}
    dated = arrivals.filter(pl.col("iso_week").str.contains(_A_WEEK))
    for source_id, week, at in dated.select("source_id", "iso_week", "received_at_utc").iter_rows():
        came.setdefault((source_id, week), []).append(at)
    began = min((at for times in came.values() for at in times), default=None)
    lines: list[dict[str, Any]] = []
    for source in (s for s in settings.sources if s.is_expected and began is not None):
        for week in _weeks(source.id, came, began or now_utc, now_utc, settings):
            times = sorted(came.get((source.id, week), []))
            lines.append(_line(source, week, times, began or now_utc, now_utc, settings))
    frame = pl.DataFrame(lines, schema=FRAMES[SOURCE_WEEK]).sort("iso_week", "source_id")
    on_time = is_on_time(*(pl.col(c) for c in ("arrived_at_utc", "due_at_utc", "not_judged")))
    late = pl.when(~on_time).then(pl.lit(LATE))
    return frame.with_columns(status=pl.coalesce(late, "not_judged", pl.lit(IN_TIME)))


def _weeks(
    source_id: str, came: Mapping[tuple[str, str], Sequence[datetime]], began: datetime, now: datetime,
    settings: Settings,
) -> Iterable[str]:  # fmt: skip
    """Weeks the source spoke about, and all that have ended since anything was received."""
    # the week before may still be due on the day things began
    week = shifted(week_of(began.astimezone(settings.report_zone).date()), -1)
    last = week_of(now.astimezone(settings.report_zone).date())
    found = {w for s, w in came if s == source_id}
    while week < last:
        found.add(week)
        week = shifted(week, 1)
    return sorted(found)


def _line(
    source: SourceFamily, week: str, times: Sequence[datetime], began: datetime, now: datetime, settings: Settings
) -> dict[str, Any]:  # fmt: skip
    expected, due = source.files_per_week or 1, due_at(source, week, settings)
    return {
        "source_id": source.id,
        "iso_week": week,
        "files": len(times),
        "expected_files": expected,
        "due_at_utc": due,
        "arrived_at_utc": times[expected - 1] if len(times) >= expected else None,
        "not_judged": _reason(week, due, began, now),
    }


def _reason(week: str, due: datetime, began: datetime, now: datetime) -> str | None:
    if due > now:
        return NOT_DUE
    return HISTORY if due < began else holidays_of_weeks().get(week)
