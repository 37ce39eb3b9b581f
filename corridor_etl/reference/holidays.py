"""The long public holidays of the corridor, and the ISO weeks they change: Spring Festival, National Day, Nauryz.

Only holidays in which trains, customs and ports of the corridor rest for days; one day off changes no week.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import polars as pl

from corridor_etl.reference._tables import table
from corridor_etl.reference.calendar import week_of

_WORKING_DAYS = range(1, 6)


@cache
def holidays_of_weeks() -> dict[str, str]:
    """ISO week -> name of the holiday that takes at least one of its days from Monday to Friday."""
    found: dict[str, str] = {}
    for row in table("holidays").iter_rows(named=True):
        first, last = date.fromisoformat(row["first_on"]), date.fromisoformat(row["last_on"])
        for day in days_between(first, last):
            if day.isoweekday() in _WORKING_DAYS:
                found[week_of(day)] = row["name"]
    return found


@cache
def years_covered() -> tuple[int, int]:
    """The first and the last year the table knows; weeks outside are taken as ordinary."""
    years = table("holidays")["first_on"].str.slice(0, 4).cast(int)
    return int(years.min()), int(years.max())  # type: ignore[arg-type]


def is_holiday_between(first: date, last: date) -> bool:
    """Whether one of the ISO weeks from one day to another has a holiday."""
    weeks = {week_of(day) for day in days_between(first, last)}
    return not weeks.isdisjoint(holidays_of_weeks())


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=i) for i in range((last - first).days + 1))


@cache
def days_off(country: str) -> frozenset[date]:
    """The days of the long holidays of a country."""
    rows = table("holidays").filter(pl.col("country") == country).select("first_on", "last_on").iter_rows()
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in rows]
    return frozenset(day for first, last in spans for day in days_between(first, last))
