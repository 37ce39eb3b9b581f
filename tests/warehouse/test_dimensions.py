"""Dimensions follow the reference data and the settings, and are loaded only when these change."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
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
    chapter = row(warehouse, "dim_hs", edition="HS2022", hs_code="87")
    assert (chapter["level"], chapter["valid_from_on"]) == (2, date(2022, 1, 1))
    assert row(warehouse, "dim_country", country_code="KZ")["name_en"] == "Kazakhstan"
    assert row(warehouse, "dim_service", service_id="YIN-ALA")["valid_from_on"] == date(2025, 2, 28)
    week = row(warehouse, "dim_iso_week", iso_week="2026-W53")
    assert (week["monday_on"], week["sunday_on"]) == (date(2026, 12, 28), date(2027, 1, 3))


def test_every_place_has_a_name_in_four_languages(warehouse: Warehouse) -> None:
    with reading(warehouse.engine) as connection:
        nodes = fetched(connection, select(DIMENSIONS["dim_node"]))
    scripts = {
        "name_en": r"\p{Latin}",
        "name_zh": r"\p{Han}",
        "name_ru": r"\p{Cyrillic}",
        "name_kk": r"\p{Cyrillic}",
    }
    for name, script in scripts.items():
        assert nodes[name].str.contains(script).all(), name
        others = "|".join({r"\p{Latin}", r"\p{Han}", r"\p{Cyrillic}"} - {script})
        assert not nodes[name].str.contains(others).any(), name
    yining = row(warehouse, "dim_node", node_id="YIN")
    assert [yining[n] for n in scripts] == [
        "Yining Station",
        "伊宁站",
        "Станция Инин (Кульджа)",
        "Құлжа станциясы",
    ]
    assert (yining["latitude_deg"], yining["longitude_deg"], yining["gauge_mm"]) == (43.9667, 81.275, 1435)


def test_legs_senders_days_and_holidays_are_there(warehouse: Warehouse) -> None:
    known = row(warehouse, "dim_leg", leg_id="YIN-HRS")
    assert (known["distance_km"], known["distance_basis"], known["most_hours"]) == (90, "estimate", 48)
    assert row(warehouse, "dim_leg", leg_id="ALT-ALA")["mode"] is None, "only corridor.toml names it"
    sender = row(warehouse, "dim_sender", sender_id="train_operator")
    assert (sender["source_id"], sender["record_kind"]) == ("manifests", "manifest_container")
    new_year = row(warehouse, "dim_date", date_on=date(2024, 12, 30))
    assert (new_year["iso_week"], new_year["iso_year"], new_year["calendar_year"]) == ("2025-W01", 2025, 2024)
    assert (new_year["weekday_name"], new_year["quarter_no"]) == ("Monday", 4)
    assert row(warehouse, "dim_date", date_on=date(2025, 3, 21))["holidays"] == "KZ Nauryz"
    assert row(warehouse, "dim_holiday", date_on=date(2025, 3, 21))["basis"] == "law"
    assert row(warehouse, "dim_iso_week", iso_week="2025-W05")["holidays"] == "Spring Festival"


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


def test_only_rows_that_differ_are_written_and_a_service_with_trips_stays(
    own_home: Path, warehouse: Warehouse, settings: Settings, make: SimpleNamespace
) -> None:
    warehouse.publish(make.batch("a"), make.trip_fact({"service_id": "YIU-EU"}), base=0)
    with writing(warehouse.engine) as connection:
        connection.execute(text("UPDATE dim_node SET name_en = 'wrong' WHERE node_id = 'NGB'"))
        connection.execute(text("DELETE FROM dim_sender WHERE sender_id = 'train_operator'"))
    left = tuple(s for s in settings.services if s.id == "YIN-ALA")
    with Warehouse.open(own_home, settings.model_copy(update={"services": left, "legs": ()})) as changed:
        assert row(changed, "dim_node", node_id="NGB")["name_en"].startswith("Ningbo")
        assert row(changed, "dim_sender", sender_id="train_operator")["sender_name"] == "Train operator"
        with reading(changed.engine) as connection:
            services = fetched(connection, select(DIMENSIONS["dim_service"]))["service_id"].to_list()
            legs = fetched(connection, select(DIMENSIONS["dim_leg"]))["leg_id"].to_list()
        assert sorted(services) == ["YIN-ALA", "YIU-EU"], "a planned one without trips is gone"
        assert "ALT-ALA" not in legs


def test_a_time_without_zone_is_refused() -> None:
    from sqlalchemy.dialects.sqlite import dialect

    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2025, 6, 2), dialect())  # noqa: DTZ001
