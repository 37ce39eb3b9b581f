"""The tables are always all there, in the shape the warehouse stores, and turn over at the right midnight."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.departures import train_departures
from corridor_etl.marts.weekly import mart_rows, weekly_marts
from corridor_etl.settings import Settings, checkout
from corridor_etl.warehouse.mart_tables import checked
from corridor_etl.warehouse.schema import MARTS
from corridor_etl.warehouse.schema.marts import MADE_FROM
from tests.facts.corridor_records import booking, current, event, frame, item, journey, manifest, utc

AT = (
    "2025-06-01 15:00",
    "2025-06-09 02:30",
    "2025-06-10 10:00",
    "2025-06-11 08:00",
    "2025-06-12 12:00",
    "2025-06-13 09:00",
)


def one_train() -> dict[str, pl.DataFrame]:
    """A train planned for Sunday night that leaves on Monday at 02:30 by the clock of Yining."""
    boxes = [
        manifest("2025-06-08", container_no=box, planned_departure_at_utc=utc("YIN", "2025-06-08 23:30"))
        for box in "ABC"
    ]
    events = [e for box in "ABC" for e in journey(*AT, container_no=box)]
    events.append(event("RAIL_LOAD", "NGB", "2025-06-01 19:00", container_no="A"))
    slots = booking("B1", "40", "2025-05-20T08:00:00", departure_on_local=date(2025, 6, 8))
    stop = {"visit_ref": "1", "inbound_action": "none", "outbound_action": "none", "facility_code": "NGB",
            "gated_in_at_utc": utc("NGB", "2025-06-01 10:00"), "gated_out_at_utc": utc("NGB", "2025-06-03 10:00"),
            "timezone": "Asia/Shanghai", "full_empty": "F"}  # fmt: skip
    slot = {"plan_type": "OCCUPIED", "conveyance_name": "V", "voyage_no": "1", "departure_port_code": "CNNBG",
            "container_no": "A", "planned_on_local": date(2025, 6, 1)}  # fmt: skip
    return current(boxes, events, [item(container_nos="A B")], [slots]) | {
        "terminal_visit": frame("terminal_visit", [stop]),
        "stowage_position": frame("stowage_position", [slot]),
    }


@pytest.mark.parametrize("records", [{}, current(), one_train()], ids=["missing", "empty", "train"])
def test_every_table_is_there_as_the_warehouse_stores_it(
    records: dict[str, pl.DataFrame], settings: Settings
) -> None:
    found = weekly_marts(records, settings)
    assert set(found) == set(MARTS)
    for name, table in found.items():
        assert checked(name, table).equals(table), name
        assert table.is_empty() is (not records or records["booking"].is_empty()), name


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_has_no_rows_where_there_are_no_records_it_is_made_from(mart: str, settings: Settings) -> None:
    others = {kind: rows for kind, rows in one_train().items() if kind not in MADE_FROM[mart]}
    made = mart_rows(mart, corridor_facts(others, settings), settings)  # which nothing is left out of
    assert made.is_empty()
    assert_frame_equal(weekly_marts(others, settings)[mart], made)


def test_the_kinds_a_mart_is_made_from_are_those_without_which_it_is_another(settings: Settings) -> None:
    # two flows in one box, of which the delivered rate makes the one in dollars the larger
    flows = [
        item("D1", total_price=Decimal(1000)),
        item("D2", total_price=Decimal(7500), currency="CNY", origin_country="JP"),
    ]
    dollar = {"source_id": "pboc", "rate_on_local": date(2025, 6, 3), "currency": "USD", "base_currency": "CNY",
              "rate": Decimal(8), "units": 1, "version": 1, "action": "insert"}  # fmt: skip
    cancelled = booking(
        "B2", "40", "2025-05-20T08:00:00", train_no="X9002", departure_on_local=date(2025, 6, 8)
    )
    trains = one_train()
    records = trains | {
        "booking": pl.concat([trains["booking"], frame("booking", [cancelled])]),
        "declaration_item": frame("declaration_item", [{**i, "container_nos": "A B"} for i in flows]),
        "exchange_rate": frame("exchange_rate", [dollar]),
    }
    whole = weekly_marts(records, settings)
    found: dict[str, set[str]] = {mart: set() for mart in MARTS}
    for kind, rows in records.items():
        without = weekly_marts({**records, kind: rows.clear()}, settings)
        for mart in MARTS:
            found[mart] |= set() if without[mart].equals(whole[mart]) else {kind}
    assert found == {mart: set(kinds) for mart, kinds in MADE_FROM.items()}


def test_a_train_planned_on_sunday_that_left_on_monday_is_the_new_weeks(settings: Settings) -> None:
    found = weekly_marts(one_train(), settings)
    assert found["mart_throughput_week"]["iso_week"].unique().to_list() == ["2025-W24"]
    assert found["mart_throughput_week"]["boxes"].sum() == 3
    planned, train = found["mart_departure_week"].to_dicts()
    assert (planned["iso_week"], planned["trains"], planned["trains_planned"]) == ("2025-W23", 0, 1)
    assert train["trains_planned"] == planned["trains_not_left"] == 0
    assert (train["iso_week"], train["trains"], train["delay_s_sum"], train["trains_on_time"]) == (
        "2025-W24",
        1,
        3 * 3600,
        0,
    )
    assert found["mart_match_week"].rows() == [("2025-W24", "YIN-ALA", 3, 2)]
    assert found["mart_booking_week"]["iso_week"].to_list() == ["2025-W23"]


def test_the_departures_of_a_week_are_those_the_mart_counts(settings: Settings) -> None:
    records = one_train()
    trains = train_departures(
        records["manifest_container"], records["port_event"], records["declaration_item"], settings
    )
    mart = weekly_marts(records, settings)["mart_departure_week"]
    assert (
        trains["departure_week"].value_counts(name="trains").rows()
        == mart.filter(pl.col("trains") > 0).select("iso_week", "trains").rows()
    )


def test_listing_a_train_in_two_halves_changes_no_total(settings: Settings) -> None:
    records = one_train()
    halves = {
        **records,
        "manifest_container": pl.concat(
            [records["manifest_container"][2:], records["manifest_container"][:2]]
        ),
    }
    assert all(
        t.equals(weekly_marts(halves, settings)[name]) for name, t in weekly_marts(records, settings).items()
    )


def test_two_declarations_in_one_box_count_the_box_once_and_the_value_twice(settings: Settings) -> None:
    goods = [
        item("D1", currency="CNY", total_price=Decimal("10"), container_nos="A"),
        item("D2", currency="CNY", total_price=Decimal("30"), container_nos="A", origin_country="KR"),
    ]
    found = weekly_marts(current([manifest(container_no="A")], items=goods), settings)
    assert found["mart_throughput_week"].select("flow", "boxes").rows() == [("RE_EXPORT", 1)]
    assert found["mart_trade_week"].select("flow", "value_cny_fen").rows() == [
        ("EXPORT_DOMESTIC", 1000),
        ("RE_EXPORT", 3000),
    ]
    assert found["mart_match_week"]["declared_boxes"].to_list() == [1]


def test_another_process_with_another_clock_and_hash_seed_finds_the_same(settings: Settings) -> None:
    program = (
        "from tests.marts.test_weekly_marts import one_train\n"
        "from corridor_etl.marts.weekly import weekly_marts\n"
        "from corridor_etl.settings import load_settings\n"
        "for name, table in sorted(weekly_marts(one_train(), load_settings()).items()): print(name, table.rows())\n"
    )
    here = "".join(f"{n} {t.rows()}\n" for n, t in sorted(weekly_marts(one_train(), settings).items()))
    environment = {"PYTHONHASHSEED": "7", "TZ": "America/New_York", "LC_ALL": "C", "POLARS_MAX_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=checkout(),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert run.stdout == here
