"""Numbers of stations, trains, firms and boxes: published ones, their neighbours, and the laws of check digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from corridor_etl.quality.checks import containers, numbers

UNHURRIED = hypothesis_settings(deadline=None, max_examples=40)
STATIONS = ("707701", "708507", "663404")


def judged(
    check: Callable[..., pl.Expr], *columns: Sequence[object], **thresholds: object
) -> list[bool | None]:
    """A check over columns of the same length; a column without a value is text."""
    types = [pl.Boolean if any(isinstance(v, bool) for v in c) else pl.String for c in columns]
    frame = pl.DataFrame(
        {str(i): pl.Series(c, dtype=t) for i, (c, t) in enumerate(zip(columns, types, strict=True))}
    )
    return frame.select(v=check(*(pl.col(n) for n in frame.columns), **thresholds))["v"].to_list()


@pytest.mark.parametrize("station", STATIONS)
def test_published_stations_and_their_neighbours(station: str) -> None:
    wrong = station[:-1] + str((int(station[-1]) + 1) % 10)
    assert judged(numbers.has_station_check_digit, [station, wrong]) == [True, False]


def test_a_name_a_short_number_and_an_empty_cell_are_no_station_numbers() -> None:
    assert judged(numbers.has_station_check_digit, ["Алтынколь", "2", "70770", "7077011", None]) == [None] * 5


def test_one_wrong_station_of_two_is_enough_and_none_is_not_judged() -> None:
    first, second = ["707701", "707701", "Достык", None], ["708508", "Алматы", "Алматы", None]
    assert judged(numbers.are_stations, first, second) == [False, True, None, None]


def station_number(first_five: str) -> str:
    """The number of a station by the rule in words: weigh, weigh again from 3 if 10, then 0."""
    for start in (1, 3):
        remainder = sum(int(d) * (start + i) for i, d in enumerate(first_five)) % 11
        if remainder < 10:
            return f"{first_five}{remainder}"
    return f"{first_five}0"


@UNHURRIED
@given(st.integers(0, 99_999))
def test_of_ten_last_digits_exactly_one_is_a_station_s(number: int) -> None:
    candidates = [f"{number:05d}{d}" for d in range(10)]
    verdicts = judged(numbers.has_station_check_digit, candidates)
    assert verdicts == [c == station_number(f"{number:05d}") for c in candidates]


@pytest.mark.parametrize(
    ("index", "verdict"),
    [
        ("7077-123-6634", True), ("7077-1-6634", True), ("7077-1234-6634", False), ("7077--6634", False),
        ("707-123-6634", False), ("7077-123-66341", False), ("2-535-10", False), (None, None),
    ],
)  # fmt: skip
def test_a_train_index_is_four_up_to_three_and_four_digits(index: str | None, verdict: bool | None) -> None:
    assert judged(numbers.is_train_index, [index]) == [verdict]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("91350100M000100Y43", True), ("91350100M000100Y44", False), ("91350100M000100Y4", False),
        ("91350100M000100Y433", False), ("9135010OM000100Y43", False), ("I1350100M000100Y43", False), ("", False),
        (None, None),
    ],
)  # fmt: skip
def test_a_credit_code_has_eighteen_characters_and_its_check(code: str | None, verdict: bool | None) -> None:
    assert judged(numbers.is_credit_code, [code]) == [verdict]


@UNHURRIED
@given(st.text(numbers.USCC_CHARACTERS, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_of_a_credit_code_is_always_noticed(body: str, at: int, shift: int) -> None:
    candidates = [body + c for c in numbers.USCC_CHARACTERS]
    right = [
        c
        for c, is_right in zip(candidates, judged(numbers.is_credit_code, candidates), strict=True)
        if is_right
    ]
    assert len(right) == 1
    other = numbers.USCC_CHARACTERS[(numbers.USCC_CHARACTERS.index(body[at]) + shift) % 31]
    assert judged(numbers.is_credit_code, [body[:at] + other + body[at + 1 :] + right[0][-1]]) == [False]


def kazakh_check_digit(first_eleven: str) -> int:
    """By the decree: weights 1 to 11; where that gives 10, weights 3 to 11, 1, 2; 10 again is never given."""
    once = sum(int(d) * (i + 1) for i, d in enumerate(first_eleven)) % 11
    again = sum(int(d) * ((i + 2) % 11 + 1) for i, d in enumerate(first_eleven)) % 11
    return once if once < 10 else again


@UNHURRIED
@given(st.integers(0, 10**11 - 1))
def test_a_bin_has_one_check_digit_or_none(number: int) -> None:
    first_eleven = f"{number:011d}"
    verdicts = judged(numbers.is_bin_iin, [f"{first_eleven}{d}" for d in range(10)])
    wanted = kazakh_check_digit(first_eleven)
    assert verdicts == [d == wanted for d in range(10)]


@pytest.mark.parametrize("number", ["12345678901", "1234567890123", "12345678901A", ""])
def test_a_bin_has_twelve_digits(number: str) -> None:
    assert judged(numbers.is_bin_iin, [number]) == [False]


def test_one_wrong_firm_of_several_is_enough_and_none_is_not_judged() -> None:
    right, wrong = "91350100M000100Y43", "91350100M000100Y44"
    assert judged(numbers.are_credit_codes, [right, right, None, None], [None, wrong, wrong, None]) == [
        True, False, False, None,
    ]  # fmt: skip


def test_an_owner_is_known_by_three_letters_and_without_a_list_nothing_is_judged() -> None:
    boxes = ["MSKU9070323", "MSKJ9070326", "QQQU1234560", "12345678", None]
    for prefixes in (["MSK"], ["MSKU"]):
        verdicts = judged(containers.has_known_owner, boxes, owner_prefixes=prefixes)
        assert verdicts == [True, True, False, None, None]
    assert judged(containers.has_known_owner, boxes, owner_prefixes=[]) == [None] * 5


@pytest.mark.parametrize(
    ("number", "is_marked", "shape", "digit", "marked_rightly"),
    [
        ("12345678", True, None, None, True),
        ("12345678", None, False, None, False),
        ("12345678", False, False, None, False),
        ("1234567", None, False, None, None),
        ("SHIPPER1", True, None, None, True),
        ("MSKU9070323", True, None, None, False),
        ("MSKU9070323", None, True, True, None),
        ("MSKU9070324", False, True, False, None),
    ],
)
def test_a_marked_box_is_judged_by_its_mark_alone(
    number: str, is_marked: bool | None, shape: bool | None, digit: bool | None, marked_rightly: bool | None
) -> None:
    row = pl.DataFrame({"number": [number], "mark": pl.Series([is_marked], dtype=pl.Boolean)})
    checks = (containers.has_shape, containers.has_check_digit, containers.is_marked_rightly)
    verdicts = [row.select(v=check(pl.col("number"), pl.col("mark")))["v"][0] for check in checks]
    assert verdicts == [shape, digit, marked_rightly]
