"""Check digits of containers, wagons and ships, against published numbers and against each other."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.quality.checks import containers, wagons
from corridor_etl.reference import container_number


def _judged(check: object, *values: str | None) -> list[bool | None]:
    return pl.DataFrame({"n": values}, schema={"n": pl.String}).select(check(pl.col("n")))["n"].to_list()


@pytest.mark.parametrize(
    ("number", "shape", "digit", "advised", "freight"),
    [
        ("CSQU3054383", True, True, True, True),
        ("MSKU9070323", True, True, True, True),
        ("BEAU5694302", True, True, True, True),
        ("YMLU2838640", True, True, False, True),
        ("TRLU3924710", True, True, False, True),
        ("PCIU9507070", True, True, False, True),
        ("TESI1120274", False, None, None, None),
        ("CSQU3054384", True, False, True, True),
        ("MSKJ9070326", True, True, True, False),
        ("msku9070323", False, None, None, None),
        ("MSKU90703234", False, None, None, None),
        ("MSKU９070323", False, None, None, None),
    ],
)
def test_published_numbers(
    number: str, shape: bool, digit: bool | None, advised: bool | None, freight: bool | None
) -> None:
    checks = (
        containers.has_shape,
        containers.has_check_digit,
        containers.is_advised_serial,
        containers.is_freight_container,
    )
    assert [_judged(check, number)[0] for check in checks] == [shape, digit, advised, freight]


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    st.integers(0, 999_999),
    st.integers(4, 9),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_noticed_unless_both_sums_print_zero(
    owner: str, serial: int, position: int, shift: int
) -> None:
    first_ten = f"{owner}U{serial:06d}"
    number = f"{first_ten}{container_number.check_digit(first_ten)}"
    wrong = number[:position] + str((int(number[position]) + shift) % 10) + number[position + 1 :]
    both_print_zero = {
        container_number.remainder(first_ten),
        container_number.remainder(wrong[:10]),
    } == {0, 10}
    assert _judged(containers.has_check_digit, number, wrong) == [True, both_print_zero]


def test_list_is_as_good_as_its_worst_number() -> None:
    lists = ["CSQU3054383 MSKU9070323", "CSQU3054383 MSKU9070324", "CSQU3054383", None]
    assert _judged(containers.all_valid, *lists) == [True, False, True, None]


@pytest.mark.parametrize("number", ["95236196", "95535399"])
def test_wagons_of_the_1520_network(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert _judged(wagons.has_check_digit_1520, number, wrong, "5230001") == [True, False, None]


@pytest.mark.parametrize("number", ["505126180015", "218124712173", "218015590845"])
def test_european_wagons(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert _judged(wagons.has_check_digit_uic, number, wrong, "95236196") == [True, False, None]


def test_ships() -> None:
    names = ["9227273", "IMO 9074729", "IMO9074728", "EVER BRIGHT", None]
    assert _judged(wagons.has_imo_check_digit, *names) == [True, True, False, None, None]


@pytest.mark.parametrize(
    ("node", "number", "fits"),
    [
        ("YIN", "5230001", True),
        ("YIN", "95236196", False),
        ("ALA", "95236196", True),
        ("ALA", "5230001", False),
        ("DUI", "505126180015", None),
        ("QQQ", "5230001", None),
        ("YIN", "N 4410", None),
    ],
)
def test_wagon_belongs_to_the_gauge_where_the_train_starts(node: str, number: str, fits: bool | None) -> None:
    row = pl.DataFrame({"number": [number], "node": [node]})
    assert row.select(wagons.fits_gauge(pl.col("number"), pl.col("node")))["number"].to_list() == [fits]
