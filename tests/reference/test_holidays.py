"""Which weeks the long holidays of the corridor change."""

from __future__ import annotations

from datetime import date

import pytest

from corridor_etl.reference._tables import table
from corridor_etl.reference.holidays import holidays_of_weeks, is_holiday_between, years_covered

NEW_YEARS_DAY = {
    2024: "2024-02-10",
    2025: "2025-01-29",
    2026: "2026-02-17",
    2027: "2027-02-06",
    2028: "2028-01-26",
}


@pytest.mark.parametrize(("year", "day"), NEW_YEARS_DAY.items())
def test_the_spring_festival_holds_the_first_day_of_the_lunar_year(year: int, day: str) -> None:
    (row,) = (
        table("holidays")
        .filter(name="Spring Festival")
        .filter(first_on=_of(year, "Spring Festival"))
        .to_dicts()
    )
    assert row["first_on"] <= day <= row["last_on"]


def _of(year: int, name: str) -> str:
    (found,) = [d for d in table("holidays").filter(name=name)["first_on"] if d.startswith(str(year))]
    return found


@pytest.mark.parametrize(
    ("week", "name"),
    [
        ("2025-W04", None),
        ("2025-W05", "Spring Festival"),
        ("2025-W06", "Spring Festival"),
        ("2025-W07", None),
        ("2025-W12", "Nauryz"),
        ("2025-W39", None),
        ("2025-W40", "National Day"),
        ("2025-W41", "National Day"),
        ("2025-W42", None),
        # the holiday of 2026 begins on the Sunday of week 7, which takes no working day from it
        ("2026-W07", None),
        ("2026-W08", "Spring Festival"),
    ],
)
def test_a_week_is_a_holiday_week_from_its_first_working_day(week: str, name: str | None) -> None:
    assert holidays_of_weeks().get(week) == name


def test_days_that_share_a_week_with_a_holiday_are_between_holidays() -> None:
    assert is_holiday_between(date(2025, 9, 29), date(2025, 9, 29))
    assert not is_holiday_between(date(2025, 9, 22), date(2025, 9, 28))
    assert is_holiday_between(date(2025, 9, 22), date(2025, 10, 20))


def test_every_year_has_every_holiday() -> None:
    first, last = years_covered()
    assert (first, last) == (2024, 2028)
    assert table("holidays").height == 3 * (last - first + 1)
