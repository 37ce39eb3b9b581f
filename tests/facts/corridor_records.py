"""Current records in a few words: one laden 40 foot box westbound unless overrides say otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.model import kind
from corridor_etl.reference.place import nodes

Row = dict[str, Any]
BOX = "MSCU1234566"
WEST = ("NGB", "YIN", "HRS", "ALT", "ALA", "ALA")
CODES = ("GTIN", "DEPA", "ARRI", "DEPA", "ARRI", "GTOT")


def local(node: str, text: str) -> datetime:
    """``2025-06-09 02:30`` on the clock of a node."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(str(nodes()[node]["timezone"])))


def utc(node: str, text: str) -> datetime:
    return local(node, text).astimezone(UTC)


def manifest(departure: str = "2025-06-04", **overrides: Any) -> Row:
    row: Row = {
        "service_id": "YIN-ALA", "train_no": "X9001", "departure_on_local": date.fromisoformat(departure),
        "planned_departure_at_utc": None, "direction": "W", "origin_node": "YIN", "destination_node": "ALA",
        "wagon_no": "5300001", "container_no": BOX, "size_type": "45G1", "teu": Decimal(2), "full_empty": "F",
        "cargo_gross_kg": Decimal("20000.5"), "cargo_net_kg": Decimal("19000.25"), "hs_code": "850940",
        "version": 1, "action": "insert", "delivery_id": "a" * 16, "line_no": 1,
    }  # fmt: skip
    return {**row, **overrides}


def event(event_code: str, node: str, at: str, **overrides: Any) -> Row:
    """An actual event; ``at`` is on the node's clock."""
    moment = local(node, at)
    row: Row = {
        "event_code": event_code, "classifier": "ACT", "container_no": BOX, "facility_code": node,
        "facility_node": node, "event_at_utc": moment.astimezone(UTC), "event_at_local": moment.replace(tzinfo=None),
        "event_on_local": moment.date(), "timezone": str(moment.tzinfo), "timezone_source": "node",
        "version": 1, "action": "insert",
    }  # fmt: skip
    return {**row, **overrides}


def journey(*at: str | None, route: Sequence[str] = WEST, **overrides: Any) -> list[Row]:
    """The six milestones' events in order; None leaves one out."""
    spots = zip(CODES, route, at, strict=True)
    return [event(code, node, moment, **overrides) for code, node, moment in spots if moment is not None]


def item(declaration_no: str = "D1", item_no: int = 1, **overrides: Any) -> Row:
    row: Row = {
        "regime": "CN", "declaration_no": declaration_no, "item_no": item_no, "ie_flag": "E",
        "declared_on_local": date(2025, 6, 2), "released_on_local": date(2025, 6, 3), "service_id": "YIN-ALA",
        "origin_country": "CN", "hs_code": "8509409000", "first_quantity": Decimal("100"), "first_unit_code": "035",
        "total_price": Decimal("1000.00"), "currency": "USD", "container_nos": BOX, "version": 1, "action": "insert",
    }  # fmt: skip
    return {**row, **overrides}


def booking(booking_no: str, teu: str, booked_at: str, **overrides: Any) -> Row:
    row: Row = {
        "booking_no": booking_no, "service_id": "YIN-ALA", "direction": "W", "train_no": "X9001",
        "departure_on_local": date(2025, 6, 4), "containers": 1, "teu": Decimal(teu),
        "booked_at_utc": datetime.fromisoformat(booked_at).replace(tzinfo=UTC), "booking_status": "confirmed",
        "version": 1, "action": "insert",
    }  # fmt: skip
    return {**row, **overrides}


def frame(kind_name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as current records of a kind; columns not named are null."""
    schema = {**kind(kind_name).schema, "delivery_id": pl.String(), "line_no": pl.Int64()}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def current(
    manifests: Sequence[Row] = (),
    events: Sequence[Row] = (),
    items: Sequence[Row] = (),
    bookings: Sequence[Row] = (),
) -> dict[str, pl.DataFrame]:
    """Current records of every kind."""
    return {
        "manifest_container": frame("manifest_container", manifests),
        "port_event": frame("port_event", events),
        "declaration_item": frame("declaration_item", items),
        "booking": frame("booking", bookings),
    }
