"""A rate counts on its own day and on as many days after it as are permitted."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from corridor_etl.quality.checks.values import latest_rate

BEFORE_GAP, AFTER_GAP = date(2024, 1, 17), date(2024, 1, 20)


def known(code: str, first: date, days: int, max_age_days: int) -> list[bool]:
    asked = pl.DataFrame({"code": [code] * days, "on": [first + timedelta(days=i) for i in range(days)]})
    found = asked.select(latest_rate(pl.col("code"), pl.col("on"), max_age_days)).to_series()
    return found.is_not_null().to_list()


@pytest.mark.parametrize(
    ("max_age_days", "expected"), [(1, [True, True, False, True]), (2, [True, True, True, True])]
)
def test_days_without_a_rate_take_the_one_before(max_age_days: int, expected: list[bool]) -> None:
    assert known("EUR", BEFORE_GAP, 4, max_age_days) == expected


def test_the_last_rate_ages_too() -> None:
    assert known("EUR", date(2025, 7, 27), 4, 2) == [True, True, True, False]


def test_unknown_currencies_and_empty_cells_have_none() -> None:
    assert known("XXX", BEFORE_GAP, 1, 7) == [False]
    asked = pl.DataFrame(
        {"code": ["EUR", None], "on": [None, BEFORE_GAP]}, schema={"code": pl.String, "on": pl.Date}
    )
    assert asked.select(latest_rate(pl.col("code"), pl.col("on"), 7)).to_series().null_count() == 2


def test_a_dollar_is_a_dollar() -> None:
    asked = pl.DataFrame({"code": ["USD"], "on": [BEFORE_GAP]})
    assert asked.select(latest_rate(pl.col("code"), pl.col("on"), 7)).item() == 1.0
