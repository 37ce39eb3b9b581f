"""ISO 8601 weeks: labels, their Mondays, ranges of them. Which date a record belongs to is not decided here."""

from __future__ import annotations

import re
from datetime import date, timedelta

from corridor_etl.errors import UsageError

_LABEL = re.compile(r"([0-9]{4})-W([0-9]{2})")


def week_of(day: date) -> str:
    """The ISO week label of a day: 2024-12-30 is in 2025-W01."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday(label: str) -> date:
    """The Monday of a week label; ``UsageError`` for a label that is no week."""
    match = _LABEL.fullmatch(label)
    try:
        if match is None:
            raise ValueError
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise UsageError(f"'{label}' is not an ISO week", expected="one like 2025-W24") from error


def shifted(label: str, weeks: int) -> str:
    """The week ``weeks`` later (earlier if negative)."""
    return week_of(monday(label) + timedelta(weeks=weeks))


def weeks_between(first: str, last: str) -> list[str]:
    """All week labels from ``first`` to ``last``, both included; ``UsageError`` if they are swapped."""
    start, end = monday(first), monday(last)
    if end < start:
        raise UsageError(f"the range {first}:{last} runs backwards", fix="Swap the two weeks.")
    return [week_of(start + timedelta(weeks=i)) for i in range((end - start).days // 7 + 1)]


def parse_range(text: str) -> list[str]:
    """``2025-W09:2025-W24`` or a single week as a list of labels."""
    first, _, last = text.partition(":")
    return weeks_between(first, last or first)


def same_week_last_year(label: str) -> str:
    """Week w of the year before; for a week 53 that year lacks, the week that starts 364 days earlier."""
    year, week = int(label[:4]), int(label[-2:])
    try:
        return week_of(date.fromisocalendar(year - 1, week, 1))
    except ValueError:
        return shifted(label, -52)


def weeks_in_year(year: int) -> int:
    """52 or 53: the number of the week that contains 28 December."""
    return date(year, 12, 28).isocalendar().week


def weeks_so_far(label: str) -> list[str]:
    """The weeks of the ISO year up to and with a week; ``UsageError`` for a label that is no week."""
    return weeks_between(f"{label[:4]}-W01", week_of(monday(label)))


def pairs_of_years(label: str) -> list[tuple[str, str]]:
    """Like for like: each week so far with the week of the same number of the year before.

    A week 53 that the year before lacks has no partner: the week 364 days earlier belongs to its own year.
    """
    before = int(label[:4]) - 1
    numbers = ((week, int(week[-2:])) for week in weeks_so_far(label))
    return [(week, f"{before}-W{number:02d}") for week, number in numbers if number <= weeks_in_year(before)]
