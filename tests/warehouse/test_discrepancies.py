"""The ledger of discrepancies: what fails opens, what no longer fails heals, and a waiver holds for what was observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.discrepancies import DISCREPANCY_COLUMNS
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import DISCREPANCY, STATE_CHANGE

DAY = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
Commit = Callable[..., int]


def failing(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {
        "rule_id": "XR-001", "severity": "critical", "subject": "trip", "subject_key": "T1",
        "record_kind": "manifest_container", "record_key": "T1", "delivery_id": "d1", "line_no": 3,
        "iso_week": "2025-W23", "container_nos": "MSKU9070323", "train_no": "X9001", "observed": "none",
        "expected": "one",
    }  # fmt: skip
    return pl.DataFrame([{**base, **row} for row in rows], schema=DISCREPANCY_COLUMNS)


@pytest.fixture
def commit(warehouse: Warehouse, make: SimpleNamespace) -> Commit:
    """Commits a batch a day after the last one; rows are what fails then, None is a batch that compared nothing."""

    def run(*rows: dict[str, Any], judged: bool = True) -> int:
        base = warehouse.snapshot()
        batch = make.batch(f"b{base}", received_at_utc=DAY)
        found = failing(*rows) if judged else None
        dated = replace(batch, discrepancies=found, received_at_utc=DAY + timedelta(days=base))
        return warehouse.publish(dated, {}, base=base)

    return run


def only(warehouse: Warehouse) -> dict[str, Any]:
    (row,) = warehouse.discrepancies().to_dicts()
    return row


def test_a_discrepancy_opens_stays_heals_and_opens_again_with_its_first_day(
    warehouse: Warehouse, commit: Commit
) -> None:
    commit({})
    opened = only(warehouse)
    assert (opened["state"], opened["snapshot_opened"], opened["first_seen_at_utc"]) == ("open", 1, DAY)
    commit({"observed": "still none"})
    stays = only(warehouse)
    assert (stays["observed"], stays["changed_at_utc"]) == ("still none", DAY + timedelta(days=1))
    assert (stays["snapshot_opened"], stays["first_seen_at_utc"]) == (1, DAY)
    commit()
    healed = only(warehouse)
    assert (healed["state"], healed["closed_by"], healed["snapshot_closed"]) == ("healed", "healing", 3)
    assert (healed["closed_at_utc"], healed["changed_at_utc"]) == (
        DAY + timedelta(days=2),
        DAY + timedelta(days=1),
    )
    commit({})
    again = only(warehouse)
    assert (again["state"], again["snapshot_opened"], again["first_seen_at_utc"]) == ("open", 4, DAY)
    assert (again["closed_at_utc"], again["closed_by"], again["snapshot_closed"]) == (None, None, None)


def test_visits_of_boxes_that_were_not_judged_stay_as_they_are(
    warehouse: Warehouse, make: SimpleNamespace
) -> None:
    told = [
        {"subject": "visit", "subject_key": "V1", "container_nos": "MSKU9070323"},
        {"subject": "visit", "subject_key": "V2", "container_nos": "TGHU1234567"},
        {"subject": "trip", "subject_key": "T3", "container_nos": "TGHU1234567"},
    ]
    for name, rows, boxes in (("a", told, None), ("b", [], ["MSKU9070323"])):
        batch = replace(
            make.batch(name),
            discrepancies=failing(*rows),
            visits_of=None if boxes is None else pl.Series(boxes),
        )
        warehouse.publish(batch, {}, base=warehouse.snapshot())
    states = dict(warehouse.discrepancies().select("subject_key", "state").iter_rows())
    assert states == {"V1": "healed", "V2": "open", "T3": "healed"}


def test_rule_and_subject_together_identify_a_discrepancy(warehouse: Warehouse, commit: Commit) -> None:
    commit({}, {"subject_key": "T2"}, {"rule_id": "XR-003", "severity": "warning"})
    commit({"subject_key": "T2"})
    states = warehouse.discrepancies().select("rule_id", "subject_key", "state").rows()
    assert states == [("XR-001", "T1", "healed"), ("XR-001", "T2", "open"), ("XR-003", "T1", "healed")]
    with pytest.raises(IntegrityError):
        commit({"subject_key": "T3"}, {"subject_key": "T3"})
    assert warehouse.snapshot() == 2


def test_a_batch_that_compared_nothing_leaves_the_ledger_alone(warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    before = warehouse.discrepancies()
    commit(judged=False)
    assert_frame_equal(warehouse.discrepancies(), before)


def test_a_commit_writes_only_what_became_another(warehouse: Warehouse, commit: Commit) -> None:
    keys = [{"subject_key": f"T{n}"} for n in range(9)]
    commit(*keys)
    before = warehouse.discrepancies()
    commit(*keys)
    assert_frame_equal(warehouse.discrepancies(), before)
    commit({"subject_key": "T0", "observed": "worse"}, {"subject_key": "T9"}, *keys[2:])
    with reading(warehouse.engine) as connection:
        changes = fetched(connection, select(STATE_CHANGE).where(STATE_CHANGE.c.snapshot > 1))
    assert set(changes.filter(snapshot=2)["row_key"]) == set()
    assert dict(changes.group_by("row_key").agg("column_name").iter_rows()) == {
        "1": ["changed_at_utc", "observed"],
        "2": ["closed_at_utc", "closed_by", "snapshot_closed", "state"],
        "10": ["state"],
    }


def test_a_waiver_holds_while_the_same_is_observed(warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    warehouse.waive_discrepancy(1, by=" desk ", reason="agreed with customs")
    commit({})
    waived = only(warehouse)
    assert (waived["state"], waived["closed_by"], waived["reason"]) == (
        "waived",
        "desk",
        "agreed with customs",
    )
    assert waived["snapshot_closed"] == 2
    commit()
    assert only(warehouse)["state"] == "waived"
    commit({"observed": "worse"})
    opened = only(warehouse)
    assert (opened["state"], opened["reason"], opened["first_seen_at_utc"]) == ("open", None, DAY)


def test_a_waiver_can_be_taken_back_and_nothing_else_can(warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    with pytest.raises(UsageError, match="discrepancy 1 is open"):
        warehouse.reopen_discrepancy(1)
    warehouse.waive_discrepancy(1, by="desk", reason="agreed")
    with pytest.raises(UsageError, match="discrepancy 1 is waived"):
        warehouse.waive_discrepancy(1, by="desk", reason="again")
    warehouse.reopen_discrepancy(1)
    assert only(warehouse)["state"] == "open"
    with pytest.raises(UsageError, match="no discrepancy 2"):
        warehouse.waive_discrepancy(2, by="desk", reason="agreed")
    commit()
    with pytest.raises(UsageError, match="discrepancy 1 is healed"):
        warehouse.reopen_discrepancy(1)


@pytest.mark.parametrize(("by", "reason"), [(" ", "agreed"), ("desk", "")])
def test_a_waiver_says_who_and_why(by: str, reason: str, warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    with pytest.raises(UsageError, match="who gives it and why"):
        warehouse.waive_discrepancy(1, by=by, reason=reason)


def test_a_batch_that_fails_leaves_the_ledger_as_it_was(warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    before = warehouse.discrepancies()
    with pytest.raises(UsageError, match="discrepancies of the batch lacks"):
        warehouse.publish(_without_rule(), {}, base=1)
    assert_frame_equal(warehouse.discrepancies(), before)


def _without_rule() -> Batch:
    return Batch(deliveries=[], received_at_utc=DAY, discrepancies=failing({}).drop("rule_id"))


def test_the_table_refuses_a_closed_row_without_a_day(warehouse: Warehouse, commit: Commit) -> None:
    commit({})
    with pytest.raises(IntegrityError), writing(warehouse.engine) as connection:
        connection.execute(DISCREPANCY.update().values(state="healed"))
