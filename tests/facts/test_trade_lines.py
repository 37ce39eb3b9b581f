"""A trade line's value is the declared price at the rate of the release date, per item, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.facts.trade_lines import COLUMNS, trade_lines
from corridor_etl.reference.currency import converted
from corridor_etl.settings import Settings, load_settings
from tests.facts.corridor_records import frame, item


def test_a_line_says_flow_direction_chapter_week_and_weight(settings: Settings) -> None:
    (line,) = trade_lines(
        frame("declaration_item", [item(ie_flag="I", origin_country="KZ", service_id=None)]), settings
    ).to_dicts()
    assert tuple(line) == COLUMNS
    assert (line["flow"], line["direction"], line["hs_chapter"]) == ("IMPORT", "E", "85")
    assert (line["service_id"], line["release_week"], line["rate_date"]) == (
        "UNKNOWN",
        "2025-W23",
        date(2025, 6, 3),
    )
    assert line["net_g"] == 100_000


def test_goods_not_released_are_no_trade_yet(settings: Settings) -> None:
    assert trade_lines(frame("declaration_item", [item(released_on_local=None)]), settings).is_empty()


def test_what_other_customs_declare_of_the_same_goods_is_not_counted_again(settings: Settings) -> None:
    rows = [item("A", regime="EAEU", ie_flag="I"), item("B", ie_flag="T"), item("C", regime="AL")]
    assert trade_lines(frame("declaration_item", rows), settings).is_empty()


@pytest.mark.parametrize(
    ("quantity", "unit", "grams"),
    [
        ("1.2345", "035", 1234),
        ("1.23451", "035", 1235),
        ("1.2355", "035", 1236),
        ("5", "007", 0),
        ("5", None, 0),
        (None, "035", 0),
    ],
)
def test_only_kilograms_weigh_and_half_a_gram_goes_to_the_even_one(
    settings: Settings, quantity: str | None, unit: str | None, grams: int
) -> None:
    row = item(first_quantity=None if quantity is None else Decimal(quantity), first_unit_code=unit)
    assert trade_lines(frame("declaration_item", [row]), settings)["net_g"].item() == grams


def test_no_price_is_worth_nothing(settings: Settings) -> None:
    (line,) = trade_lines(frame("declaration_item", [item(total_price=None)]), settings).to_dicts()
    assert (line["value_cny"], line["value_usd"]) == (0, 0)


def test_a_rate_that_is_missing_is_said_of_its_line_and_of_no_other(settings: Settings) -> None:
    rows = [item("D1", currency="AUD"), item("D2", currency="CNY", total_price=Decimal("7.50"))]
    lost, found = trade_lines(frame("declaration_item", rows), settings).to_dicts()
    assert [lost[c] for c in ("value_cny", "value_usd", "stat_value_cny", "rate_cny")] == [None] * 4
    assert (lost["is_rate_missing"], found["is_rate_missing"]) == (True, False)
    assert (lost["total_price"], lost["currency"]) == (Decimal("1000.00"), "AUD")
    assert (found["value_cny"], found["rate_cny"]) == (Decimal("7.50"), 1)


amounts = st.decimals(0, Decimal("9999999999999999.99"), places=2)
days = st.integers(0, 500).map(lambda n: date(2024, 1, 8) + timedelta(days=n))


@given(
    rows=st.lists(
        st.tuples(amounts, st.sampled_from(["CNY", "USD", "EUR", "KZT", "JPY"]), days), min_size=1, max_size=8
    )
)
def test_values_equal_the_conversion_rule_to_the_last_digit(rows: list[tuple[Decimal, str, date]]) -> None:
    rows = [(min(amount, Decimal("1000000000000.00")), code, day) for amount, code, day in rows]
    items = [
        item("D1", n, total_price=amount, currency=code, released_on_local=day)
        for n, (amount, code, day) in enumerate(rows, 1)
    ]
    lines = trade_lines(frame("declaration_item", items), load_settings())
    assert lines["value_cny"].to_list() == [converted(a, c, "CNY", d) for a, c, d in rows]
    assert lines["value_usd"].to_list() == [converted(a, c, "USD", d) for a, c, d in rows]
