"""The normal range of a weekly figure: natural process limits, and where a value lies in it.

The limits are centre +- 2.66 x mean moving range of the weeks before (the constant of an individuals chart, for moving
ranges of two). The centre is their mean; where they have a trend, the line through them, carried on by a week, and the
moving ranges are those about the line; where growth is by a factor, the same on a log scale. A line counts only if the
weeks before lie within its limits themselves: a step up is no trend. What is said about a class belongs to ``wording``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from statistics import median
from typing import Literal

RangeClass = Literal["below", "low", "in line", "high", "above", "none"]
Basis = Literal["level", "trend", "log trend"]

LIMIT_FACTOR = Decimal("2.66")
_THIRD = Decimal(3)
_CHI_SQUARED_1_PCT = Decimal("6.635")  # a trend that chance shows in one of a hundred series without one


@dataclass(frozen=True)
class NormalRange:
    """Limits in the figure's own unit, their centre, how many weeks they rest on, and what the centre is."""

    low: Decimal
    high: Decimal
    mean: Decimal
    weeks: int
    basis: Basis = "level"


@dataclass(frozen=True)
class _Line:
    """A straight line through values numbered from 0, and the half width of the limits about it."""

    start: Decimal
    slope: Decimal
    width: Decimal

    def at(self, place: int) -> Decimal:
        return self.start + self.slope * place

    def holds(self, values: Sequence[Decimal]) -> bool:
        """Whether the values it was laid through lie within its own limits."""
        return all(abs(v - self.at(place)) <= self.width for place, v in enumerate(values))


def normal_range(
    previous: Sequence[Decimal],
    *,
    min_weeks: int,
    floor: Decimal | None = Decimal(0),
    ceiling: Decimal | None = None,
) -> NormalRange | None:
    """The range of the values of the weeks before, oldest first; None with fewer than ``min_weeks`` of them.

    ``floor`` and ``ceiling`` cut limits no value can pass: a count below zero, a share above 100.
    """
    count = len(previous)
    if count < max(min_weeks, 2):
        return None
    low, centre, high, basis = _limits(previous)
    low, centre, high = (_cut(value, floor, ceiling) for value in (low, centre, high))
    return NormalRange(low, high, centre, count, basis)


def _cut(value: Decimal, floor: Decimal | None, ceiling: Decimal | None) -> Decimal:
    value = value if floor is None else max(value, floor)
    return value if ceiling is None else min(value, ceiling)


def _limits(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal, Basis]:
    """(low, centre, high, basis) of the week that follows."""
    count = len(values)
    if has_trend(values):
        line = _line(values)
        if line.holds(values):
            centre = line.at(count)
            return centre - line.width, centre, centre + line.width, "trend"
        if min(values) > 0:
            logs = [v.ln() for v in values]
            line = _line(logs)
            if line.holds(logs):
                centre = line.at(count)
                return (centre - line.width).exp(), centre.exp(), (centre + line.width).exp(), "log trend"
    centre, width = sum(values, Decimal(0)) / count, _width(values)
    return centre - width, centre, centre + width, "level"


def has_trend(values: Sequence[Decimal]) -> bool:
    """Whether later values are higher (or lower) than earlier ones more often than chance: Mann-Kendall at 1 %."""
    count = len(values)
    score = sum((b > a) - (b < a) for a, b in combinations(values, 2))
    ties = [list(values).count(v) for v in set(values)]
    spread = count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    return spread > 0 and max(abs(score) - 1, 0) ** 2 * 18 > _CHI_SQUARED_1_PCT * spread


def _line(values: Sequence[Decimal]) -> _Line:
    """The Theil-Sen line: the median of the slopes between any two values, and of what is left."""
    slopes = ((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2))
    slope = median(slopes)
    start = median(v - slope * place for place, v in enumerate(values))
    return _Line(start, slope, _width([v - slope * place for place, v in enumerate(values)]))


def _width(values: Sequence[Decimal]) -> Decimal:
    moves = [abs(b - a) for a, b in pairwise(values)]
    return LIMIT_FACTOR * sum(moves, Decimal(0)) / len(moves)


def classify(value: Decimal | None, normal: NormalRange | None) -> RangeClass:
    """Outside the range: ``below`` or ``above``; in its outer thirds: ``low`` or ``high``; else ``in line``."""
    if value is None or normal is None:
        return "none"
    if value < normal.low:
        return "below"
    if value > normal.high:
        return "above"
    third = (normal.high - normal.low) / _THIRD
    if third and value < normal.low + third:
        return "low"
    if third and value > normal.high - third:
        return "high"
    return "in line"
