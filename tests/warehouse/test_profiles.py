"""Profiles and message numbers are committed with their delivery, and found again by the days of their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, select, text, update

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import (
    PROFILE_COLUMN_COLUMNS,
    PROFILE_COLUMNS,
    REFERENCE_COLUMNS,
    Warehouse,
    migrations,
)
from corridor_etl.warehouse.engine import open_engine, reading, writing
from corridor_etl.warehouse.profiles import LOOK_BACK_DAYS
from corridor_etl.warehouse.schema import DELIVERY_PROFILE, DELIVERY_REFERENCE, QUARANTINE

MONDAY = date(2025, 3, 3)


def profiled(batch: Any, day: date | None = MONDAY, *, is_held: bool = False, document: str = "G1") -> Any:
    """The batch with a profile of one column and one message."""
    name = batch.deliveries[0].delivery_id
    kind = {"delivery_id": name, "record_kind": "booking", "rows": 8, "comparable": 0, "is_held": is_held,
            "first_on": day, "middle_on": day, "last_on": day}  # fmt: skip
    column = {"delivery_id": name, "record_kind": "booking", "column_name": "train_no", "nulls": 1, "distinct_count": 2,
              "measured": 3, "median": 2.5, "median_unit": "kg", "codes_json": '["X"]'}  # fmt: skip
    message = {"delivery_id": name, "interchange_sender": "A", "interchange_recipient": "B", "interchange_ref": "7",
               "message_ref": "1", "message_kind": "CODECO", "document_no": document, "function_code": "9"}  # fmt: skip
    return replace(
        batch,
        profiles=pl.DataFrame([kind], schema=PROFILE_COLUMNS),
        profile_columns=pl.DataFrame([column], schema=PROFILE_COLUMN_COLUMNS),
        references=pl.DataFrame([message], schema=REFERENCE_COLUMNS),
    )


def put(warehouse: Warehouse, batch: Any) -> None:
    warehouse.publish(batch, {}, base=warehouse.snapshot())


def test_what_is_committed_is_found_by_its_delivery(warehouse: Warehouse, make: Any) -> None:
    put(warehouse, profiled(make.batch("a")))
    kinds, columns = warehouse.profile(1)
    assert kinds.to_dicts()[0] | {"is_held": False} == {
        "delivery_no": 1, "record_kind": "booking", "rows": 8, "first_on": MONDAY, "middle_on": MONDAY,
        "last_on": MONDAY, "comparable": 0, "is_held": False,
    }  # fmt: skip
    assert columns.select("nulls", "median", "median_unit", "codes_json").row(0) == (1, 2.5, "kg", '["X"]')
    assert warehouse.profile(2).kinds.is_empty()


def test_earlier_profiles_are_those_of_days_before_and_not_too_long_ago(
    warehouse: Warehouse, make: Any
) -> None:
    days = [MONDAY - timedelta(days=LOOK_BACK_DAYS + 1), MONDAY - timedelta(days=LOOK_BACK_DAYS),
            MONDAY - timedelta(days=1), MONDAY, None]  # fmt: skip
    for i, day in enumerate(days):
        put(warehouse, profiled(make.batch(f"b{i}"), day))
    kinds, columns = warehouse.earlier_profiles(["bookings"], MONDAY)
    assert kinds["middle_on"].to_list() == days[1:3]
    assert sorted(columns["delivery_no"]) == [2, 3]
    assert kinds.select("sender_id", "format").unique().rows() == [("booking_desk", "booking_csv")]
    assert warehouse.earlier_profiles(["manifests"], MONDAY).kinds.is_empty()
    assert warehouse.earlier_profiles([], MONDAY).kinds.is_empty()
    assert warehouse.earlier_profiles(["bookings"], None).kinds.is_empty()


def test_a_held_delivery_is_no_measure_until_its_rows_are_waived(warehouse: Warehouse, make: Any) -> None:
    batch = make.batch("held", rows_loaded=0, rows_quarantined=8)
    name = batch.deliveries[0].delivery_id
    row = {
        "delivery_id": name,
        "record_kind": "booking",
        "rule_ids": "BA-006",
        "severity": "critical",
        "details_json": "[]",
        "raw_text": "",
    }
    held = pl.DataFrame([{**row, "line_no": i} for i in range(8)])
    put(warehouse, profiled(replace(batch, rows={}, quarantine=held), is_held=True))
    later = MONDAY + timedelta(days=7)
    for state, count in (("open", 0), ("discarded", 0), ("waived", 1)):
        with writing(warehouse.engine) as connection:
            decision = {"state": state, "decided_by": "ann", "decision_reason": "seen"}
            connection.execute(update(QUARANTINE).values(decision))
        assert warehouse.earlier_profiles(["bookings"], later).kinds.height == count


def test_messages_are_found_by_the_number_of_their_document(warehouse: Warehouse, make: Any) -> None:
    for i, number in enumerate(("G1", "G2", "'; --")):
        put(warehouse, profiled(make.batch(f"m{i}"), document=number))
    found = warehouse.messages_numbered({"G1", "'; --", "G9", *(f"X{i}" for i in range(1200))})
    assert sorted(found.select("document_no", "file_name", "middle_on").rows()) == [
        ("'; --", "booking_desk/m2.csv", MONDAY), ("G1", "booking_desk/m0.csv", MONDAY),
    ]  # fmt: skip
    assert warehouse.messages_numbered([]).is_empty()
    assert warehouse.interchanges(["A", "C"]).rows() == [("A", "B", "7")]


def test_nothing_of_a_refused_batch_is_kept(warehouse: Warehouse, make: Any) -> None:
    batch = profiled(make.batch("a"))
    broken = replace(batch, profile_columns=batch.profile_columns.drop("nulls"))
    with pytest.raises(UsageError, match="profiled columns of the batch lacks nulls"):
        put(warehouse, broken)
    with reading(warehouse.engine) as connection:
        assert connection.execute(select(DELIVERY_PROFILE)).all() == []
        assert connection.execute(select(DELIVERY_REFERENCE)).all() == []


def test_arrivals_name_the_weeks_a_source_spoke_about(warehouse: Warehouse, make: Any) -> None:
    assert warehouse.last_received_at_utc() is None
    put(warehouse, make.batch("a"))
    assert warehouse.arrivals().rows() == [("bookings", f"2025-W{w}", make.now) for w in (10, 11, 12, 13)]
    assert warehouse.last_received_at_utc() == make.now


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def test_the_migration_leaves_the_deliveries_there_are_as_they_were_both_ways(
    own_home: Path, make: Any, tmp_path: Path
) -> None:
    with Warehouse.open(own_home) as warehouse:
        put(warehouse, profiled(make.batch("a")))
        url = str(warehouse.engine.url)
        before = warehouse.deliveries()
    engine = open_engine(url)
    with writing(engine) as connection:
        command.downgrade(_config(connection), "0007_issues")
        tables = inspect(connection).get_table_names()
        assert not [name for name in tables if name.startswith(("delivery_profile", "delivery_reference"))]
        assert connection.execute(text("SELECT count(*) FROM delivery")).scalar() == 1
    engine.dispose()
    with Warehouse.open(own_home) as warehouse:
        assert warehouse.deliveries().equals(before)
        assert warehouse.profile(1).kinds.is_empty()
        put(warehouse, profiled(make.batch("b")))
        assert warehouse.profile(2).columns.height == 1
