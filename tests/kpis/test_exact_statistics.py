"""Means and quantiles are exact and go to the even neighbour from the middle."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.kpis import _exact

values = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([1, 2], 2), ([2, 3], 2), ([1, 1, 2], 1), ([1, 2, 2], 2), ([-1, -2], -2), ([-2, -3], -2), ([7], 7)],
)
def test_the_mean_rounds_half_to_even(numbers: list[int], expected: int) -> None:
    assert _exact.mean(numbers) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"), [([0, 10, 20, 30, 100], 72), ([0, 5], 4), ([0, 15], 14), ([3], 3)]
)
def test_the_ninetieth_percentile_is_interpolated(numbers: list[int], expected: int) -> None:
    assert _exact.quantile(numbers, 90) == expected


@given(values)
def test_rounding_agrees_with_exact_fractions(numbers: list[int]) -> None:
    assert _exact.mean(numbers) == round(Fraction(sum(numbers), len(numbers)))


@given(values, st.sampled_from([50, 90]))
def test_quantiles_are_within_one_of_the_usual_definition(numbers: list[int], percent: int) -> None:
    assert abs(_exact.quantile(numbers, percent) - float(np.percentile(numbers, percent))) <= 0.51


@given(values)
def test_the_order_of_the_values_does_not_matter(numbers: list[int]) -> None:
    assert _exact.median(numbers) == _exact.median(numbers[::-1])
    assert min(numbers) <= _exact.median(numbers) <= _exact.quantile(numbers, 90) <= max(numbers)
