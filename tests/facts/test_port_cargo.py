"""Cargo joined to calls: a call stands once, whatever it moved, and cargo without a call is kept."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from corridor_etl.facts.port_cargo import cargo_by_call

CALLS = pl.DataFrame({"call_key": ["7", "8"], "facility_code": ["BRXPA", "BRXPA"]})
CARGO = pl.DataFrame({
    "cargo_ref": ["1", "2", "3", "4"], "call_key": ["7", "7", "7", "9"],
    "gross_kg": [Decimal("1000.5"), Decimal(2000), None, Decimal(4)],
}, schema_overrides={"gross_kg": pl.Decimal(18, 3)})  # fmt: skip


def test_a_call_is_not_multiplied_by_its_lots() -> None:
    found = cargo_by_call(CARGO, CALLS)
    assert found.select("call_key", "lots", "gross_kg", "is_call_known").rows() == [
        ("7", 3, Decimal("3000.5"), True), ("8", 0, None, True), ("9", 1, Decimal(4), False),
    ]  # fmt: skip


def test_no_cargo_leaves_the_calls() -> None:
    assert cargo_by_call(None, CALLS)["lots"].to_list() == [0, 0]
    assert cargo_by_call(None, None).is_empty()
