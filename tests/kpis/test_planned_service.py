"""The planned service is a service like the others: its first loading list makes its rows, with no code changed."""

from __future__ import annotations

from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import Settings
from tests.facts.corridor_records import booking, current, journey, manifest

DIRECT = ("NGB", "NGB", "HRS", "ALT", "ALA", "ALA")


def test_the_first_train_of_the_planned_service_has_its_rows_in_every_mart_it_can(settings: Settings) -> None:
    box = manifest("2025-06-04", service_id="NGB-KZ-DIRECT", train_no="X7001", origin_node="NGB")
    way = journey(
        "2025-06-03 08:00", "2025-06-04 17:00", "2025-06-09 10:00", "2025-06-10 08:00", "2025-06-11 12:00",
        "2025-06-12 09:00", route=DIRECT,
    )  # fmt: skip
    slots = booking("B1", "2", "2025-05-20T08:00:00", service_id="NGB-KZ-DIRECT", train_no="X7001")
    found = weekly_marts(current([box], way, bookings=[slots]), settings)
    of_service = {
        name: table.filter(service_id="NGB-KZ-DIRECT").height
        for name, table in found.items()
        if "service_id" in table.columns
    }
    assert [name for name, rows in of_service.items() if not rows] == ["mart_trade_week"]
    legs = found["mart_leg_week"].select("leg", "leg_km").rows()
    assert sorted(legs) == [("ALT-ALA", 343), ("HRS-ALT", 15), ("NGB-HRS", 4590)]


def test_without_records_of_it_the_planned_service_has_no_rows(settings: Settings) -> None:
    found = weekly_marts(current([manifest()]), settings)
    assert all(
        "NGB-KZ-DIRECT" not in t["service_id"].to_list() for t in found.values() if "service_id" in t.columns
    )
