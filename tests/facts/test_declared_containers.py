"""Declared value and mass go to the containers that carried the goods, add up exactly, and are never spread over others."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.facts.allocation import allocated, with_estimated_weights
from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.declared_containers import AMOUNTS, COLUMNS, declared_containers
from corridor_etl.settings import Settings, load_settings
from tests.examples import few
from tests.facts.corridor_records import BOX, Row, current, item, manifest

SECOND, THIRD, LOST = "TGHU7654321", "CSQU3054383", "YMLU2838640"


def links(settings: Settings, manifests: Sequence[Row], items: Sequence[Row]) -> pl.DataFrame:
    records = current(manifests=manifests, items=items)
    facts = corridor_facts(records, settings)
    return declared_containers(records, facts.trade_lines, facts.trips, settings)


def box(number: str, gross_kg: str | None, **overrides: object) -> Row:
    return manifest(
        container_no=number, cargo_gross_kg=None if gross_kg is None else Decimal(gross_kg), **overrides
    )


def shares(found: pl.DataFrame, amount: str = "value_fen") -> list[tuple[str | None, str, int]]:
    return found.select("container_no", "allocation", amount).rows()


def test_one_declaration_over_several_boxes_is_split_by_their_gross_weight(settings: Settings) -> None:
    goods = item(currency="CNY", total_price=Decimal("100.00"), container_nos=f"{BOX} {SECOND} {BOX}")
    found = links(settings, [box(BOX, "15000"), box(SECOND, "5000")], [goods])
    assert tuple(found.columns) == COLUMNS
    assert shares(found) == [(BOX, "TRIP", 7500), (SECOND, "TRIP", 2500)]
    assert found["net_g"].to_list() == [75_000, 25_000]
    assert found["trip_id"].to_list() == [
        f"YIN-ALA|X9001|2025-06-04|{BOX}",
        f"YIN-ALA|X9001|2025-06-04|{SECOND}",
    ]


def test_several_declarations_in_one_box_each_bring_their_own_value(settings: Settings) -> None:
    goods = [
        item(f"D{n}", m, currency="CNY", total_price=Decimal(f"{n}.{m}0")) for n in (1, 2) for m in (1, 2)
    ]
    found = links(settings, [box(BOX, "15000")], goods)
    assert found.select("declaration_no", "item_no", "value_fen").rows() == [
        ("D1", 1, 110), ("D1", 2, 120), ("D2", 1, 210), ("D2", 2, 220),
    ]  # fmt: skip
    assert found["trip_id"].n_unique() == 1


def test_what_a_box_without_a_trip_carries_stays_on_its_own_line(settings: Settings) -> None:
    goods = item(currency="CNY", total_price=Decimal("100.00"), container_nos=f"{BOX} {SECOND} {LOST}")
    found = links(settings, [box(BOX, "30000"), box(SECOND, "10000")], [goods])
    assert shares(found) == [(BOX, "TRIP", 5000), (SECOND, "TRIP", 1667), (LOST, "NO_TRIP", 3333)]
    assert found.filter(allocation="NO_TRIP")["trip_id"].to_list() == [None]


def test_a_line_that_names_no_box_is_not_spread(settings: Settings) -> None:
    goods = item(currency="CNY", total_price=Decimal("100.00"), container_nos=None)
    assert shares(links(settings, [box(BOX, "30000")], [goods])) == [(None, "NO_CONTAINER", 10_000)]
    assert shares(links(settings, [], [{**goods, "container_nos": " "}])) == [(None, "NO_CONTAINER", 10_000)]


def test_a_trip_far_from_the_declaration_or_the_other_way_is_another_one(settings: Settings) -> None:
    goods = item(currency="CNY", total_price=Decimal("100.00"))
    far = [box(BOX, "30000", departure="2025-08-04"), box(BOX, "30000", direction="E", train_no="X9002")]
    assert shares(links(settings, far, [goods])) == [(BOX, "NO_TRIP", 10_000)]


@pytest.mark.parametrize("gross_kg", [None, "0"])
def test_boxes_of_unknown_weight_share_alike(settings: Settings, gross_kg: str | None) -> None:
    goods = item(currency="CNY", total_price=Decimal("100.01"), container_nos=f"{BOX} {SECOND}")
    found = links(settings, [box(BOX, gross_kg), box(SECOND, gross_kg)], [goods])
    assert shares(found) == [(BOX, "TRIP", 5001), (SECOND, "TRIP", 5000)]


def test_a_line_that_is_no_trade_yet_has_no_link(settings: Settings) -> None:
    assert links(
        settings, [box(BOX, "1")], [item(released_on_local=None), item("T1", ie_flag="T")]
    ).is_empty()


boxes = st.lists(st.sampled_from([BOX, SECOND, THIRD, LOST]), max_size=5)
weights = st.one_of(st.none(), st.decimals(0, 30_000, places=3))
prices = st.decimals(0, Decimal("99999999999.99"), places=2)


@few(8)
@given(
    gross=st.tuples(weights, weights, weights),
    goods=st.lists(st.tuples(boxes, prices, st.decimals(0, 30_000, places=5)), min_size=1, max_size=5),
    seed=st.integers(0, 9),
)
def test_parts_and_rest_are_the_whole_in_every_order_of_the_rows(
    gross: tuple[Decimal | None, ...], goods: list[tuple[list[str], Decimal, Decimal]], seed: int
) -> None:
    settings = load_settings()
    manifests = [
        manifest(container_no=number, cargo_gross_kg=kg)
        for number, kg in zip((BOX, SECOND, THIRD), gross, strict=True)
    ]
    items = [
        item(f"D{n % 2}", n, transaction_mode="2", freight_amount=Decimal("77.77"), freight_mark="3",
             freight_currency="CNY", currency="EUR", total_price=price, first_quantity=kg, container_nos=" ".join(named))
        for n, (named, price, kg) in enumerate(goods)
    ]  # fmt: skip
    facts = corridor_facts(current(manifests=manifests, items=items), settings)
    linked = links(settings, manifests, items)
    sums = linked.group_by("declaration_no", "item_no").agg(pl.col(AMOUNTS).sum())
    whole = facts.trade_lines.join(sums, on=["declaration_no", "item_no"], validate="1:1")
    assert whole.height == len(goods)
    assert (whole["value_fen"] == (whole["value_cny"] * 100).cast(pl.Int64)).all()
    assert (whole["value_cent"] == (whole["value_usd"] * 100).cast(pl.Int64)).all()
    assert (whole["stat_value_fen"] == (whole["stat_value_cny"] * 100).cast(pl.Int64)).all()
    assert (whole["stat_value_cent"] == (whole["stat_value_usd"] * 100).cast(pl.Int64)).all()
    assert whole["net_g"].to_list() == whole["net_g_right"].to_list()
    Random(seed).shuffle(items)
    Random(seed).shuffle(manifests)
    assert links(settings, manifests, items).equals(linked)


@given(
    amount=st.integers(-(10**16), 10**16),
    weights=st.lists(st.one_of(st.none(), st.integers(0, 10**8)), min_size=1, max_size=40),
)
def test_every_part_is_within_one_of_its_exact_share(amount: int, weights: list[int | None]) -> None:
    frame = pl.DataFrame(
        {"whole": 1, "part": range(len(weights)), "amount": amount, "weight": weights},
        schema_overrides={"amount": pl.Int64, "weight": pl.Int64},
    )
    weighed = with_estimated_weights(frame, "weight", ["whole"])
    assert weighed["weight"].min() > 0
    parts = allocated(weighed, ["amount"], weight="weight", whole=["whole"], tie=["part"])
    total = sum(parts["weight"])
    assert sum(parts["amount"]) == amount
    assert all(abs(part * total - amount * w) < total for part, w in parts.select("amount", "weight").rows())


def test_an_amount_that_is_not_known_stays_unknown_in_every_part() -> None:
    frame = pl.DataFrame(
        {"whole": 1, "part": [1, 2], "amount": None, "weight": 1},
        schema_overrides={"amount": pl.Int64, "weight": pl.Int64},
    )
    parts = allocated(frame, ["amount"], weight="weight", whole=["whole"], tie=["part"])
    assert parts["amount"].to_list() == [None, None]
