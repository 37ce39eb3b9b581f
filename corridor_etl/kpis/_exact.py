"""Mean and quantiles of whole numbers, exact and rounded half to even; no floating point."""

from __future__ import annotations

from collections.abc import Sequence


def rounded_quotient(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` (positive) as the nearest whole number, halves to the even one."""
    quotient, rest = divmod(numerator, denominator)
    is_up = 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
    return quotient + is_up


def mean(values: Sequence[int]) -> int:
    """The rounded mean of at least one value."""
    return rounded_quotient(sum(values), len(values))


def quantile(values: Sequence[int], percent: int) -> int:
    """The rounded quantile of at least one value, interpolated linearly between neighbours."""
    ordered = sorted(values)
    below, hundredths = divmod((len(ordered) - 1) * percent, 100)
    above = min(below + 1, len(ordered) - 1)
    return rounded_quotient(ordered[below] * (100 - hundredths) + ordered[above] * hundredths, 100)


def median(values: Sequence[int]) -> int:
    """The rounded median of at least one value."""
    return quantile(values, 50)
