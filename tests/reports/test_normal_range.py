"""Natural process limits and the class of a value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.reports.range import NormalRange, classify, normal_range

VALUES = st.lists(st.decimals(0, 10_000, places=2), min_size=12, max_size=40)


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(v) for v in values]


def test_limits_are_mean_and_moving_range_times_the_constant() -> None:
    found = normal_range(numbers(10, 12, 10, 12), min_weeks=4)
    assert found == NormalRange(Decimal("5.68"), Decimal("16.32"), Decimal(11), 4)


def test_too_few_weeks_give_no_range() -> None:
    assert normal_range(numbers(10, 12, 10), min_weeks=4) is None


def test_a_count_has_no_limit_below_zero_and_a_share_none_above_a_hundred() -> None:
    found = normal_range(numbers(0, 100, 0, 100), min_weeks=4, ceiling=Decimal(100))
    assert found is not None
    assert (found.low, found.high) == (0, 100)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (9, "below"),
        (10, "low"),
        (19, "low"),
        (20, "in line"),
        (30, "in line"),
        (31, "high"),
        (40, "high"),
        (41, "above"),
    ],
)
def test_classes_are_the_outside_and_the_thirds(value: int, expected: str) -> None:
    assert classify(Decimal(value), NormalRange(Decimal(10), Decimal(40), Decimal(25), 26)) == expected


def test_no_value_and_no_range_have_no_class() -> None:
    assert classify(None, NormalRange(Decimal(1), Decimal(2), Decimal(1), 26)) == "none"
    assert classify(Decimal(1), None) == "none"


def test_a_constant_series_calls_its_value_in_line_and_any_other_outside() -> None:
    flat = normal_range(numbers(*[7] * 12), min_weeks=12)
    assert [classify(Decimal(v), flat) for v in (6, 7, 8)] == ["below", "in line", "above"]


@given(VALUES)
def test_the_mean_lies_inside_and_limits_are_ordered(values: list[Decimal]) -> None:
    found = normal_range(values, min_weeks=12)
    assert found is not None
    assert 0 <= found.low <= found.mean <= found.high


@given(VALUES, st.decimals(1, 1000, places=0))
def test_adding_a_constant_moves_the_range_with_it(values: list[Decimal], more: Decimal) -> None:
    one = normal_range(values, min_weeks=12, floor=None)
    other = normal_range([v + more for v in values], min_weeks=12, floor=None)
    assert one is not None
    assert other is not None
    assert abs(other.high - one.high - more) < Decimal("1e-15")
    assert abs(other.low - one.low - more) < Decimal("1e-15")
