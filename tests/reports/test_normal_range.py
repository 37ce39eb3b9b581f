"""Natural process limits and the class of a value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corridor_etl.reports.range import NormalRange, classify, has_trend, normal_range

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
    assume("log trend" not in (one.basis, other.basis))
    assert abs(other.high - one.high - more) < Decimal("1e-15")
    assert abs(other.low - one.low - more) < Decimal("1e-15")


WOBBLE = (0, 3, -2, 1, -3, 2)


def wobbling(weeks: int, per_week: int = 0, start: int = 100) -> list[Decimal]:
    return numbers(*(start + per_week * week + WOBBLE[week % 6] for week in range(weeks)))


def test_a_trend_is_carried_on_by_one_week_and_its_growth_is_no_spread() -> None:
    found = normal_range(wobbling(24, per_week=10), min_weeks=12)
    flat = normal_range(wobbling(24), min_weeks=12)
    assert found is not None
    assert flat is not None
    assert (found.basis, flat.basis) == ("trend", "level")
    assert abs(found.mean - 340) < 3
    assert abs((found.high - found.low) - (flat.high - flat.low)) < 3
    assert [classify(Decimal(v), found) for v in (300, 340, 380)] == ["below", "in line", "above"]


def test_a_line_without_noise_has_itself_as_its_range() -> None:
    found = normal_range(numbers(*range(10, 34, 2)), min_weeks=12)
    assert found == NormalRange(Decimal(34), Decimal(34), Decimal(34), 12, "trend")


def test_growth_by_a_factor_is_a_line_on_a_log_scale() -> None:
    noise = [Decimal(n) / 100 for n in (100, 103, 98, 101, 97, 102)]
    values = [100 * Decimal("1.15") ** week * noise[week % 6] for week in range(24)]
    found = normal_range(values, min_weeks=12)
    assert found is not None
    assert found.basis == "log trend"
    assert abs(found.mean / (100 * Decimal("1.15") ** 24) - 1) < Decimal("0.05")
    assert found.high / found.mean == pytest.approx(found.mean / found.low)


def test_a_step_up_is_no_trend_that_goes_on() -> None:
    stepped = [v + (200 if week >= 12 else 0) for week, v in enumerate(wobbling(24))]
    found = normal_range(stepped, min_weeks=12)
    assert has_trend(stepped)
    assert found is not None
    assert found.basis == "level"


def test_a_falling_count_has_its_centre_within_what_is_possible() -> None:
    found = normal_range(numbers(*range(46, 0, -4)), min_weeks=12)
    assert found is not None
    assert found.low == found.mean == 0


@pytest.mark.parametrize(
    ("values", "expected"), [([1] * 20, False), ([1, 2] * 10, False), (list(range(12)), True)]
)
def test_a_trend_is_more_than_chance(values: list[int], expected: bool) -> None:
    assert has_trend(numbers(*values)) is expected
