"""Visits, yard positions, cargo and calls: dates that stand for missing ones, exact weights, and times with offsets."""

# ruff: noqa: DTZ001 - a wall clock has no zone
from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

VISIT = {"visit_ref": "7001", "inbound_action": "none", "outbound_action": "none", "full_empty": "true"}
LOT = {"cargo_ref": "1", "call_key": "7", "direction": "loaded"}
EVENT = {
    "container_no": "QZAU7000011", "full_empty": "LADEN", "event_code": "GTIN", "facility_code": "CNNBG",
    "event_time": "2025-06-01T10:00:00+08:30", "classifier": "EST", "transport_mode": "VESSEL", "event_ref": "e1",
    "vessel_imo": "9074729",
}  # fmt: skip
RECEIVED_ON = date(2025, 7, 1)


@pytest.mark.parametrize(("times", "day", "zone"), [
    ({"gated_in_at": "2021-09-01 23:37:25.267000", "gated_out_at": "2021-09-03 06:00:00"}, date(2021, 9, 1), "UTC"),
    ({"gated_out_at": "2021-09-03 06:00:00"}, date(2021, 9, 3), "UTC"),
    ({}, RECEIVED_ON, None),
])  # fmt: skip
def test_a_stop_is_dated_by_gate_in_else_gate_out_else_receipt(
    staged, times, day: date, zone: str | None
) -> None:
    result = staged("terminal_visit", [{**VISIT, **times}])
    row = result.frame.row(0, named=True)
    assert (row["visited_on_local"], row["timezone"]) == (day, zone)
    assert any(f.rule_id == "UNDATED" for f in result.findings) == (not times)


def test_fractions_of_a_second_are_kept(staged) -> None:
    row = staged("terminal_visit", [{**VISIT, "gated_in_at": "2021-09-01 15:37:25.267"}]).frame.row(
        0, named=True
    )
    assert row["gated_in_at_utc"] == datetime(2021, 9, 1, 15, 37, 25, 267000, tzinfo=UTC)


@pytest.mark.parametrize(("put", "pull", "is_in_yard"), [
    ("81", None, True), ("81", "82", False), (None, None, False), (None, "82", False),
])  # fmt: skip
def test_what_was_put_and_not_pulled_stands_in_the_yard(staged, put, pull, is_in_yard: bool) -> None:
    row = {"entry_ref": "1", "stack_code": "716", "put_ref": put, "pull_ref": pull}
    assert staged("yard_position", [row]).frame["is_in_yard"].to_list() == [is_in_yard]


@pytest.mark.parametrize(("tonnes", "kilograms"), [
    ("41250,375", "41250375"), ("4,62", "4620"), ("0,0000015", None), ("0,000001", "0.001"), ("27501", "27501000"),
    ("-1,5", "-1500"), ("1.5", None), ("heavy", None),
])  # fmt: skip
def test_tonnes_are_kept_in_kilograms_exactly(staged, tonnes: str, kilograms: str | None) -> None:
    result = staged("port_cargo", [{**LOT, "gross_t": tonnes}], decimal_mark=",")
    if kilograms is None:
        assert [(f.rule_id, f.column) for f in result.faults] == [("ST-010", "gross_kg")]
    else:
        assert result.frame["gross_kg"].to_list() == [Decimal(kilograms)]


def test_a_call_that_is_only_announced_has_the_day_of_receipt(staged) -> None:
    call = {"call_key": "C1", "facility_code": "CNNBG", "arrived_at": None}
    known = {"call_key": "C2", "facility_code": "CNNBG", "arrived_at": "2025-06-01 03:10"}
    result = staged("port_call", [call, known])
    columns = ("call_on_local", "timezone", "timezone_source")
    assert result.frame.select(columns).rows() == [
        (RECEIVED_ON, "Asia/Shanghai", "node"), (date(2025, 6, 1), "Asia/Shanghai", "node"),
    ]  # fmt: skip
    assert [f.message for f in result.findings] == [
        "1 calls are announced without a time: the day of receipt stands for it"
    ]


def test_an_announced_call_at_an_unknown_place(staged) -> None:
    row = staged("port_call", [{"call_key": "C1", "facility_code": "USNYC"}]).frame.row(0, named=True)
    assert (row["timezone"], row["timezone_source"]) == ("UTC", "assumed_utc")


def test_an_event_with_its_own_offset(staged) -> None:
    row = staged("port_event", [EVENT]).frame.row(0, named=True)
    assert row["event_at_utc"] == datetime(2025, 6, 1, 1, 30, tzinfo=UTC)
    assert (row["event_at_local"], row["timezone"]) == (datetime(2025, 6, 1, 9, 30), "Asia/Shanghai")
    assert (row["timezone_source"], row["classifier"], row["transport_mode"]) == ("explicit", "EST", "sea")
    assert (row["event_ref"], row["vessel_imo"], row["full_empty"]) == ("e1", "9074729", "F")


def test_a_seconds_clock_that_is_day_first(staged) -> None:
    row = {"call_key": "C1", "facility_code": "CNNBG", "arrived_at": "03/06/2025 05:25:07"}
    frame = staged("port_call", [row], is_day_first=True).frame
    assert frame["arrived_at_utc"].to_list() == [datetime(2025, 6, 2, 21, 25, 7, tzinfo=UTC)]
