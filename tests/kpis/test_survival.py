"""The Kaplan-Meier median against examples worked by hand, a slow definition, and the plain median."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.kpis import _survival

# Weeks in remission of 21 patients, a textbook's example: + is censored. Its survival falls to 0.448 at 23.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def steps(seen: list[tuple[int, bool]]) -> list[tuple[int, bool, int]]:
    """(duration, whether it is open, how many) from (duration, whether it ended)."""
    return [(duration, not ended, count) for (duration, ended), count in Counter(seen).items()]


def by_definition(seen: list[tuple[int, bool]]) -> int | None:
    survival = Fraction(1)
    for t in sorted({d for d, _ in seen}):
        at_risk = sum(d >= t for d, _ in seen)
        survival *= 1 - Fraction(sum(end for d, end in seen if d == t), at_risk)
        if survival <= Fraction(1, 2):
            return t
    return None


def test_a_textbooks_example() -> None:
    seen = [(int(word.rstrip("+")), not word.endswith("+")) for word in REMISSION.split()]
    assert _survival.median(steps(seen)) == 23


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(1, True), (2, True), (3, True), (4, True)], 2),
        ([(5, True)], 5),
        ([(5, False)], None),
        ([(1, True), (2, False), (3, False)], None),
        ([(1, False), (2, True), (3, True)], 2),
        ([], None),
    ],
)
def test_examples_worked_by_hand(seen: list[tuple[int, bool]], expected: int | None) -> None:
    assert _survival.median(steps(seen)) == expected


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=25))
def test_it_is_the_definition(seen: list[tuple[int, bool]]) -> None:
    assert _survival.median(steps(seen)) == by_definition(seen)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
def test_without_open_trips_it_is_the_lower_median(values: list[int]) -> None:
    assert _survival.median(steps([(v, True) for v in values])) == sorted(values)[(len(values) - 1) // 2]
