"""The Kaplan-Meier median of durations of which some are still open, exact: fractions of whole numbers, no floats."""

from __future__ import annotations

from collections.abc import Iterable


def median(times: Iterable[tuple[int, bool, int]]) -> int | None:
    """The least duration by which at least half have ended; None where fewer than half are known to have.

    ``times``: (duration, whether it is still open, how many), each pair once. Who is open at a duration was at risk at
    it.
    """
    ordered = sorted(times)
    at_risk = sum(count for _, _, count in ordered)
    # The product of survival shares telescopes as long as nobody leaves without an end.
    top, bottom, since = 1, 1, at_risk
    for duration, is_open, count in ordered:
        left = at_risk - count
        if is_open:
            top, bottom, since = top * at_risk, bottom * since, left
        elif 2 * top * left <= bottom * since:
            return duration
        at_risk = left
    return None
