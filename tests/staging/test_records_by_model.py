"""Records cast by the model alone: offsets, clocks of places and senders, dates that are missing, codes and units."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

ARRIVAL = {"event_code": "ARRI", "classifier": "ACT", "conveyance_key": "9321483", "facility_code": "CNNBG"}


def arrived(staged, at: str, **cells: str) -> dict[str, Any]:
    result = staged("transport_event", [{**ARRIVAL, "event_at": at, **cells}])
    assert result.faults == ()
    return result.frame.row(0, named=True)


@pytest.mark.parametrize(
    ("at", "utc", "local", "zone"),
    [
        ("2019-11-12T07:41:00+08:30", (2019, 11, 11, 23, 11), (2019, 11, 12, 7, 11), "Asia/Shanghai"),
        ("2026-01-20T14:15:00Z", (2026, 1, 20, 14, 15), (2026, 1, 20, 22, 15), "Asia/Shanghai"),
        ("2026-01-20T14:15:00.250+0000", (2026, 1, 20, 14, 15), (2026, 1, 20, 22, 15), "Asia/Shanghai"),
        ("2026-01-20 14:15", (2026, 1, 20, 6, 15), (2026, 1, 20, 14, 15), "Asia/Shanghai"),
    ],
)
def test_an_offset_wins_and_the_clock_is_that_of_the_place(
    staged, at: str, utc: tuple[int, ...], local: tuple[int, ...], zone: str
) -> None:
    row = arrived(staged, at)
    assert row["event_at_utc"] == datetime(*utc, tzinfo=UTC)  # type: ignore[misc, arg-type]
    assert row["event_at_local"] == datetime(*local)  # type: ignore[arg-type]  # noqa: DTZ001
    assert row["event_on_local"] == date(*local[:3])
    assert row["timezone"] == zone


@pytest.mark.parametrize(
    ("at", "zone"), [("2019-11-12T07:41:00+08:30", "+08:30"), ("2019-11-12T07:41:00-03:00", "Etc/GMT+3")]
)
def test_the_offset_is_the_zone_where_the_place_has_none(staged, at: str, zone: str) -> None:
    row = arrived(staged, at, facility_code="USNYC")
    assert row["timezone"] == zone
    assert row["event_at_local"] == datetime(2019, 11, 12, 7, 41)  # noqa: DTZ001
    assert row["timezone_source"] == "explicit"


@pytest.mark.parametrize(
    "at", ["2026-01-20T14:15:00+15:00", "2026-13-20T14:15:00Z", "soon", "1e3", "0001-01-01T00:00:00Z"]
)
def test_what_is_no_time_costs_its_row(staged, at: str) -> None:
    result = staged("transport_event", [{**ARRIVAL, "event_at": at}])
    assert result.frame.is_empty()
    assert {f.rule_id for f in result.faults} & {"DT-006", "AMBIGUOUS_TIME"}


def test_the_hour_that_happened_twice_in_almaty_is_held_back(staged) -> None:
    result = staged(
        "transport_event", [{**ARRIVAL, "facility_code": "KZALA", "event_at": "2024-02-29 23:30"}]
    )
    assert [f.rule_id for f in result.faults] == ["AMBIGUOUS_TIME"]


def test_an_undated_document_is_dated_by_its_receipt_and_says_so(staged) -> None:
    row = {"document_type": "IFCSUM", "manifest_no": "M1", "consignment_no": "C1", "item_no": "1"}
    result = staged("consignment", [row])
    assert result.frame["document_on_local"].to_list() == [date(2025, 7, 1)]
    assert [f.rule_id for f in result.findings] == ["UNDATED"]


def test_an_event_without_a_time_is_no_event(staged) -> None:
    result = staged("transport_event", [ARRIVAL])
    assert "ST-011" in {f.rule_id for f in result.faults}


def test_moscow_time_is_the_clock_of_position_sheets(staged) -> None:
    row = {
        "container_no": "QZAU7000011",
        "wagon_no": "94830114",
        "operation_station_code": "707701",
        "operation_at": "01.06.2025 02:10",
    }
    frame = staged("rail_position", [row, {**row, "container_no": ""}]).frame
    assert frame["operation_at_utc"].to_list() == [datetime(2025, 5, 31, 23, 10, tzinfo=UTC)] * 2
    assert frame["timezone"].to_list() == ["Europe/Moscow"] * 2
    assert frame["equipment_key"].to_list() == ["QZAU7000011", "94830114"]


def test_a_call_is_dated_by_what_is_known_best(staged) -> None:
    call = {"call_key": "C", "facility_code": "cnnbg", "planned_arrival_at": "2025-06-01T23:00:00Z"}
    rows = [call, {**call, "call_key": "D", "arrived_at": "2025-06-03 01:00"}]
    frame = staged("port_call", rows).frame
    assert frame["call_on_local"].to_list() == [date(2025, 6, 2), date(2025, 6, 3)]
    assert frame["facility_node"].to_list() == ["NGB", "NGB"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("4", "E"), ("5", "F"), ("LADEN", "F"), ("empty", "E"), ("2", None), ("", None), (None, None)],
)
def test_full_or_empty_is_unknown_unless_it_is_said(staged, cell: str | None, value: str | None) -> None:
    order = {
        "order_type": "LOAD",
        "order_no": "O",
        "equipment_key": "#1",
        "ordered_on": "20250601",
        "full_empty": cell,
    }
    assert staged("container_order", [order]).frame["full_empty"].to_list() == [value]


@pytest.mark.parametrize(
    ("size", "teu"), [("45G1", Decimal(2)), ("22G1", Decimal(1)), ("0000", None), ("", None)]
)
def test_an_unknown_size_has_unknown_teu_and_never_none_at_all(
    staged, size: str, teu: Decimal | None
) -> None:
    order = {
        "order_type": "LOAD",
        "order_no": "O",
        "equipment_key": "#1",
        "ordered_on": "20250601",
        "size_type": size,
    }
    assert staged("container_order", [order]).frame["teu"].to_list() == [teu]


@pytest.mark.parametrize("cell", ["1e3", "inf", "NaN", "1,5", "٣", "12.3456", "--1"])
def test_what_is_no_number_costs_its_row(staged, cell: str) -> None:
    row = {
        "document_type": "X",
        "manifest_no": "M1",
        "consignment_no": "C1",
        "item_no": "1",
        "gross_kg": cell,
    }
    assert [f.rule_id for f in staged("consignment", [row]).faults] == ["ST-010"]
