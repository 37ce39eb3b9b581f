"""Means and quantiles are exact and go to the even neighbour from the middle."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.kpis import _durations, _exact


def of(expression: pl.Expr, numbers: list[int]) -> int:
    return int(pl.DataFrame({"x": [None, *numbers]}, schema={"x": pl.Int64}).select(expression).item())


def mean(numbers: list[int]) -> int:
    return of(_exact.mean("x"), numbers)


def quantile(numbers: list[int], percent: int) -> int:
    return of(_exact.quantile("x", percent), numbers)


def median(numbers: list[int]) -> int:
    return of(_exact.median("x"), numbers)


values = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([1, 2], 2), ([2, 3], 2), ([1, 1, 2], 1), ([1, 2, 2], 2), ([-1, -2], -2), ([-2, -3], -2), ([7], 7)],
)
def test_the_mean_rounds_half_to_even(numbers: list[int], expected: int) -> None:
    assert mean(numbers) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"), [([0, 10, 20, 30, 100], 72), ([0, 5], 4), ([0, 15], 14), ([3], 3)]
)
def test_the_ninetieth_percentile_is_interpolated(numbers: list[int], expected: int) -> None:
    assert quantile(numbers, 90) == expected


@given(values)
def test_rounding_agrees_with_exact_fractions(numbers: list[int]) -> None:
    assert mean(numbers) == round(Fraction(sum(numbers), len(numbers)))


@given(values, st.sampled_from([50, 90]))
def test_quantiles_are_within_one_of_the_usual_definition(numbers: list[int], percent: int) -> None:
    assert abs(quantile(numbers, percent) - float(np.percentile(numbers, percent))) <= 0.51


@given(values)
def test_the_order_of_the_values_does_not_matter(numbers: list[int]) -> None:
    assert median(numbers) == median(numbers[::-1])
    assert min(numbers) <= median(numbers) <= quantile(numbers, 90) <= max(numbers)


def test_of_no_values_there_is_no_statistic() -> None:
    nothing = pl.DataFrame({"x": [None]}, schema={"x": pl.Int64})
    found = nothing.select(_exact.mean("x").alias("mean"), _exact.median("x").alias("median"))
    assert found.rows() == [(None, None)]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30).filter(any))
def test_the_coefficient_of_variation_is_the_textbooks(numbers: list[int]) -> None:
    found = _durations.cv_ppm(len(numbers), sum(numbers), sum(n * n for n in numbers))
    assert found is not None
    assert abs(found - float(np.std(numbers) / np.mean(numbers)) * 1e6) <= 1.01


def test_one_duration_or_only_zeros_have_no_variation() -> None:
    assert _durations.cv_ppm(1, 7, 49) is None
    assert _durations.cv_ppm(3, 0, 0) is None
