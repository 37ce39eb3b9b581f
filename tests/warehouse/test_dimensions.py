"""Dimensions follow the reference data and the settings, and are loaded only when these change."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.columns import UtcDateTime
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import DIMENSIONS, METADATA


def row(warehouse: Warehouse, table: str, **key: Any) -> dict[str, Any]:
    with reading(warehouse.engine) as connection:
        (found,) = fetched(connection, select(DIMENSIONS[table])).filter(**key).to_dicts()
    return found


def test_the_corridors_nodes_sizes_codes_and_weeks_are_there(warehouse: Warehouse) -> None:
    assert row(warehouse, "dim_node", node_id="NGB")["timezone"] == "Asia/Shanghai"
    assert row(warehouse, "dim_size_type", size_type="22G1")["teu_x100"] == 100
    assert row(warehouse, "dim_size_type", size_type="L5G1")["teu_x100"] == 225
    assert row(warehouse, "dim_hs", hs_code="87")["level"] == 2
    assert row(warehouse, "dim_country", country_code="KZ")["name_en"] == "Kazakhstan"
    assert row(warehouse, "dim_service", service_id="YIN-ALA")["valid_from_on"] == date(2025, 2, 28)
    week = row(warehouse, "dim_iso_week", iso_week="2026-W53")
    assert (week["monday_on"], week["sunday_on"]) == (date(2026, 12, 28), date(2027, 1, 3))


def test_the_dictionary_explains_every_column(warehouse: Warehouse) -> None:
    assert (
        row(warehouse, "dim_column", table_name="mart_throughput_week", column_name="cargo_gross_g")["unit"]
        == "g"
    )
    with reading(warehouse.engine) as connection:
        explained = set(
            fetched(connection, select(DIMENSIONS["dim_column"])).select("table_name", "column_name").rows()
        )
    assert explained >= {(t.name, c.name) for t in METADATA.tables.values() for c in t.columns}


def test_a_changed_setting_reaches_its_dimension(own_home: Path, settings: Settings) -> None:
    with Warehouse.open(own_home) as warehouse, writing(warehouse.engine) as connection:
        connection.execute(text("UPDATE dim_node SET name_en = 'kept' WHERE node_id = 'NGB'"))
    with Warehouse.open(own_home) as unchanged:
        assert row(unchanged, "dim_node", node_id="NGB")["name_en"] == "kept"
    services = tuple(s.model_copy(update={"capacity_teu": 99}) for s in settings.services)
    with Warehouse.open(own_home, settings.model_copy(update={"services": services})) as changed:
        assert row(changed, "dim_service", service_id="YIN-ALA")["capacity_teu"] == 99
        assert row(changed, "dim_node", node_id="NGB")["name_en"] != "kept"


def test_a_time_without_zone_is_refused() -> None:
    from sqlalchemy.dialects.sqlite import dialect

    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2025, 6, 2), dialect())  # noqa: DTZ001
