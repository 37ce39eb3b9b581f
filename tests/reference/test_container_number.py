"""ISO 6346: worked numbers, the remainder 10, and the column form equal to the single form."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.reference import container_number as number

VALID = "CSQU3054383 MSKU9070323 BEAU5694302 YMLU2838640 TRLU3924710 PCIU9507070".split()
SERIALS = st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True)


@pytest.mark.parametrize("text", VALID)
def test_known_numbers_are_valid(text: str) -> None:
    assert number.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "TESI1120274",
        "CSQU3054384",
        "CSQU305438",
        "csqu3054383",
        "CSQU3054383\n",
        "МSKU9070323",
        "CSQU30543٨3",
        "",
    ],
)
def test_wrong_shape_digit_script_or_ending_is_invalid(text: str) -> None:
    assert not number.is_valid(text)


@pytest.mark.parametrize("text", ["YMLU283864", "TRLU392471", "PCIU950707"])
def test_remainder_ten_prints_as_zero(text: str) -> None:
    assert number.remainder(text) == 10
    assert number.check_digit(text) == 0


def test_zero_and_ten_cannot_be_told_apart() -> None:
    assert number.is_valid("TGHU1000050")
    assert number.is_valid("TGHU1050050")


@given(st.lists(st.one_of(SERIALS, st.text(max_size=12), st.none()), max_size=20), st.integers(0, 9))
def test_the_column_form_equals_the_single_form(serials: list[str | None], digit: int) -> None:
    texts = [None if s is None else f"{s}{digit}" for s in serials]
    frame = pl.DataFrame({"n": texts}, schema={"n": pl.String})
    result = frame.select(number.is_valid_expr(pl.col("n")))["n"].to_list()
    assert result == [None if t is None else number.is_valid(t) for t in texts]


@given(SERIALS)
def test_a_number_with_its_own_check_digit_is_valid(serial: str) -> None:
    assert number.is_valid(f"{serial}{number.check_digit(serial)}")


@pytest.mark.parametrize("text", ["csqu 305438-3", "CSQU/305438.3", " CSQU3054383 "])
def test_the_normal_form_drops_what_people_type_between(text: str) -> None:
    assert number.normalised(text) == "CSQU3054383"
    frame = pl.DataFrame({"n": [text]}).select(number.normalised_expr(pl.col("n")))
    assert frame["n"].to_list() == ["CSQU3054383"]
