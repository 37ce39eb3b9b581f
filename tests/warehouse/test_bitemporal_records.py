"""Records have two times: the week they belong to and the snapshot they are known from. Against a model in plain loops."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.lake import of_keys

FIRST = date(2025, 3, 3)  # a Monday, of 2025-W10


def arrive(warehouse: Warehouse, make: SimpleNamespace, name: str, *rows: dict[str, Any]) -> int:
    """Publishes a delivery of bookings; ``week`` counts from the first."""
    one = make.delivery(name, rows_read=len(rows), rows_loaded=len(rows))
    frame = make.bookings(
        *(
            {k: v for k, v in row.items() if k != "week"}
            | {"departure_on_local": FIRST + timedelta(weeks=row.get("week", 0))}
            | {"delivery_id": one.delivery_id, "line_no": line}
            for line, row in enumerate(rows, start=1)
        )
    ).drop("snapshot")
    batch = Batch([one], make.now, {"booking": frame})
    return warehouse.publish(batch, {}, base=warehouse.snapshot())


def seen(warehouse: Warehouse, snapshot: int) -> list[tuple[Any, ...]]:
    frame = warehouse.at(snapshot).current("booking").sort("booking_no")
    return frame.select("booking_no", "version", "containers", "teu", "iso_week").rows()


def test_a_late_record_belongs_to_its_week_and_is_known_from_its_batch(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    arrive(warehouse, make, "on time", {"booking_no": "B1", "week": 1})
    arrive(warehouse, make, "late", {"booking_no": "B2", "week": 0})
    assert [row[0] for row in seen(warehouse, 1)] == ["B1"]
    assert [(row[0], row[4]) for row in seen(warehouse, 2)] == [("B1", "2025-W11"), ("B2", "2025-W10")]


def test_a_correction_takes_a_record_out_of_its_week_and_into_another(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    arrive(warehouse, make, "first", {"week": 0})
    arrive(warehouse, make, "moved", {"week": 2, "version": 2, "action": "replace"})
    weeks = [[row[4] for row in seen(warehouse, snapshot)] for snapshot in (0, 1, 2)]
    assert weeks == [[], ["2025-W10"], ["2025-W12"]]
    assert warehouse.rows("booking")["iso_week"].to_list() == ["2025-W10", "2025-W12"]


def test_a_tombstone_before_its_original_holds_when_that_comes(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    arrive(warehouse, make, "tombstone", {"version": 2, "action": "cancel"})
    arrive(warehouse, make, "original", {"version": 1})
    assert [seen(warehouse, snapshot) for snapshot in (1, 2)] == [[], []]
    arrive(warehouse, make, "again", {"version": 3, "containers": 7})
    assert [row[:3] for row in seen(warehouse, 3)] == [("B1", 3, 7)]
    assert seen(warehouse, 2) == []


def test_of_two_that_contradict_each_other_the_first_one_known_counts(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    arrive(warehouse, make, "one", {"containers": 3})
    arrive(warehouse, make, "other", {"containers": 4})
    assert [row[2] for row in seen(warehouse, 2)] == [3]


HISTORY: list[dict[str, Any]] = [
    {"booking_no": "A", "version": 1, "containers": 1, "week": 0},
    {"booking_no": "A", "version": 2, "containers": 2, "week": 1, "action": "replace"},
    {"booking_no": "A", "version": 3, "teu": Decimal("6.00"), "containers": None, "week": 2, "action": "patch"},
    {"booking_no": "A", "version": 4, "action": "cancel", "week": 2},
    {"booking_no": "B", "version": 1, "containers": 5, "week": 0},
    {"booking_no": "B", "version": 2, "action": "cancel", "week": 0},
    {"booking_no": "B", "version": 3, "containers": 6, "week": 3},
    {"booking_no": "C", "version": 1, "containers": 8, "week": 3},
]  # fmt: skip


def plain(known: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The current records of what is known, by a loop over versions."""
    found = []
    for number in sorted({row["booking_no"] for row in known}):
        record: dict[str, Any] | None = None
        for row in sorted((r for r in known if r["booking_no"] == number), key=lambda r: r["version"]):
            action = row.get("action", "insert")
            if action == "cancel":
                record = None
            elif action == "patch":
                # A patch without its record changes nothing; with it, only what it says.
                record = record and record | {k: v for k, v in row.items() if v is not None}
            else:
                record = {"teu": Decimal("2.00"), "containers": 1} | row
        if record is not None:
            week = f"2025-W{10 + record['week']}"
            found.append((number, record["version"], record["containers"], record["teu"], week))
    return found


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 4))])
def test_in_any_order_of_arrival_each_snapshot_shows_what_was_known(
    seed: int, warehouse: Warehouse, make: SimpleNamespace
) -> None:
    order = random.Random(seed).sample(HISTORY, len(HISTORY))
    for number, row in enumerate(order):
        arrive(warehouse, make, f"d{number}", row)
    for snapshot in range(len(order) + 1):
        assert seen(warehouse, snapshot) == plain(order[:snapshot])


def test_all_versions_of_some_records_are_found_in_every_week(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    arrive(warehouse, make, "first", {"booking_no": "B1", "week": 0}, {"booking_no": "B2", "week": 0})
    arrive(warehouse, make, "moved", {"booking_no": "B1", "week": 2, "version": 2, "action": "replace"})
    asked = warehouse.rows("booking").select("booking_no").filter(booking_no="B1")
    found = warehouse.rows_of("booking", pl.concat([asked, pl.DataFrame({"booking_no": ["B9"]})]))
    assert found.equals(warehouse.rows("booking").filter(booking_no="B1"))
    assert found["version"].to_list() == [1, 2]
    assert warehouse.rows_of("booking", asked.clear()).is_empty()


def test_a_key_without_a_value_is_found_as_well() -> None:
    rows = pl.DataFrame({"a": ["x", None, None], "b": [1, 1, 2]})
    keys = pl.DataFrame({"a": [None, None, "y"], "b": [1, 1, 2]}, schema=rows.schema)
    assert of_keys(rows.lazy(), keys).collect().rows() == [(None, 1)]
