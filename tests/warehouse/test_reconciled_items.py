"""Reconciled items go in beside the marts, come back as they went in, and are seen with age, units and files."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text

from corridor_etl.errors import UsageError
from corridor_etl.model import RECONCILED_SCHEMA
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading

ITEM: dict[str, Any] = {
    "subject": "trip", "iso_week": "2025-W10", "service_id": "YIN-ALA", "direction": "W", "train_no": "X9001",
    "container_nos": "TEMU1000000", "moved_on_local": date(2025, 3, 3), "in_manifest": True, "in_declaration": True,
    "in_port_record": False, "outcome": "weight_gap", "outcomes": "weight_gap", "opened_on": date(2025, 3, 3),
    "manifest_gross_g": 20_500_000, "export_value_cent": 123_456,
}  # fmt: skip


def items(*rows: dict[str, Any]) -> dict[str, pl.DataFrame]:
    made = [
        {**dict.fromkeys(RECONCILED_SCHEMA), **ITEM, "subject_key": f"t{i}", **row}
        for i, row in enumerate(rows)
    ]
    return {"fct_reconciliation": pl.DataFrame(made, schema=RECONCILED_SCHEMA, orient="row")}


def test_items_come_back_as_they_went_in(warehouse: Warehouse, make: SimpleNamespace) -> None:
    sent = items({}, {"container_nos": '箱 "7"\\N', "opened_on": None, "outcome": "matched"})
    warehouse.publish(make.batch("a"), sent, base=0)
    assert warehouse.reconciled_items().drop("snapshot").equals(sent["fct_reconciliation"])
    assert warehouse.reconciled_items(weeks=["2025-W11"]).is_empty()


def test_only_weeks_whose_items_changed_get_a_new_snapshot(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    weeks = [{"iso_week": f"2025-W{week}"} for week in (10, 11)]
    warehouse.publish(make.batch("a"), items(*weeks), base=0)
    healed = {**weeks[1], "outcome": "matched", "outcomes": "matched", "opened_on": None}
    warehouse.publish(make.batch("b"), items(weeks[0], healed), base=1)
    assert warehouse.reconciled_items().select("outcome", "snapshot").rows() == [
        ("weight_gap", 1),
        ("matched", 2),
    ]
    with pytest.raises(UsageError, match="as it is now only"):
        warehouse.at(1).reconciled_items()


def test_the_view_tells_age_units_and_files(warehouse: Warehouse, make: SimpleNamespace) -> None:
    batch = make.batch("a")
    came = batch.deliveries[0]
    warehouse.publish(
        batch,
        items({"list_delivery_id": came.delivery_id}, {"opened_on": None, "outcome": "pending"}),
        base=0,
    )
    with reading(warehouse.engine) as connection:
        query = text("SELECT * FROM v_reconciliation ORDER BY subject_key")
        first, second = (dict(row._mapping) for row in connection.execute(query))
    assert (first["manifest_gross_t"], first["export_value_usd"]) == (20.5, 1234.56)
    assert (first["list_file_name"], first["list_sender_id"]) == (came.file_name, came.sender_id)
    assert (first["port_file_name"], second["age_days"]) == (None, None)
    assert first["age_days"] > 100
