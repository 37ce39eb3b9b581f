"""Container trips go in beside the marts, come back as they went in, and keep their snapshot week by week."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from corridor_etl.errors import UsageError
from corridor_etl.facts.trips import stored_trips
from corridor_etl.model import CONTAINER_TRIP, STORED_TRIP
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.frames import schema_of
from corridor_etl.warehouse.schema import FACTS

WEEKS = ("2025-W10", "2025-W11", "2025-W12")


def test_trips_come_back_as_they_went_in(warehouse: Warehouse, make: SimpleNamespace) -> None:
    trips = make.trip_fact(
        {
            "gate_in_at_utc": datetime(2025, 2, 27, 23, 59, 59, 123456, tzinfo=UTC),
            "delivered_on_local": date(2025, 3, 9),
        },
        {"container_no": "集装箱 \"7\", 'x'\\N", "size_type": None, "teu_x100": None, "hs_chapter": ""},
    )
    warehouse.publish(make.batch("a"), trips, base=0)
    (sent,) = trips.values()
    assert warehouse.trips().drop("snapshot").equals(sent)
    assert warehouse.trips(weeks=["2025-W10"]).height == 2
    assert warehouse.trips(weeks=["2025-W11"]).is_empty()


def test_only_weeks_whose_trips_changed_get_a_new_snapshot(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    rows = [{"departure_week": week} for week in WEEKS]
    warehouse.publish(make.batch("a"), make.trip_fact(*rows), base=0)
    moved = [rows[0], rows[1], {"departure_week": WEEKS[1]}]
    warehouse.publish(make.batch("b"), make.trip_fact(*moved), base=1)
    found = warehouse.trips().select("trip_id", "departure_week", "snapshot").rows()
    assert found == [("t0", "2025-W10", 1), ("t1", "2025-W11", 2), ("t2", "2025-W11", 2)]
    warehouse.publish(make.batch("c"), {}, base=2)
    assert warehouse.trips().height == 3, "a batch that says nothing of trips leaves them"


def test_decimals_are_stored_as_whole_numbers_of_a_smaller_unit() -> None:
    schema = {column.name: column.dtype for column in CONTAINER_TRIP}
    row = dict.fromkeys(schema) | {"teu": Decimal("2.25"), "cargo_gross_kg": Decimal("20500.125")}
    (stored,) = stored_trips(pl.DataFrame([row], schema=schema)).to_dicts()
    assert (stored["teu_x100"], stored["cargo_gross_g"], stored["cargo_net_g"]) == (225, 20_500_125, None)


def test_the_table_has_the_columns_of_the_model_and_the_snapshot() -> None:
    table = FACTS["fct_container_trip"]
    wanted = {s.column.name: s.column.dtype for s in STORED_TRIP} | {"snapshot": pl.Int64()}
    assert schema_of(table.columns) == wanted
    assert {c.name for c in table.columns if not c.nullable} >= {
        "trip_id",
        "departure_week",
        "delivery_id",
        "line_no",
    }


def test_trips_without_their_columns_are_refused(warehouse: Warehouse, make: SimpleNamespace) -> None:
    (trips,) = make.trip_fact({}).values()
    with pytest.raises(UsageError, match="lacks teu_x100"):
        warehouse.publish(make.batch("a"), {"fct_container_trip": trips.drop("teu_x100")}, base=0)
    assert warehouse.snapshot() == 0
