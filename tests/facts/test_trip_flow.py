"""A trip's flow comes from the declarations that name its container, weighed by value."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from corridor_etl.facts.trips import container_trips
from corridor_etl.reference.currency import per_usd
from corridor_etl.settings import Settings
from tests.facts.corridor_records import BOX, Row, frame, item, manifest


def flow(settings: Settings, items: list[Row], **overrides: object) -> str:
    trips = container_trips(
        frame("manifest_container", [manifest(**overrides)]), None, frame("declaration_item", items), settings
    )
    return str(trips["flow"].item())


@pytest.mark.parametrize(
    ("direction", "ie_flag", "origin", "expected"),
    [
        ("W", "E", "CN", "EXPORT_DOMESTIC"),
        ("W", "E", "JP", "RE_EXPORT"),
        ("W", "E", None, "RE_EXPORT"),
        ("E", "I", "KZ", "IMPORT"),
        ("E", "I", "CN", "RE_IMPORT"),
        ("W", "I", "CN", "UNDECLARED"),
        ("E", "E", "CN", "UNDECLARED"),
    ],
)
def test_flag_direction_and_origin_decide(
    settings: Settings, direction: str, ie_flag: str, origin: str | None, expected: str
) -> None:
    assert flow(settings, [item(ie_flag=ie_flag, origin_country=origin)], direction=direction) == expected


def test_an_empty_box_is_empty_even_where_a_declaration_names_it(settings: Settings) -> None:
    assert flow(settings, [item()], full_empty="E") == "EMPTY"
    assert flow(settings, [item()], full_empty=None) == "EXPORT_DOMESTIC"
    assert flow(settings, []) == "UNDECLARED"


@pytest.mark.parametrize(("days", "is_near"), [(-31, False), (-30, True), (30, True), (31, False)])
def test_a_declaration_counts_within_thirty_days(settings: Settings, days: int, is_near: bool) -> None:
    declared = date(2025, 6, 4) + timedelta(days=days)
    found = flow(settings, [item(declared_on_local=declared, released_on_local=None)])
    assert (found == "EXPORT_DOMESTIC") is is_near


def test_of_two_declarations_in_one_box_the_larger_in_yuan_wins(settings: Settings) -> None:
    domestic = item("D1", currency="CNY", total_price=Decimal("6000"))
    reexport = item("D2", currency="USD", total_price=Decimal("1000"), origin_country="JP")
    assert flow(settings, [domestic, reexport]) == "RE_EXPORT"
    more = item("D1", 2, currency="CNY", total_price=Decimal("2000"))
    assert flow(settings, [domestic, more, reexport]) == "EXPORT_DOMESTIC"


def test_of_equal_values_the_alphabet_decides(settings: Settings) -> None:
    pair = [item("D1"), item("D2", origin_country="JP")]
    assert flow(settings, pair) == flow(settings, pair[::-1]) == "EXPORT_DOMESTIC"


def test_one_declaration_may_name_several_containers(settings: Settings) -> None:
    assert flow(settings, [item(container_nos=f"TGHU7654321  {BOX} {BOX}")]) == "EXPORT_DOMESTIC"
    assert flow(settings, [item(container_nos="TGHU7654321")]) == "UNDECLARED"
    assert flow(settings, [item(container_nos=None)]) == "UNDECLARED"


def test_naming_a_container_twice_does_not_double_its_value(settings: Settings) -> None:
    twice = item("D1", total_price=Decimal("600"), container_nos=f"{BOX} {BOX}")
    once = item("D2", total_price=Decimal("1000"), origin_country="JP")
    assert flow(settings, [twice, once]) == "RE_EXPORT"


def test_values_are_compared_at_the_rate_of_the_release(settings: Settings) -> None:
    declared, released = date(2025, 5, 12), date(2025, 6, 24)
    yuan = item(
        "D1",
        currency="CNY",
        total_price=between(declared, released),
        declared_on_local=declared,
        released_on_local=released,
    )
    dollars = {
        "currency": "USD",
        "total_price": Decimal("1000000"),
        "declared_on_local": declared,
        "origin_country": "JP",
    }
    assert per_usd("CNY", declared) > per_usd("CNY", released)
    assert flow(settings, [yuan, item("D2", released_on_local=released, **dollars)]) == "EXPORT_DOMESTIC"
    assert flow(settings, [yuan, item("D2", released_on_local=None, **dollars)]) == "RE_EXPORT"


def between(*days: date) -> Decimal:
    """The mean worth in CNY of a million dollars on some days."""
    return (sum(per_usd("CNY", day) for day in days) * 1_000_000 / len(days)).quantize(Decimal("0.01"))
