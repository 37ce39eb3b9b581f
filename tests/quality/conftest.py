"""Rows that break no rule, one per record kind, and frames made of them with single cells changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from corridor_etl.model import kind as record_kind
from corridor_etl.quality.runner import Verdict, validate
from corridor_etl.settings import Settings

NOW_UTC = datetime(2025, 7, 1, tzinfo=UTC)

GOOD: dict[str, dict[str, Any]] = {
    "manifest_container": {
        "service_id": "YIN-ALA", "train_no": "X9001", "departure_on_local": "2025-02-28",
        "planned_departure_at_utc": "2025-02-28T09:00:00", "direction": "W", "origin_node": "YIN",
        "destination_node": "ALA", "wagon_no": "5230001", "wagon_seq": 1, "container_no": "MSKU9070323",
        "size_type": "45G1", "teu": "2", "full_empty": "F", "seal_nos": "CN0000001", "packages": 900,
        "package_type": "CT", "cargo_gross_kg": "24000", "cargo_net_kg": "23000", "tare_kg": "3900",
        "goods_description": "ceramic tableware", "hs_code": "691110", "origin_country": "CN",
        "booking_no": "B1", "version": 1, "action": "insert", "list_status": "final",
    },
    "declaration_item": {
        "regime": "CN", "declaration_no": "940620250123456789", "item_no": 1, "ie_flag": "E",
        "declared_on_local": "2025-06-10", "released_on_local": "2025-06-11", "supervision_mode": "0110",
        "transport_mode": "3", "transaction_mode": "3", "service_id": "YIN-ALA", "train_no": "X9001",
        "trade_country": "KZ", "origin_country": "CN", "destination_country": "KZ", "hs_code": "6911101900",
        "goods_name": "tableware", "quantity": "1000", "unit_code": "035", "first_quantity": "1000",
        "first_unit_code": "035", "unit_price": "20", "total_price": "20000", "currency": "CNY",
        "gross_kg": "1100", "net_kg": "1000", "packages": 40, "container_nos": "MSKU9070323",
        "version": 1, "action": "insert",
    },
    "port_event": {
        "event_code": "GTIN", "classifier": "ACT", "container_no": "MSKU9070323", "size_type": "45G1",
        "teu": "2", "full_empty": "F", "facility_code": "CNNBG", "facility_node": "NGB",
        "transport_mode": "road", "wagon_no": "5230001", "gross_gross_kg": "27900", "vgm_kg": "27900",
        "event_at_utc": "2025-06-01T02:00:00", "event_at_local": "2025-06-01T10:00:00",
        "event_on_local": "2025-06-01", "timezone": "Asia/Shanghai", "timezone_source": "node",
        "version": 1, "action": "insert",
    },
    "booking": {
        "booking_no": "B1", "service_id": "YIN-ALA", "direction": "W", "train_no": "X9001",
        "departure_on_local": "2025-06-14", "containers": 2, "teu": "4",
        "booked_at_utc": "2025-06-01T02:00:00", "booking_status": "confirmed", "version": 1,
        "action": "insert",
    },
    "consignment": {
        "document_type": "IFCSUM", "manifest_no": "M1", "consignment_no": "C1", "item_no": 1,
        "document_on_local": "2025-06-01", "packages": 40, "gross_kg": "1100", "container_nos": "MSKU9070323",
        "version": 1, "action": "insert",
    },
    "container_order": {
        "order_type": "LOAD", "order_no": "O1", "equipment_key": "MSKU9070323", "ordered_on_local": "2025-06-01",
        "container_no": "MSKU9070323", "size_type": "45G1", "teu": "2", "full_empty": "F", "version": 1,
        "action": "insert",
    },
    "stowage_position": {
        "plan_type": "OCCUPIED", "conveyance_name": "QINGZHOU STAR", "voyage_no": "042",
        "departure_port_code": "CNNBG", "slot_code": "0050302", "handling_code": "NONE", "planned_on_local": "2025-06-01",
        "container_no": "MSKU9070323", "size_type": "45G1", "teu": "2", "full_empty": "F", "version": 1,
        "action": "insert",
    },
    "port_call": {
        "call_key": "CALL1", "call_on_local": "2025-06-01", "facility_code": "CNNBG",
        "arrived_at_utc": "2025-06-01T02:00:00", "timezone": "Asia/Shanghai", "timezone_source": "node",
        "version": 1, "action": "insert",
    },
    "transport_event": {
        "event_code": "ARRI", "classifier": "ACT", "conveyance_key": "QINGZHOU STAR", "facility_code": "CNNBG",
        "event_at_utc": "2025-06-01T02:00:00", "event_at_local": "2025-06-01T10:00:00",
        "event_on_local": "2025-06-01", "timezone": "Asia/Shanghai", "timezone_source": "node", "version": 1,
        "action": "insert",
    },
    "document_event": {
        "document_type": "declaration", "document_no": "940620250123456789", "status_code": "REJECTED",
        "event_key": "E1", "event_on_local": "2025-06-01", "version": 1, "action": "insert",
    },
    "rail_position": {
        "equipment_key": "MSKU9070323", "container_no": "MSKU9070323", "operation_code": "DEPA",
        "operation_station_code": "707701", "operation_at_utc": "2025-06-01T02:00:00",
        "operation_at_local": "2025-06-01T05:00:00", "operation_on_local": "2025-06-01",
        "timezone": "Europe/Moscow", "timezone_source": "profile", "version": 1, "action": "insert",
    },
    "trade_statistic": {
        "source_id": "comtrade", "reporter_code": "398", "partner_code": "156", "second_partner_code": "all", "flow": "import", "period": "2024",
        "period_on_local": "2024-01-01", "classification": "H6", "commodity_code": "94", "commodity_level": "HS2",
        "transport_mode_code": "all", "procedure_code": "all", "customs_office_code": "all", "region_code": "all", "unit_code": "none",
        "value_usd": "1000", "version": 1, "action": "insert",
    },
    "exchange_rate": {
        "source_id": "central_bank", "rate_on_local": "2025-06-01", "currency": "USD", "base_currency": "CNY",
        "rate": "7.1894", "units": 1, "version": 1, "action": "insert",
    },
    "terminal_visit": {
        "visit_ref": "7001", "inbound_action": "BargeTransportAction", "outbound_action": "ExternalAction",
        "visited_on_local": "2025-06-01", "container_no": "MSKU9070323", "size_type": "45G1", "teu": "2",
        "full_empty": "F", "booking_no": "B1", "gated_in_at_utc": "2025-06-01T02:00:00", "timezone": "UTC",
        "timezone_source": "assumed_utc", "version": 1, "action": "insert",
    },
    "yard_position": {
        "entry_ref": "9001", "listed_on_local": "2025-06-01", "stack_code": "716", "container_no": "MSKU9070323",
        "put_ref": "81", "is_in_yard": True, "version": 1, "action": "insert",
    },
    "port_cargo": {
        "cargo_ref": "3001", "call_key": "C1", "listed_on_local": "2025-06-01", "direction": "loaded",
        "full_empty": "F", "gross_kg": "4620", "version": 1, "action": "insert",
    },
}  # fmt: skip


def _frame_of(kind: str, *changes: dict[str, Any]) -> pl.DataFrame:
    """One row per change: the good row of the kind with these cells changed; no change gives the good row."""
    schema = record_kind(kind).schema
    rows = [{**GOOD[kind], **change} for change in changes or ({},)]
    cells = {name: [_typed(row.get(name), dtype) for row in rows] for name, dtype in schema.items()}
    return pl.DataFrame(cells, schema=schema).with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("row_id"),
        pl.lit("0123456789abcdef").alias("delivery_id"),
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("line_no"),
        pl.lit("as,received").alias("raw_text"),
    )


def _typed(value: Any, dtype: pl.DataType) -> Any:
    if value is None or not isinstance(value, str) or dtype == pl.String():
        return value
    if dtype == pl.Date():
        return date.fromisoformat(value)
    if isinstance(dtype, pl.Datetime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC if dtype.time_zone else None)
    return Decimal(value)


@pytest.fixture(scope="session")
def frame_of() -> Callable[..., pl.DataFrame]:
    """Makes a frame of a kind, one row per change of the good row."""
    return _frame_of


@pytest.fixture
def now_utc() -> datetime:
    """The instant the examples of the suites are judged at."""
    return NOW_UTC


@pytest.fixture
def judge(settings: Settings) -> Callable[..., Verdict]:
    """Validates the good row of a kind with the given changes, one row per change."""

    def run(kind: str, *changes: dict[str, Any]) -> Verdict:
        return validate(kind, _frame_of(kind, *changes), settings, now_utc=NOW_UTC)

    return run
