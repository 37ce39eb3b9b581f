"""Whole trains and dangerous goods at their limits."""

from __future__ import annotations

import polars as pl
import pytest

from corridor_etl.quality.checks import dangerous, trains


def train_within(*boxes: tuple[float | None, float | None]) -> list[bool | None]:
    frame = pl.DataFrame(boxes, schema={"cargo": pl.Float64, "tare": pl.Float64}, orient="row").with_columns(
        key=pl.lit("T")
    )
    check = trains.train_is_within(pl.col("cargo"), pl.col("tare"), pl.col("key"), limit_t=50.0)
    return frame.select(v=check)["v"].to_list()


def test_a_train_weighs_at_most_its_limit() -> None:
    assert train_within((20_000.0, 5_000.0), (25_000.0, None)) == [True, True]
    assert train_within((20_000.0, 5_000.0), (25_000.001, None)) == [False, False]
    assert train_within((None, None), (None, None)) == [None, None]


def test_trains_are_weighed_apart() -> None:
    frame = pl.DataFrame({"cargo": [40_000.0, 40_000.0, 40_000.0], "key": ["A", "B", "B"]})
    check = trains.train_is_within(
        pl.col("cargo"), pl.lit(None, dtype=pl.Float64), pl.col("key"), limit_t=50.0
    )
    assert frame.select(v=check)["v"].to_list() == [True, False, False]


@pytest.mark.parametrize(
    ("wagons", "verdict"),
    [(["1", "2", "2"], True), (["1", "2", "3"], False), (["1", None, "2"], True), ([None], None)],
)
def test_a_train_has_at_most_so_many_different_wagons(wagons: list[str | None], verdict: bool | None) -> None:
    frame = pl.DataFrame({"wagon": wagons}, schema={"wagon": pl.String}).with_columns(key=pl.lit("T"))
    check = trains.train_is_short_enough(pl.col("wagon"), pl.col("key"), most_wagons=2)
    assert frame.select(v=check)["v"].to_list() == [verdict] * len(wagons)


@pytest.mark.parametrize(
    ("numbers", "classes", "verdict"),
    [
        ("2912", "7", True), ("1366 2912", "4.2 7", True), ("0012", "1.4S", True), ("2912", None, False), (None, "7", False),
        ("291", "7", False), ("29123", "7", False), ("UN2912", "7", False), ("2912", "10", False), ("2912 291", "7", False),
        (None, None, None),
    ],
)  # fmt: skip
def test_dangerous_goods_have_numbers_of_four_digits_and_classes(
    numbers: str | None, classes: str | None, verdict: bool | None
) -> None:
    row = pl.DataFrame({"un": [numbers], "imo": [classes]}, schema={"un": pl.String, "imo": pl.String})
    assert row.select(v=dangerous.is_declared_fully(pl.col("un"), pl.col("imo")))["v"].to_list() == [verdict]


@pytest.mark.parametrize(
    ("code", "load", "classes", "verdict"),
    [
        ("284410", "F", "7", True), ("284410", "F", "6.1 7", True), ("261210", "F", None, False), ("2844", "F", "8", False),
        ("284410", None, None, False), ("284410", "E", None, None), ("284510", "F", None, None), (None, "F", None, None),
    ],
)  # fmt: skip
def test_uranium_is_of_class_seven(
    code: str | None, load: str | None, classes: str | None, verdict: bool | None
) -> None:
    row = pl.DataFrame(
        {"hs": [code], "load": [load], "imo": [classes]},
        schema=dict.fromkeys(("hs", "load", "imo"), pl.String),
    )
    check = dangerous.uranium_is_radioactive(*(pl.col(c) for c in row.columns), headings=["2612", "2844"])
    assert row.select(v=check)["v"].to_list() == [verdict]
