"""A trip's flow comes from the declarations that name its container, weighed by value."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from corridor_etl.facts.trade_lines import trade_lines
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


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], "TRANSIT"),
        ([{"supervision_mode": "9600"}], "DOMESTIC"),
        ([{"ie_flag": "I"}], "TRANSIT"),
        ([{}], "EXPORT_DOMESTIC"),
        ([{"regime": "EAEU", "ie_flag": "I"}], "UNDECLARED"),
        ([{"regime": "EAEU", "ie_flag": "E"}], "TRANSIT"),
        ([{"regime": "EAEU", "ie_flag": "T"}], "TRANSIT"),
    ],
)
def test_a_trip_is_transit_where_nothing_but_transit_names_its_box_in_its_direction(
    settings: Settings, others: list[Row], expected: str
) -> None:
    transit = item("T1", ie_flag="T", supervision_mode=None)
    assert flow(settings, [transit, *(item("D1", **other) for other in others)]) == expected


@pytest.mark.parametrize(("days", "is_near"), [(-31, False), (-30, True), (30, True), (31, False)])
def test_transit_counts_within_thirty_days(settings: Settings, days: int, is_near: bool) -> None:
    declared = date(2025, 6, 4) + timedelta(days=days)
    found = flow(settings, [item(ie_flag="T", declared_on_local=declared)])
    assert found == ("TRANSIT" if is_near else "UNDECLARED")


def test_goods_of_china_that_only_pass_a_border_are_domestic_and_no_trade(settings: Settings) -> None:
    at_home = item("H1", supervision_mode="9600")
    assert flow(settings, [at_home]) == "DOMESTIC"
    assert flow(settings, [at_home, item("D1", origin_country="JP", total_price=Decimal(1))]) == "RE_EXPORT"
    assert flow(settings, [item("H1", regime="EAEU", supervision_mode="9600")]) == "UNDECLARED"
    assert trade_lines(frame("declaration_item", [at_home]), settings).is_empty()


def test_a_service_within_one_country_is_domestic_whatever_is_declared(settings: Settings) -> None:
    feeder = settings.service("YIN-ALA").model_copy(
        update={"id": "NGB-YIN", "border_in": "YIN", "border_out": "YIN", "destination": "YIN",
                "door_destination": "YIN", "origin": "NGB"}
    )  # fmt: skip
    wider = settings.model_copy(update={"services": (*settings.services, feeder)})
    assert flow(wider, [item()], service_id="NGB-YIN") == "DOMESTIC"
    assert flow(wider, [], service_id="NGB-YIN", full_empty="E") == "EMPTY"


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([], "EMPTY_POSITIONING"),
        ([("2025-05-20", "W", "F")], "EMPTY_RETURN"),
        ([("2025-05-20", "W", None)], "EMPTY_RETURN"),
        ([("2025-05-20", "E", "F")], "EMPTY_POSITIONING"),
        ([("2025-05-20", "W", "E")], "EMPTY_POSITIONING"),
        ([("2025-05-10", "W", "F"), ("2025-05-20", "E", "F")], "EMPTY_POSITIONING"),
        ([("2025-06-20", "W", "F")], "EMPTY_POSITIONING"),
    ],
)
def test_an_empty_box_returns_where_it_went_the_other_way_laden_just_before(
    settings: Settings, before: list[tuple[str, str, str | None]], kind: str
) -> None:
    listed = [
        manifest(day, direction=way, full_empty=load, train_no=f"X91{i:02}")
        for i, (day, way, load) in enumerate(before)
    ]
    empty = manifest(direction="E", full_empty="E")
    trips = container_trips(frame("manifest_container", [*listed, empty]), None, None, settings)
    kinds = dict(trips.select("trip_id", "empty_kind").iter_rows())
    assert kinds.pop("YIN-ALA|X9001|2025-06-04|MSCU1234566") == kind
    assert all(kinds[t] is None for t in trips.filter(pl.col("full_empty") != "E")["trip_id"])


def test_another_box_does_not_make_an_empty_one_return(settings: Settings) -> None:
    laden = manifest("2025-05-20", container_no="TGHU7654321", train_no="X9100")
    listed = [laden, manifest(direction="E", full_empty="E")]
    trips = container_trips(frame("manifest_container", listed), None, None, settings)
    assert trips["empty_kind"].to_list() == ["EMPTY_POSITIONING", None]


def between(*days: date) -> Decimal:
    """The mean worth in CNY of a million dollars on some days."""
    return (sum(per_usd("CNY", day) for day in days) * 1_000_000 / len(days)).quantize(Decimal("0.01"))
