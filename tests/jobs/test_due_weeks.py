"""What is due is what the ledger lacks and has data for: a missed Monday is caught up, nothing is published twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from corridor_etl.errors import UsageError
from corridor_etl.jobs.due_weeks import due_issues
from corridor_etl.reports.editions import edition_names
from corridor_etl.warehouse import Batch, IssueRow, Warehouse
from tests.warehouse.conftest import bookings, delivery

MONDAY = datetime(2025, 6, 16, 1, tzinfo=UTC)
"""06:00 in Almaty, when the issue of 2025-W24 is due."""
FIGURES = pl.DataFrame(schema={"address": pl.String, "value_text": pl.String, "unit": pl.String})


@pytest.fixture
def warehouse(own_home: Path) -> Warehouse:
    """Bookings of the weeks 2025-W18 to W24, except W22."""
    days = [date(2025, 4, 28) + timedelta(weeks=n) for n in range(7) if n != 4]
    rows = bookings(*({"booking_no": f"B{n}", "departure_on_local": day} for n, day in enumerate(days)))
    found = Warehouse.open(own_home)
    sent = delivery("a", rows_read=len(days), rows_loaded=len(days))
    rows = rows.with_columns(delivery_id=pl.lit(sent.delivery_id), line_no=pl.int_range(1, len(days) + 1))
    batch = Batch(deliveries=[sent], received_at_utc=MONDAY, rows={"booking": rows.drop("snapshot")})
    found.publish(batch, {}, base=0)
    return found


def publish(warehouse: Warehouse, *weeks: str, edition: str = "weekly") -> None:
    for number, week in enumerate(weeks, start=1):
        row = IssueRow(
            edition=edition, week=week, revision=0, language="en", issue_no=number, state="published", snapshot=1,
            published_at_utc=MONDAY, scheduled_at_utc=MONDAY, content_sha256="0" * 64, context_json="{}",
            folder=f"site/internal/{edition}/{week}/r0",
        )  # fmt: skip
        warehouse.record_issue(row, FIGURES, [])


def due(at: datetime = MONDAY, **options: int) -> list[str]:
    return [issue.week for issue in due_issues(at, editions=["weekly"], **options)]


@pytest.mark.usefixtures("warehouse")
def test_the_first_run_reports_the_last_week_and_leaves_history_to_a_backfill() -> None:
    assert due() == ["2025-W24"]


@pytest.mark.usefixtures("own_home")
def test_a_week_without_data_is_due_once_it_is_the_last_one() -> None:
    assert due() == ["2025-W24"]


def test_missed_mondays_are_caught_up_oldest_first_where_data_has_come(warehouse: Warehouse) -> None:
    publish(warehouse, "2025-W20")
    assert due() == ["2025-W21", "2025-W23", "2025-W24"]
    last = due_issues(MONDAY, editions=["weekly"])
    assert [issue.scheduled_at for issue in last] == [None, None, MONDAY]


def test_catching_up_is_bounded(warehouse: Warehouse) -> None:
    publish(warehouse, "2025-W18")
    assert due(catch_up_weeks=1) == ["2025-W24"]
    assert due(catch_up_weeks=5) == ["2025-W20", "2025-W21", "2025-W23", "2025-W24"]


def test_a_published_week_is_not_due_again(warehouse: Warehouse) -> None:
    publish(warehouse, "2025-W21", "2025-W23", "2025-W24")
    assert due() == []


def test_a_late_run_is_about_its_own_time_and_not_about_later_weeks(warehouse: Warehouse) -> None:
    publish(warehouse, "2025-W21", "2025-W24")
    assert due(MONDAY - timedelta(weeks=1)) == ["2025-W23"]


def test_a_held_week_is_tried_again_while_it_is_recent(warehouse: Warehouse) -> None:
    warehouse.hold_issue(("weekly", "2025-W23", 0, 1), ["nothing was received"], MONDAY)
    assert due() == ["2025-W23", "2025-W24"]
    assert due(MONDAY + timedelta(weeks=4)) == ["2025-W28"]


def test_each_edition_is_judged_by_its_own_issues(warehouse: Warehouse) -> None:
    publish(warehouse, "2025-W24")
    publish(warehouse, "2025-W21", edition="trade")
    found = [(issue.edition, issue.week) for issue in due_issues(MONDAY)]
    others = [name for name in edition_names() if name not in ("weekly", "trade")]
    assert found == [
        ("trade", "2025-W23"),
        *((name, "2025-W24") for name in edition_names() if name in (*others, "trade")),
    ]


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="daily"):
        due_issues(MONDAY, editions=["daily"])
