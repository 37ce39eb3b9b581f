"""The normal range of a weekly figure: natural process limits, and where a value lies in it.

The limits are mean +- 2.66 x mean moving range of the weeks before (the constant of an individuals chart, for
moving ranges of two). What is said about a class belongs to ``wording``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

RangeClass = Literal["below", "low", "in line", "high", "above", "none"]

LIMIT_FACTOR = Decimal("2.66")
_THIRD = Decimal(3)


@dataclass(frozen=True)
class NormalRange:
    """Limits in the figure's own unit, their mean, and how many weeks they rest on."""

    low: Decimal
    high: Decimal
    mean: Decimal
    weeks: int


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
    if len(previous) < max(min_weeks, 2):
        return None
    mean = sum(previous, Decimal(0)) / len(previous)
    moves = [abs(b - a) for a, b in pairwise(previous)]
    width = LIMIT_FACTOR * sum(moves, Decimal(0)) / len(moves)
    low, high = mean - width, mean + width
    if floor is not None:
        low = max(low, floor)
    if ceiling is not None:
        high = min(high, ceiling)
    return NormalRange(low, high, mean, len(previous))


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
