"""Codes and totals of declarations at their limits: terms, units, modes, currencies, invoices, charges, words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from corridor_etl.quality.checks import codes, customs, goods_words, invoices, times

ON = date(2025, 6, 10)


def judged(check: Callable[..., pl.Expr], *columns: list[Any], **thresholds: Any) -> list[bool | None]:
    """A check over columns; a column without any value is text."""
    frame = pl.DataFrame(
        {
            str(i): pl.Series(c, dtype=pl.String if not any(v is not None for v in c) else None)
            for i, c in enumerate(columns)
        }
    )
    return frame.select(v=check(*(pl.col(n) for n in frame.columns), **thresholds))["v"].to_list()


@pytest.mark.parametrize(
    ("code", "on", "verdict"),
    [
        ("CNY", ON, True), ("XXQ", ON, False), ("BGN", ON, True), ("BGN", date(2026, 1, 31), True),
        ("BGN", date(2026, 2, 1), False), ("HRK", ON, False), ("HRK", date(2022, 12, 31), True),
        ("HRK", None, False), (None, ON, None),
    ],
)  # fmt: skip
def test_a_currency_counts_until_the_end_of_the_month_it_went(
    code: str | None, on: date | None, verdict: bool | None
) -> None:
    row = pl.DataFrame({"code": [code], "on": [on]}, schema={"code": pl.String, "on": pl.Date})
    assert row.select(v=codes.is_currency(pl.col("code"), pl.col("on")))["v"].to_list() == [verdict]
    every = row.select(v=codes.are_currencies(pl.col("on"), pl.col("code"), pl.lit(None, dtype=pl.String)))
    assert every["v"].to_list() == [verdict]


@pytest.mark.parametrize(
    ("regime", "procedure", "before", "verdict"),
    [
        ("EAEU", "40", "00", True), ("EAEU", "80", None, True), ("EAEU", "41", "00", False),
        ("EAEU", "40", "99", False), ("EAEU", None, None, None), ("CN", "41", "99", None), ("AL", "41", None, None),
    ],
)  # fmt: skip
def test_procedures_are_the_union_s(
    regime: str, procedure: str | None, before: str | None, verdict: bool | None
) -> None:
    found = judged(customs.in_union_list, [regime], [procedure], [before], union_list="procedure")
    assert found == [verdict]


@pytest.mark.parametrize(
    ("regime", "unit", "shape", "known"),
    [
        ("EAEU", "166", True, True), ("EAEU", "796", True, True), ("EAEU", "999", True, False),
        ("EAEU", "KGM", False, None), ("EAEU", "16", False, None), ("EAEU", None, None, None), ("CN", "KGM", None, None),
    ],
)  # fmt: skip
def test_a_unit_of_the_union_has_three_digits_and_is_in_use(
    regime: str, unit: str | None, shape: bool | None, known: bool | None
) -> None:
    assert judged(customs.are_union_unit_codes, [regime], [unit]) == [shape]
    assert judged(customs.are_known_union_units, [regime], [unit]) == [known]


@pytest.mark.parametrize(
    ("mode", "train", "boxes", "verdict"),
    [
        ("3", "X9001", "B", True), ("2", "X9001", "B", False), ("2", None, "B", True), ("3", None, "B", True),
        ("4", None, "B", False), ("4", None, None, None), (None, "X9001", None, None),
    ],
)  # fmt: skip
def test_a_train_is_rail_and_a_box_alone_may_come_by_sea(
    mode: str | None, train: str | None, boxes: str | None, verdict: bool | None
) -> None:
    limits = {"regime": "CN", "rail_modes": ["3"], "port_modes": ["2"]}
    assert judged(customs.is_corridor_mode, [mode], [train], [boxes], ["CN"], **limits) == [verdict]
    assert judged(customs.is_corridor_mode, [mode], [train], [boxes], ["EAEU"], **limits) == [None]


def test_an_older_term_is_a_term_but_not_a_current_one() -> None:
    terms = ["FOB", "DAF", "ABC", None]
    assert judged(customs.is_delivery_term, terms, terms=["FOB", "DAF"]) == [True, True, False, None]
    assert judged(customs.is_current_term, terms, older_terms=["DAF"]) == [True, False, True, None]


def add_up(stated: float | None, *items: float | None, **cells: Any) -> list[bool | None]:
    rows = [
        {"total": i, "currency": "USD", "stated": stated, "in": "USD", "action": "insert", "no": "D", **cells}
        for i in items
    ]
    frame = pl.DataFrame(rows, schema_overrides={"total": pl.Float64, "stated": pl.Float64, "in": pl.String})
    check = invoices.items_add_up(*(pl.col(c) for c in frame.columns), share=0.005)
    return frame.select(v=check)["v"].to_list()


def test_items_add_up_to_the_invoice_exactly_at_the_limit_and_not_beyond() -> None:
    assert add_up(1000.0, 600.0, 405.0) == [True, True]
    assert add_up(1000.0, 600.0, 395.0) == [True, True]
    assert add_up(1000.0, 600.0, 405.01) == [False, False]
    assert add_up(1000.0, 600.0, 394.99) == [False, False]


def test_items_are_not_added_up_where_they_cannot_be_compared() -> None:
    assert add_up(None, 600.0) == [None]
    assert add_up(0.0, 600.0) == [None]
    assert add_up(1000.0, 600.0, None) == [None, None]
    assert add_up(1000.0, 600.0, currency="EUR") == [None]
    assert add_up(1000.0, 600.0, action="patch") == [None]
    assert add_up(600.0, 600.0, **{"in": None}) == [True]


def charged(**cells: Any) -> bool | None:
    row = {
        "total": 1000.0, "currency": "USD", "kg": 2000.0, "on": ON, "freight": None, "freight_mark": None,
        "freight_in": "USD", "insurance": None, "insurance_mark": None, "insurance_in": "USD", "no": "D", **cells,
    }  # fmt: skip
    numbers = {"freight": pl.Float64, "insurance": pl.Float64, "freight_mark": pl.String, "insurance_mark": pl.String,
               "freight_in": pl.String}  # fmt: skip
    frame = pl.DataFrame([row], schema_overrides=numbers)
    check = invoices.charges_are_plausible(
        *(pl.col(c) for c in frame.columns), most_share=0.3, max_age_days=7
    )
    return frame.select(v=check)["v"][0]


@pytest.mark.parametrize(
    ("freight", "mark", "verdict"),
    [
        (300.0, "3", True), (300.01, "3", False), (30.0, "1", True), (30.1, "1", False), (150.0, "2", True),
        (150.1, "2", False), (300.0, "4", None), (300.0, None, None), (0.0, "3", None), (None, "3", None),
    ],
)  # fmt: skip
def test_a_charge_is_at_most_a_share_of_the_goods_by_its_mark(
    freight: float | None, mark: str | None, verdict: bool | None
) -> None:
    assert charged(freight=freight, freight_mark=mark) is verdict


def test_freight_and_insurance_count_together() -> None:
    both = {"freight": 200.0, "freight_mark": "3", "insurance_mark": "1"}
    assert charged(**both, insurance=10.0) is True
    assert charged(**both, insurance=10.1) is False


def test_a_rate_needs_no_currency_and_an_amount_does() -> None:
    assert charged(freight=31.0, freight_mark="1", freight_in=None) is False
    assert charged(freight=310.0, freight_mark="3", freight_in=None) is None
    assert charged(freight=310.0, freight_mark="3", currency="XXQ") is None
    assert charged(freight=310.0, freight_mark="3", total=0.0) is None


@pytest.mark.parametrize(
    ("name", "code", "verdict"),
    [
        ("LED LAMPS", "9405419000", True), ("led lamps", "8508110000", False), ("lamprey, frozen", "0301990000", None),
        ("светильники потолочные", "9405110000", True), ("Зонты складные", "9503006000", False),
        ("LED灯具", "9405419000", True), ("吸尘器", "9405419000", False), ("toy umbrella", "9503006000", True),
        ("toy umbrella", "6601990000", True), ("toy umbrella", "8508110000", False), ("tableware", "9405419000", None),
        (None, "9405419000", None), ("lamps", None, None),
    ],
)  # fmt: skip
def test_goods_are_under_a_heading_of_the_words_they_are_called_by(
    name: str | None, code: str | None, verdict: bool | None
) -> None:
    assert judged(goods_words.words_fit_heading, [name], [code]) == [verdict]


def test_dates_and_instants_are_held_against_the_same_day() -> None:
    from datetime import UTC, datetime

    days = [date(2013, 1, 1), date(2012, 12, 31), None]
    instants = [datetime(2013, 1, 1, tzinfo=UTC), None, datetime(1970, 1, 1, tzinfo=UTC)]
    frame = pl.DataFrame({"day": days, "at": instants})
    check = times.are_not_before(pl.col("day"), pl.col("at"), earliest_on="2013-01-01")
    assert frame.select(v=check)["v"].to_list() == [True, False, False]


def test_unknown_ports_are_noticed_in_countries_whose_list_is_complete() -> None:
    first, second = ["CNNBG", "CNNBG", "BRQQQ", "NGB", None], ["KZALA", "KZQQQ", None, None, None]
    assert judged(codes.are_places, first, second) == [True, False, None, None, None]
