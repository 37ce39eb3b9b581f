"""The rate of a conversion: delivered before built in, of the policy's day, named in the line, exact at any size."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.declared_containers import declared_containers
from corridor_etl.facts.money import converted, in_currency
from corridor_etl.facts.rates import BUILT_IN, SCHEMA, Rates, market, rates_of
from corridor_etl.reference.currency import converted as converted_alone
from corridor_etl.reference.currency import per_usd
from corridor_etl.settings import Settings
from tests.facts.corridor_records import Row, current, frame, item, manifest

DAY = date(2025, 6, 3)


def rate(currency: str, base: str, value: str, **overrides: Any) -> Row:
    row: Row = {
        "source_id": "bank", "rate_on_local": DAY, "currency": currency, "base_currency": base,
        "rate": Decimal(value), "units": 1, "version": 1, "action": "insert", "delivery_id": "f" * 16, "line_no": 1,
    }  # fmt: skip
    return {**row, **overrides}


def by(settings: Settings, **corridor: Any) -> Settings:
    return settings.model_copy(update={"corridor": settings.corridor.model_copy(update=corridor)})


def line(settings: Settings, rates: list[Row], **overrides: Any) -> Row:
    records = {
        **current(manifests=[manifest()], items=[item(**overrides)]),
        "exchange_rate": frame("exchange_rate", rates),
    }
    (only,) = corridor_facts(records, settings).trade_lines.to_dicts()
    return only


@pytest.mark.parametrize(
    "quote",
    [rate("USD", "CNY", "8"), rate("CNY", "USD", "0.125"), rate("CNY", "USD", "12.5", units=100)],
)
def test_a_delivered_rate_goes_before_the_built_in_one_however_it_is_quoted(
    settings: Settings, quote: Row
) -> None:
    found = line(settings, [quote])
    assert (found["value_cny"], found["value_usd"]) == (Decimal("8000.00"), Decimal("1000.00"))
    assert (found["rate_cny"], found["rate_usd"]) == (8, 1)
    assert (found["rate_source"], found["rate_on_local"]) == (f"bank, delivery {'f' * 16}", DAY)
    assert (found["rate_policy"], found["rate_date"], found["is_rate_missing"]) == (
        "market_daily",
        DAY,
        False,
    )


def test_days_without_a_delivered_rate_keep_the_built_in_one(settings: Settings) -> None:
    later = line(settings, [rate("USD", "CNY", "8", rate_on_local=DAY + timedelta(days=1))])
    assert later["value_cny"] == converted_alone(Decimal(1000), "USD", "CNY", DAY)
    assert (later["rate_source"], later["rate_on_local"]) == (BUILT_IN, DAY)


def test_a_rate_nobody_built_in_makes_a_currency_known(settings: Settings) -> None:
    assert line(settings, [], currency="AUD")["is_rate_missing"]
    found = line(settings, [rate("AUD", "USD", "0.5")], currency="AUD")
    assert (found["value_usd"], found["is_rate_missing"]) == (Decimal("500.00"), False)
    assert found["rate_source"] == f"bank, delivery {'f' * 16}; {BUILT_IN}"


def test_a_revised_rate_changes_the_value(settings: Settings) -> None:
    first, second = (line(settings, [rate("USD", "CNY", value)])["value_cny"] for value in ("7", "7.01"))
    assert (first, second) == (Decimal("7000.00"), Decimal("7010.00"))


@pytest.mark.parametrize(
    ("publishers", "expected"),
    [((), "7"), (("mint", "bank"), "9"), (("bank", "mint"), "8"), (("mint",), "9"), (("other",), None)],
)
def test_of_several_publishers_the_settings_choose(
    settings: Settings, publishers: tuple[str, ...], expected: str | None
) -> None:
    quotes = [
        rate("USD", "CNY", value, source_id=name) for name, value in (("bank", "8"), ("mint", "9"), ("a", "7"))
    ]  # fmt: skip
    found = line(by(settings, fx_sources=publishers), quotes)["rate_cny"]
    assert found == (per_usd("CNY", DAY) if expected is None else Decimal(expected))


@pytest.mark.parametrize(("age", "is_found"), [(0, True), (7, True), (8, False), (-1, False)])
def test_a_rate_is_good_for_as_many_days_as_the_settings_say(
    settings: Settings, age: int, is_found: bool
) -> None:
    old = rate("AUD", "USD", "0.5", rate_on_local=DAY - timedelta(days=age))
    assert line(settings, [old], currency="AUD")["is_rate_missing"] is not is_found


@pytest.mark.parametrize(
    ("declared", "of_day"),
    [
        (date(2025, 6, 2), date(2025, 5, 21)),
        (date(2025, 6, 30), date(2025, 5, 21)),
        (date(2026, 1, 5), date(2025, 12, 17)),
        (date(2026, 3, 2), date(2026, 2, 25)),
    ],
)
def test_chinese_customs_take_the_third_wednesday_of_the_month_before_or_the_fourth_after_a_holiday(
    settings: Settings, declared: date, of_day: date
) -> None:
    quote = rate("USD", "CNY", "7.5", rate_on_local=of_day)
    customs = by(settings, fx_policy="customs_cn")
    found = line(customs, [quote], declared_on_local=declared, released_on_local=declared)
    assert (found["rate_date"], found["rate_on_local"], found["value_cny"]) == (
        of_day, of_day, Decimal("7500.00"),
    )  # fmt: skip
    assert line(customs, [], declared_on_local=declared, released_on_local=declared)["is_rate_missing"]


def test_kazakh_customs_take_the_day_of_the_declaration_and_cross_through_the_tenge(
    settings: Settings,
) -> None:
    quotes = [
        rate("USD", "KZT", "500", rate_on_local=date(2025, 6, 2)),
        rate("CNY", "KZT", "62.5", rate_on_local=date(2025, 6, 2)),
    ]
    found = line(by(settings, fx_policy="nbk_dt_date"), quotes)
    assert (found["rate_date"], found["rate_cny"], found["value_cny"]) == (
        date(2025, 6, 2), 8, Decimal("8000.00"),
    )  # fmt: skip
    tenge = line(by(settings, fx_policy="nbk_dt_date"), quotes, currency="KZT")
    assert (tenge["value_cny"], tenge["value_usd"]) == (Decimal("16.00"), Decimal("2.00"))


def test_a_missing_rate_does_not_stop_the_flow_of_a_box(settings: Settings) -> None:
    rows = [
        item("D1", currency="AUD"),
        item("D2", currency="CNY", origin_country="JP", total_price=Decimal(1)),
    ]
    records = current(manifests=[manifest()], items=rows)
    facts = corridor_facts(records, settings)
    assert facts.trips["flow"].to_list() == ["RE_EXPORT"]
    linked = declared_containers(records, facts.trade_lines, facts.trips, settings)
    assert linked["value_fen"].to_list() == [None, 100]


amounts = st.decimals(0, Decimal("1000000000000.00"), places=2)
days = st.integers(0, 500).map(lambda n: date(2024, 1, 8) + timedelta(days=n))
codes = st.sampled_from(["CNY", "USD", "EUR", "KZT", "JPY", "UZS"])


@given(rows=st.lists(st.tuples(amounts, codes, days), min_size=1, max_size=20), target=codes)
def test_a_frame_is_converted_like_amounts_one_by_one(
    rows: list[tuple[Decimal, str, date]], target: str
) -> None:
    asked = pl.DataFrame(
        rows, schema={"total_price": pl.Decimal(18, 2), "currency": pl.String, "on": pl.Date}, orient="row"
    )
    found = in_currency(asked, target, on="on", max_age_days=7)
    alone = [converted_alone(a, c, target, d) for a, c, d in rows]
    assert found.to_list() == [v if v is None or v < 10**16 else None for v in alone]


@given(
    amount=st.integers(-(10**15), 10**15),
    fraction=st.tuples(*[st.integers(1, 10**14)] * 2),
    places=st.integers(2, 5),
)
def test_amounts_and_rates_of_any_size_are_rounded_exactly(
    amount: int, fraction: tuple[int, int], places: int
) -> None:
    worth = Fraction(*fraction) * Fraction(3, 7)
    table = [("AAA", DAY, *fraction, "bank"), ("BBB", DAY, 7, 3, "bank")]
    rates = Rates("market_daily", "USD", pl.DataFrame(table, schema=SCHEMA, orient="row"), 7)
    exact = round(amount * worth / 10 ** (places - 2))
    asked = pl.DataFrame({"amount": [amount], "currency": ["AAA"], "on": [DAY]})
    expected = exact if abs(exact) < 2**63 else None
    assert converted(asked, "BBB", rates, digits=places)["value"].to_list() == [expected]


def test_without_any_delivered_rate_the_table_is_the_built_in_one(settings: Settings) -> None:
    assert rates_of(None, settings).table.equals(market(7).table)
