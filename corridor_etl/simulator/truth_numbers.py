"""Small arithmetic of the truth: whole seconds, exact quantiles and ratios, and rows out of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import isqrt
from typing import Any

Table = list[dict[str, Any]]
Sums = dict[tuple[str, ...], dict[str, int]]


def table(names: Sequence[str], groups: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Table:
    """Rows sorted by their key, whose parts are called ``names``."""
    return [{**dict(zip(names, key, strict=True)), **groups[key]} for key in sorted(groups)]


def seconds(start: datetime, end: datetime) -> int:
    """Whole seconds from one instant to another."""
    return round((end - start).total_seconds())


def quantile(values: Sequence[int], share: Fraction) -> int:
    """A quantile of sorted values by linear interpolation, rounded half to even."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return round(values[low] + (values[high] - values[low]) * (place - low))


def ppm(part: int, whole: int) -> int | None:
    """``part`` of ``whole`` in millionths, rounded half to even; None of nothing."""
    return round(Fraction(part * 1_000_000, whole)) if whole > 0 else None


def spread(values: Sequence[int], fewest: int) -> dict[str, int | None]:
    """Sum, mean, median, P90 (from ``fewest`` values on), least, most and variation of sorted seconds."""
    count, total = len(values), sum(values)
    squares = sum((count * v - total) ** 2 for v in values)
    return {
        "sum_s": total,
        "mean_s": round(Fraction(total, count)),
        "median_s": quantile(values, Fraction(1, 2)),
        "p90_s": quantile(values, Fraction(9, 10)) if count >= fewest else None,
        "min_s": values[0],
        "max_s": values[-1],
        "cv_ppm": isqrt(squares * 10**12 // count) // total if count > 1 and total else None,
    }
