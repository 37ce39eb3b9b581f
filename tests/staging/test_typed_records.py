"""From rows of text to records: the model's columns exactly, and every row that is not one named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from corridor_etl.errors import UsageError
from corridor_etl.model import KINDS
from corridor_etl.staging import stagings

EVENT = {
    "container_no": "qzau 700001-1", "size_type": "40HQ", "full_empty": "F", "event_code": "DEPA", "facility_code": "CNYIN",
    "event_time": "28.02.2025 17:11", "conveyance_name": "X9001", "gross_gross_kg": "24512,500",
}  # fmt: skip
ITEM = {
    "declaration_no": "310420250000000011", "ie_flag": "E", "declared_on": "2025-02-24", "released_on": "2025-02-26",
    "train_no": "X9001", "origin_country": "JPN", "item_no": "1", "hs_code": "6911.10 1900", "unit_price": "35.00",
    "total_price": "42000.00", "currency": "RMB", "container_nos": "QZAU7000011;QZAU7000027", "version": "1",
}  # fmt: skip
BOX = {
    "train_no": "X9001", "departure_date": "2025-02-28", "planned_departure": "2025-02-28 17:00",
    "origin_station": "伊宁站", "destination_station": "Алматы-1", "list_version": "1", "list_status": "final",
    "wagon_no": "5270011", "container_no": "QZAU7000011", "size_type": "40HQ", "full_empty": "重",
    "seal_nos": "CN1, CN2", "packages": "20.0", "cargo_gross_kg": "24512.5", "hs_code": "6911101900",
}  # fmt: skip
BOOKING = {
    "booking_no": "BK1", "service_id": "YIN-ALA", "direction": "W", "train_no": "X9001", "departure_date": "2025-02-28",
    "containers": "2", "teu": "4", "booked_at": "2025-02-20 09:31", "status": "confirmed",
}  # fmt: skip
ROWS = {
    "port_event": EVENT, "declaration_item": ITEM, "manifest_container": BOX, "booking": BOOKING,
    "consignment": {
        "document_type": "IFCSUM", "manifest_no": "M1", "consignment_no": "C1", "item_no": "1", "packages": "40",
        "document_on": "2025-06-01", "gross_kg": "1100.5", "container_nos": "QZAU7000011,QZAU7000027",
    },
    "container_order": {
        "order_type": "LOAD", "order_no": "O1", "equipment_key": "#1", "ordered_on": "20250601", "size_type": "40HQ",
        "full_empty": "5", "containers": "3",
    },
    "stowage_position": {
        "plan_type": "OCCUPIED", "conveyance_name": "QINGZHOU STAR", "voyage_no": "042", "slot_code": "0050302", "handling_code": "NONE",
        "departure_port_code": "CNNBG", "planned_on": "2025-06-01", "container_no": "QZAU7000011",
    },
    "port_call": {
        "call_key": "CALL1", "facility_code": "CNNGB", "planned_arrival_at": "2025-06-01T02:00:00+08:00",
        "arrived_at": "2025-06-01 03:10",
    },
    "transport_event": {
        "event_code": "ARRI", "classifier": "ACT", "conveyance_key": "9321483", "facility_code": "CNNBG",
        "event_at": "2025-06-01T02:00:00Z",
    },
    "document_event": {
        "document_type": "declaration", "document_no": "D1", "status_code": "REJECTED", "event_key": "E1",
        "event_at": "2025-06-01T02:00:00Z",
    },
    "rail_position": {
        "container_no": "QZAU7000011", "operation_station_code": "707701", "operation_at": "01.06.2025 02:10",
    },
    "trade_statistic": {
        "source_id": "comtrade", "reporter_code": "398", "partner_code": "156", "second_partner_code": "all", "flow": "import", "period": "2024",
        "period_on": "2024-01-01", "classification": "H6", "commodity_code": "94", "commodity_level": "HS2",
        "transport_mode_code": "all", "procedure_code": "all", "customs_office_code": "all", "region_code": "all", "unit_code": "none",
        "value_usd": "1000",
    },
    "exchange_rate": {
        "source_id": "central_bank", "rate_on": "2025-06-01", "currency": "USD", "base_currency": "RMB",
        "rate": "7.1894", "units": "1",
    },
    "terminal_visit": {
        "visit_ref": "7001", "inbound_action": "BargeTransportAction", "outbound_action": "none", "size_type": "40HC",
        "full_empty": "true", "gated_in_at": "2025-06-01 02:00:05.250000",
    },
    "yard_position": {"entry_ref": "9001", "stack_code": "716", "put_ref": "81", "depth_no": "0"},
    "port_cargo": {"cargo_ref": "3001", "call_key": "C1", "direction": "loaded", "gross_t": "4.62"},
}  # fmt: skip
DAY_FIRST = {"decimal_mark": ",", "is_day_first": True}


def options(kind: str) -> dict[str, object]:
    return DAY_FIRST if kind == "port_event" else {}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_frame_is_the_model_and_where_the_row_came_from(staged, kind: str) -> None:
    frame = staged(kind, [ROWS[kind]], **options(kind)).frame
    assert dict(frame.schema) == {
        **KINDS[kind].schema,
        "line_no": frame.schema["line_no"],
        "raw_text": frame.schema["raw_text"],
    }
    assert list(frame.columns) == [*KINDS[kind].schema, "line_no", "raw_text"]
    assert frame["line_no"].to_list() == [2]
    required = [c.name for c in KINDS[kind].columns if c.is_required]
    assert frame.select(required).null_count().row(0) == (0,) * len(required)


def test_every_kind_has_a_staging_of_its_name() -> None:
    assert sorted(stagings()) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_rows_give_an_empty_frame_of_the_model(staged, kind: str) -> None:
    assert (
        dict(staged(kind, [], **options(kind)).frame.drop("line_no", "raw_text").schema) == KINDS[kind].schema
    )


def test_an_unknown_kind_is_refused(staged) -> None:
    with pytest.raises(UsageError, match="waybill"):
        staged("waybill", [])


@pytest.mark.parametrize(("kind", "column", "value", "rule"), [
    ("booking", "service_id", "NO-SUCH", "SV-001"),
    ("booking", "train_no", "X8001", "SV-001"),
    ("declaration_item", "item_no", "0", "ST-010"),
    ("declaration_item", "version", "999999999999999", "ST-010"),
    ("declaration_item", "first_quantity", "-5", "ST-010"),
    ("declaration_item", "first_quantity", "9999999999999", "ST-010"),
    ("declaration_item", "released_on", "0000-01-01", "DT-006"),
    ("manifest_container", "list_version", "0", "ST-010"),
    ("manifest_container", "packages", "-1", "ST-010"),
    ("port_event", "event_time", "01.01.0001 00:00", "DT-006"),
    ("port_event", "gross_gross_kg", "heavy", "ST-010"),
    ("port_event", "event_time", "32.02.2025 17:11", "DT-006"),
    ("port_event", "event_time", None, "ST-011"),
    ("port_event", "container_no", "  ", "ST-011"),
    ("declaration_item", "released_on", "2025-02-30", "DT-006"),
    ("declaration_item", "total_price", "42,000.00", "ST-010"),
    ("declaration_item", "currency", None, "ST-011"),
    ("declaration_item", "version", "two", "ST-010"),
    ("manifest_container", "train_no", "K123", "SV-001"),
    ("manifest_container", "origin_station", "Atlantis", "ID-031"),
    ("manifest_container", "origin_station", "Достык", "SV-002"),
    ("manifest_container", "destination_station", "伊宁", "SV-002"),
    ("manifest_container", "departure_date", "soon", "DT-006"),
    ("manifest_container", "packages", "20.5", "ST-010"),
    ("booking", "booked_at", "yesterday", "DT-006"),
    ("booking", "containers", "many", "ST-010"),
])  # fmt: skip
def test_a_cell_that_cannot_be_cast_costs_its_row_only(
    staged, kind: str, column: str, value: str | None, rule: str
) -> None:
    result = staged(kind, [ROWS[kind], {**ROWS[kind], column: value}, ROWS[kind]], **options(kind))
    assert {(f.line_no, f.rule_id) for f in result.faults} == {(3, rule)}
    assert result.frame["line_no"].to_list() == [2, 4]
    assert all(f.expected for f in result.faults)


def test_a_terminal_event(staged) -> None:
    row = staged("port_event", [EVENT], **DAY_FIRST).frame.row(0, named=True)
    assert row["container_no"] == "QZAU7000011"
    assert (row["size_type"], row["teu"], row["full_empty"]) == ("45G1", Decimal(2), "F")
    assert row["gross_gross_kg"] == Decimal("24512.5")
    assert (row["facility_node"], row["timezone"], row["timezone_source"]) == ("YIN", "Asia/Shanghai", "node")
    assert row["event_at_utc"] == datetime(2025, 2, 28, 9, 11, tzinfo=UTC)
    assert (row["event_on_local"], row["transport_mode"]) == (date(2025, 2, 28), "rail")


def test_the_local_day_is_that_of_the_place(staged) -> None:
    row = staged(
        "port_event", [{**EVENT, "facility_code": "KZALA", "event_time": "01.03.2025 02:30"}], **DAY_FIRST
    )
    assert row.frame["event_at_utc"].to_list() == [datetime(2025, 2, 28, 21, 30, tzinfo=UTC)]
    assert row.frame["event_on_local"].to_list() == [date(2025, 3, 1)]


def test_an_hour_that_happens_twice_is_a_fault(staged) -> None:
    rows = [
        {**EVENT, "facility_code": "KZALA", "event_time": f"29.02.2024 {clock}"}
        for clock in ("22:30", "23:30")
    ]
    result = staged("port_event", rows, **DAY_FIRST)
    assert [(f.line_no, f.rule_id) for f in result.faults] == [(3, "AMBIGUOUS_TIME")]


@pytest.mark.parametrize(("facility", "sender", "form", "value", "zone", "source"), [
    ("CNNBG", None, "203", "202502281711", "Asia/Shanghai", "node"),
    ("KZALA", "ningbo_port", "203", "202502281711", "Asia/Shanghai", "profile"),
    ("CRMOB", None, "203", "202502281711", "America/Costa_Rica", "country"),
    ("AUMEL", None, "203", "202502281711", "UTC", "assumed_utc"),
    ("AUMEL", None, "303", "202502281711+10", "Etc/GMT-10", "explicit"),
])  # fmt: skip
def test_where_the_zone_comes_from(
    staged, facility: str, sender: str | None, form: str, value: str, zone: str, source: str
) -> None:
    event = {
        "container_no": "QZAU7000011",
        "event_code": "GTIN",
        "facility_code": facility,
        "event_time": value,
        "event_time_format": form,
    }
    result = staged("port_event", [event], sender)
    assert result.frame.select("timezone", "timezone_source").row(0) == (zone, source)
    assert [f.rule_id for f in result.findings] == (["DT-001"] if source == "assumed_utc" else [])


def test_a_zone_that_is_written_but_unknown_is_not_replaced_by_another(staged) -> None:
    event = {
        "container_no": "QZAU7000011",
        "event_code": "GTIN",
        "facility_code": "CNNBG",
        "event_time": "202502281711CST",
        "event_time_format": "303",
    }
    assert [f.rule_id for f in staged("port_event", [event], "ningbo_port").faults] == ["AMBIGUOUS_TIME"]


@pytest.mark.parametrize(
    ("given", "stored"), [("4", "E"), ("5", "F"), ("7", "F"), ("8", "F"), ("2", None), ("", None), ("e", "E")]
)
def test_full_and_empty(staged, given: str, stored: str | None) -> None:
    result = staged("port_event", [{**EVENT, "full_empty": given}], **DAY_FIRST)
    assert result.frame["full_empty"].to_list() == [stored]
    assert bool(result.findings) == (given == "2")


def test_an_unknown_size_has_no_teu(staged) -> None:
    rows = [{**EVENT, "size_type": s} for s in ("ZZZZ", "", "45G1", "4532", "L5G1")]
    frame = staged("port_event", rows, **DAY_FIRST).frame
    assert frame["teu"].to_list() == [None, None, Decimal(2), Decimal(2), Decimal("2.25")]


def test_a_declaration_item(staged) -> None:
    row = staged("declaration_item", [ITEM]).frame.row(0, named=True)
    assert (row["hs_code"], row["currency"], row["origin_country"]) == ("6911101900", "CNY", "JP")
    assert (row["service_id"], row["container_nos"]) == ("YIN-ALA", "QZAU7000011 QZAU7000027")
    assert row["total_price"] == Decimal("42000.00")


@pytest.mark.parametrize(("version", "status", "expected"), [
    ("1", "放行", (1, "insert")), (None, None, (1, "insert")), ("3", "放行", (3, "replace")),
    ("1", "删单", (2, "cancel")), ("4", "撤销", (4, "cancel")),
])  # fmt: skip
def test_versions_of_a_declaration(
    staged, version: str | None, status: str | None, expected: tuple[int, str]
) -> None:
    frame = staged("declaration_item", [{**ITEM, "version": version, "status": status}]).frame
    assert frame.select("version", "action").row(0) == expected


def test_a_container_on_a_train(staged) -> None:
    row = staged("manifest_container", [BOX]).frame.row(0, named=True)
    assert (row["service_id"], row["direction"], row["origin_node"], row["destination_node"]) == (
        "YIN-ALA",
        "W",
        "YIN",
        "ALA",
    )
    assert row["planned_departure_at_utc"] == datetime(2025, 2, 28, 9, 0, tzinfo=UTC)
    assert (row["seal_nos"], row["packages"], row["full_empty"]) == ("CN1 CN2", 20, "F")


def test_eastbound_is_the_mirror_and_keeps_the_clock_of_its_origin(staged) -> None:
    row = staged(
        "manifest_container", [{**BOX, "origin_station": "Алматы-1", "destination_station": "伊宁站"}]
    ).frame.row(0, named=True)
    assert row["direction"] == "E"
    assert row["planned_departure_at_utc"] == datetime(2025, 2, 28, 12, 0, tzinfo=UTC)


def test_wagons_are_numbered_in_the_order_of_the_list(staged) -> None:
    wagons = ["B", "B", "A", None, "C"]
    rows = [{**BOX, "wagon_no": w} for w in wagons] + [{**BOX, "train_no": "X9002", "wagon_no": "A"}]
    assert staged("manifest_container", rows).frame["wagon_seq"].to_list() == [1, 1, 2, None, 3, 1]


@pytest.mark.parametrize(("version", "status", "expected"), [
    ("1", "final", (1, "insert")), ("2", "corrected", (2, "replace")), ("2", "cancelled", (2, "cancel")),
    (None, None, (1, "insert")), (None, "corrected", (2, "replace")), ("1", "cancelled", (2, "cancel")),
])  # fmt: skip
def test_versions_of_a_list(
    staged, version: str | None, status: str | None, expected: tuple[int, str]
) -> None:
    frame = staged("manifest_container", [{**BOX, "list_version": version, "list_status": status}]).frame
    assert frame.select("version", "action").row(0) == expected


def test_a_cancelled_booking_comes_after_the_booking(staged) -> None:
    frame = staged("booking", [BOOKING, {**BOOKING, "status": "Cancelled"}], "booking_desk").frame
    assert frame.select("version", "action", "booking_status").rows() == [
        (1, "insert", "confirmed"),
        (2, "cancel", "cancelled"),
    ]
    assert frame["booked_at_utc"].unique().to_list() == [datetime(2025, 2, 20, 1, 31, tzinfo=UTC)]


@pytest.mark.parametrize(("action", "rules"), [("insert", ["ST-011"]), ("patch", []), ("cancel", [])])
def test_a_correction_need_not_repeat_what_it_leaves_as_it_is(staged, action: str, rules: list[str]) -> None:
    row = {**ROWS["transport_event"], "action": action, "classifier": "ACT"}
    row |= {"version": "2"}
    call = {
        "call_key": "CALL1",
        "planned_arrival_at": "2025-06-01T02:00:00+08:00",
        "action": action,
        "version": "2",
    }
    result = staged("port_call", [call])
    assert [f.rule_id for f in result.faults] == rules
    assert staged("transport_event", [row]).faults == ()


@pytest.mark.parametrize(
    ("written", "stored"), [("145", "KZ"), ("142", "CN"), ("哈萨克斯坦", "KZ"), ("KAZ", "KZ")]
)
def test_chinese_customs_write_countries_by_their_old_numbers_too(staged, written: str, stored: str) -> None:
    row = {**ROWS["declaration_item"], "destination_country": written}
    assert staged("declaration_item", [row]).frame["destination_country"].to_list() == [stored]
    foreign = staged("declaration_item", [{**row, "regime": "GE"}]).frame["destination_country"].item()
    assert foreign == (written if written.isdigit() else stored)


@pytest.mark.parametrize(
    ("written", "stored"), [("502", "USD"), ("142", "CNY"), ("美元", "USD"), ("RMB", "CNY")]
)
def test_chinese_customs_write_currencies_by_number_and_by_name(staged, written: str, stored: str) -> None:
    row = {**ROWS["declaration_item"], "currency": written}
    assert staged("declaration_item", [row]).frame["currency"].to_list() == [stored]


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("FOB", "FOB"),
        ("cif", "CIF"),
        ("C&F", "CFR"),
        ("CNF", "CFR"),
        ("FOB Ningbo", "FOB"),
        ("C&I", "C&I"),
        (None, None),
    ],
)
def test_a_delivery_term_is_its_three_letters(staged, written: str | None, term: str | None) -> None:
    assert staged("declaration_item", [{**ITEM, "incoterm": written}]).frame["incoterm"].to_list() == [term]


def test_a_currency_by_a_name_of_the_trade_is_said(staged) -> None:
    renamed = staged("declaration_item", [ITEM, {**ITEM, "item_no": "2", "currency": "cnh"}])
    assert renamed.frame["currency"].to_list() == ["CNY", "CNY"]
    assert [(f.rule_id, f.severity, f.observed) for f in renamed.findings] == [("CD-002", "info", "CNH, RMB")]
    plain = staged("declaration_item", [{**ITEM, "currency": "USD"}])
    assert plain.findings == ()


def test_a_mark_nobody_understands_is_said_and_marks_nothing(staged) -> None:
    result = staged("manifest_container", [{**BOX, "is_non_iso_container": "maybe"}])
    assert result.frame["is_non_iso_container"].to_list() == [None]
    assert [(f.rule_id, f.observed) for f in result.findings] == [("ID-007", "maybe")]
