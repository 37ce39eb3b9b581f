"""What each source owes for a week, and when it is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from corridor_etl.quality.freshness import HISTORY, LATE, NOT_DUE, due_at, source_weeks
from corridor_etl.settings import Settings

# week 24 of 2025 ends on 15 June at midnight in Almaty, which is 19:00 UTC; grace is four hours
WEEK = "2025-W24"
DUE = datetime(2025, 6, 15, 23, 0, tzinfo=UTC)
BEGAN = DUE - timedelta(weeks=6)
SCHEMA = {"source_id": pl.String(), "iso_week": pl.String(), "received_at_utc": pl.Datetime("us", "UTC")}


def status(
    settings: Settings, *arrivals: tuple[str, str, datetime], now: datetime = DUE, began: datetime = BEGAN
) -> dict[tuple[str, str], str]:
    seen = [("rates", "2025-W01", began), *arrivals]
    frame = source_weeks(pl.DataFrame(seen, schema=SCHEMA, orient="row"), settings, now_utc=now)
    return {(row["source_id"], row["iso_week"]): row["status"] for row in frame.to_dicts()}


def manifest(at: datetime, week: str = WEEK) -> tuple[str, str, datetime]:
    return "manifests", week, at


def test_a_week_is_due_four_hours_after_its_end_on_the_report_s_calendar(settings: Settings) -> None:
    source = next(s for s in settings.sources if s.id == "manifests")
    assert due_at(source, WEEK, settings) == DUE
    later = source.model_copy(update={"due_hours": 24.0, "grace_hours": 0.5})
    assert due_at(later, WEEK, settings) == DUE + timedelta(hours=20.5)


@pytest.mark.parametrize(("after", "wanted"), [(0, ""), (1, LATE)])
def test_what_comes_a_second_after_it_is_due_is_late(settings: Settings, after: int, wanted: str) -> None:
    found = status(settings, manifest(DUE + timedelta(seconds=after)), now=DUE + timedelta(days=1))
    assert found["manifests", WEEK] == wanted


@pytest.mark.parametrize(("before", "wanted"), [(1, NOT_DUE), (0, LATE)])
def test_what_has_not_come_is_late_from_the_moment_it_is_due(
    settings: Settings, before: int, wanted: str
) -> None:
    found = status(settings, manifest(BEGAN, "2025-W19"), now=DUE - timedelta(seconds=before))
    assert found.get(("manifests", WEEK), NOT_DUE) == wanted


def test_as_many_files_as_are_expected_must_have_come(settings: Settings) -> None:
    first = ("declarations", WEEK, DUE - timedelta(hours=5))
    now = DUE + timedelta(days=1)
    assert status(settings, first, now=now)["declarations", WEEK] == LATE
    assert status(settings, first, first, now=now)["declarations", WEEK] == ""
    second = ("declarations", WEEK, DUE + timedelta(hours=5))
    assert status(settings, first, second, now=now)["declarations", WEEK] == LATE


def test_weeks_that_were_due_before_anything_came_are_history(settings: Settings) -> None:
    now = DUE + timedelta(weeks=1, hours=1)
    loaded_late = [manifest(now, f"2025-W{w}") for w in range(10, 24)]
    found = status(settings, *loaded_late, began=now, now=now)
    assert set(found.values()) == {HISTORY}


def test_a_source_that_never_sends_is_late_each_week_since_the_first_delivery_of_any(
    settings: Settings,
) -> None:
    found = status(settings, now=DUE, began=DUE - timedelta(weeks=2, hours=1))
    weeks = {week: said for (source, week), said in found.items() if source == "bookings"}
    assert weeks == {"2025-W22": LATE, "2025-W23": LATE, "2025-W24": LATE}


def test_a_source_that_is_not_expected_is_never_late(settings: Settings) -> None:
    assert not {source for source, _ in status(settings)} & {"rates", "statistics"}


def test_a_holiday_week_is_not_judged(settings: Settings) -> None:
    now = datetime(2025, 10, 30, tzinfo=UTC)
    found = status(settings, began=datetime(2025, 9, 15, tzinfo=UTC), now=now)
    said = {week: s for (source, week), s in found.items() if source == "manifests"}
    assert (said["2025-W39"], said["2025-W40"], said["2025-W41"], said["2025-W42"]) == (
        LATE,
        "National Day",
        "National Day",
        LATE,
    )


def test_rows_of_the_future_are_not_due(settings: Settings) -> None:
    found = status(settings, ("bookings", "2025-W30", BEGAN))
    assert found["bookings", "2025-W30"] == NOT_DUE


@pytest.mark.parametrize("week", ["0052-W01", "9999-W52", "", "+12345-W01", "2025-W99"])
def test_weeks_of_mistyped_dates_are_passed_over(settings: Settings, week: str) -> None:
    assert ("manifests", week) not in status(settings, manifest(BEGAN, week))


def test_nothing_is_owed_before_anything_came(settings: Settings) -> None:
    nothing: Any = source_weeks(pl.DataFrame(schema=SCHEMA), settings, now_utc=DUE)
    assert nothing.is_empty()
