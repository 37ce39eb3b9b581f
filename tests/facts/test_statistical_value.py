"""Exports count free on board and imports with freight and insurance, whatever the terms of the sale."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from corridor_etl.facts.trade_lines import trade_lines
from corridor_etl.reference.currency import converted
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, frame, item

CHARGES = {
    "freight_amount": Decimal(100), "freight_mark": "3", "freight_currency": "CNY",
    "insurance_amount": Decimal(10), "insurance_mark": "3", "insurance_currency": "CNY",
}  # fmt: skip


def lines(settings: Settings, *rows: Row) -> list[Row]:
    return trade_lines(frame("declaration_item", rows), settings).to_dicts()


def value(settings: Settings, **overrides: Any) -> tuple[Decimal, str]:
    (found,) = lines(settings, item(**{"currency": "CNY", "total_price": Decimal(1000), **overrides}))
    assert found["value_cny"] == 1000, "the declared price stays beside it"
    return found["stat_value_cny"], found["stat_value_basis"]


@pytest.mark.parametrize(
    ("flag", "terms", "expected"),
    [
        ("E", "1", 890), ("E", "2", 900), ("E", "3", 1000), ("E", "4", 990), ("E", "7", 1000),
        ("I", "1", 1000), ("I", "2", 1010), ("I", "3", 1110), ("I", "4", 1100), ("I", "7", 1110),
    ],
)  # fmt: skip
def test_charges_the_price_holds_come_off_exports_and_those_it_lacks_come_to_imports(
    settings: Settings, flag: str, terms: str, expected: int
) -> None:
    found = value(settings, ie_flag=flag, transaction_mode=terms, **CHARGES)
    assert found == (expected, "FOB" if flag == "E" else "CIF")


@pytest.mark.parametrize(
    ("mark", "amount", "expected"),
    [("1", "2.5", "975"), ("2", "40", "900"), ("3", "40", "960"), ("2", "0", "1000"), (None, "0", "1000")],
)
def test_a_charge_is_a_per_cent_of_the_price_an_amount_per_tonne_or_an_amount(
    settings: Settings, mark: str | None, amount: str, expected: str
) -> None:
    freight = {"freight_amount": Decimal(amount), "freight_mark": mark, "freight_currency": "CNY"}
    found = value(settings, transaction_mode="2", gross_kg=Decimal(2500), **freight)
    assert found == (Decimal(expected), "FOB")


@pytest.mark.parametrize(
    "gap",
    [
        {"transaction_mode": None}, {"transaction_mode": "5"}, {"freight_amount": None}, {"freight_mark": None},
        {"freight_mark": "9"}, {"freight_currency": None}, {"freight_currency": "AUD"},
        {"freight_mark": "2", "gross_kg": None}, {"insurance_amount": None},
    ],
)  # fmt: skip
def test_where_a_charge_or_the_terms_are_not_known_the_declared_price_stays_and_says_so(
    settings: Settings, gap: Row
) -> None:
    assert value(settings, **{"transaction_mode": "1", **CHARGES, **gap}) == (1000, "AS_DECLARED")


def test_a_charge_that_is_not_needed_may_be_missing(settings: Settings) -> None:
    assert value(settings, transaction_mode="2", **{**CHARGES, "insurance_amount": None}) == (900, "FOB")
    assert value(settings, transaction_mode="3") == (1000, "FOB")


@pytest.mark.parametrize(("amount", "expected"), [("50", 1050), ("-50", 950)])
def test_other_charges_are_added_with_their_sign(settings: Settings, amount: str, expected: int) -> None:
    other = {"other_amount": Decimal(amount), "other_mark": "3", "other_currency": "CNY"}
    assert value(settings, transaction_mode="3", **other) == (expected, "FOB")
    assert value(settings, transaction_mode="1", ie_flag="I", **other) == (expected, "CIF")


def test_an_amount_in_another_currency_is_converted_at_the_lines_own_day(settings: Settings) -> None:
    freight = {"freight_amount": Decimal("12.34567"), "freight_mark": "3", "freight_currency": "USD"}
    (found,) = lines(settings, item(transaction_mode="2", **freight))
    day = found["rate_date"]
    assert found["stat_value_usd"] == Decimal("987.65")
    assert found["stat_value_cny"] == found["value_cny"] - converted(Decimal("12.34567"), "USD", "CNY", day)


def test_an_amount_of_the_declaration_is_split_over_its_items_by_price_to_the_last_fen(
    settings: Settings,
) -> None:
    head = {"transaction_mode": "2", "currency": "CNY", **CHARGES, "freight_amount": Decimal("100.01")}
    rows = [
        item("D1", n, total_price=Decimal(price), **head) for n, price in enumerate((100, 100, 0, 100), 1)
    ]
    other = item("D2", 1, total_price=Decimal(500), **head)
    found = lines(settings, *rows, other)
    borne = [line["value_cny"] - line["stat_value_cny"] for line in found]
    assert borne == [Decimal("33.34"), Decimal("33.34"), 0, Decimal("33.33"), Decimal("100.01")]


def test_items_without_a_price_share_alike(settings: Settings) -> None:
    head = {"ie_flag": "I", "transaction_mode": "3", "currency": "CNY", "total_price": None, **CHARGES}
    found = lines(settings, item("D1", 1, **head), item("D1", 2, **head))
    assert [line["stat_value_cny"] for line in found] == [Decimal("55.00")] * 2
