"""Which earlier deliveries a delivery may be compared with, by the days of their rows and not by when they came.

Two deliveries are alike if they have sender, record kind, format, length and weekday in common; weeks of long holidays
are no measure for ordinary ones. What the comparison comes to is in ``comparison``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from corridor_etl.reference.calendar import week_of
from corridor_etl.reference.holidays import holidays_of_weeks

LAST = 8
"""How many comparable deliveries make a baseline."""
FEWEST = 4
"""With fewer nothing is judged."""
LAST_DAYS = 7 * LAST
FEWEST_VALUES = 5
"""A median of fewer values says nothing of their unit."""
FAR_FACTOR = 30
"""A delivery whose median is this many times off is no measure for the next ones, whatever a rule makes of it."""
_ONE_DAY, _ONE_WEEK = 2, 10


@dataclass(frozen=True)
class Line:
    """One delivery and record kind as profiled; ``owner`` is its sender, or its source where none claims it.

    ``columns``: name -> the values of its profile. ``ref`` tells the delivery from all others.
    """

    ref: str
    owner: str
    format: str
    record_kind: str
    rows: int
    first_on: date | None
    middle_on: date | None
    last_on: date | None
    columns: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @property
    def family(self) -> tuple[str, str]:
        """What deliveries share whose units and codes should be the same."""
        return self.owner, self.record_kind

    @cached_property
    def measured(self) -> Mapping[str, tuple[str | None, float]]:
        """Unit and median of each column whose median is of enough values to speak for their unit."""
        found = {name: (cells.get("median_unit"), median_in(cells)) for name, cells in self.columns.items()}
        return {name: (unit, median) for name, (unit, median) in found.items() if median is not None}

    @cached_property
    def series(self) -> tuple[str, str, str, str]:
        """What deliveries share that should be of one size and filled alike."""
        return self.owner, self.record_kind, self.format, self._length()

    def _length(self) -> str:
        if self.first_on is None or self.last_on is None or self.middle_on is None:
            return "undated"
        days = (self.last_on - self.first_on).days + 1
        if days <= _ONE_DAY:
            return f"weekday {self.middle_on.isoweekday()}"
        return "week" if days <= _ONE_WEEK else "longer"

    @cached_property
    def is_holiday(self) -> bool:
        """Whether the middle of the rows' days is in the week of a long holiday."""
        return self.middle_on is not None and week_of(self.middle_on) in holidays_of_weeks()


@dataclass(frozen=True)
class Comparables:
    """The earlier deliveries a line is compared with: in size and filling, in units, in codes."""

    alike: Sequence[Line] = ()
    recent: Sequence[Line] = ()
    known: Sequence[Line] = ()


def comparables(own: Iterable[Line], earlier: Iterable[Line]) -> Iterator[tuple[Line, Comparables]]:
    """Each of ``own`` with what it is compared with: ``earlier`` lines and own ones, of days before its own.

    The order of either does not matter. An own line that is far off (:data:`FAR_FACTOR`) is kept from the baselines of
    the others, so that a sender who changes a unit for good does not soon pass as usual.
    """
    accepted: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(earlier, key=_in_order):
        accepted.setdefault(line.family, []).append(line)
    for line in sorted(own, key=_in_order):
        found = _found(line, accepted.get(line.family, []))
        yield line, found
        if not is_far(line, found.recent):
            accepted.setdefault(line.family, []).append(line)


def _in_order(line: Line) -> tuple[date, str]:
    return line.middle_on or date.max, line.ref


def _found(line: Line, accepted: Sequence[Line]) -> Comparables:
    day = line.middle_on
    if day is None:
        return Comparables()
    known = sorted((o for o in accepted if o.middle_on is not None and o.middle_on < day), key=_in_order)
    ordinary = [o for o in known if not o.is_holiday]
    within = [o for o in ordinary if o.middle_on and o.middle_on >= day - timedelta(days=LAST_DAYS)]
    recent = within if len(within) >= LAST else ordinary[-LAST:]
    alike = [] if line.is_holiday else [o for o in ordinary if o.series == line.series]
    return Comparables(alike[-LAST:], recent, known)


def is_far(line: Line, recent: Sequence[Line]) -> bool:
    """Whether a median of the line is off by :data:`FAR_FACTOR` from those of the deliveries before."""
    for name, (unit, own) in line.measured.items():
        others = medians(recent, name, unit)
        if len(others) >= FEWEST:
            usual = sorted(others)[len(others) // 2]
            if abs(math.log(own / usual)) > math.log(FAR_FACTOR):
                return True
    return False


def unit_of(line: Line, column: str) -> str | None:
    """The unit most values of a column have in a delivery."""
    found: str | None = line.columns.get(column, {}).get("median_unit")
    return found


def median_of(line: Line, column: str) -> float | None:
    """The median of a column where it is of enough values to speak for their unit."""
    return line.measured.get(column, (None, None))[1]


def median_in(cells: Mapping[str, Any]) -> float | None:
    """The median in the profile of a column, where it is of enough values."""
    median: float | None = cells.get("median")
    return median if median and (cells.get("measured") or 0) >= FEWEST_VALUES else None


def medians(lines: Sequence[Line], column: str, unit: str | None) -> list[float]:
    """The medians of a column in those deliveries that state it in ``unit``."""
    found = (line.measured.get(column) for line in lines)
    return [measured[1] for measured in found if measured is not None and measured[0] == unit]
