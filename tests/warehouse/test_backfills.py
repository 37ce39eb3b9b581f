"""The record of backfills, in SQLite and PostgreSQL: a week goes in whole, with its version and its record, or not at all."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from corridor_etl.errors import BaseMoved, UsageError
from corridor_etl.warehouse import Build, Warehouse
from corridor_etl.warehouse.backfills import DIFF_COLUMNS, Request, WeekRequest
from corridor_etl.warehouse.mart_tables import checked

OLD, NEW = Build("old code", "old rules"), Build("new code", "new rules")
REQUEST = Request("2025-W10", "2025-W11", "another rule", "desk")
MART = "mart_match_week"


@pytest.fixture
def week(warehouse: Warehouse, make: SimpleNamespace) -> str:
    """The week of the mart of a first batch, which says by what its figures were made."""
    warehouse.publish(replace(make.batch("a"), build=OLD), make.match_mart({}), base=0)
    return str(warehouse.mart(MART)["iso_week"][0])


def recorded(warehouse: Warehouse, week: str) -> int:
    asked = [WeekRequest(week, "stale", "rules of another version", True, 8)]
    return warehouse.backfills.add(REQUEST, asked, NEW, "0.1.0/3", base=1)


def test_a_commit_with_marts_says_by_what_they_were_made(warehouse: Warehouse, week: str) -> None:
    rows = warehouse.week_builds().drop("built_at_utc").rows()
    assert rows == [(week, "old code", "old rules", 1)]


def test_a_backfill_is_recorded_with_its_weeks_before_anything_is_done(
    warehouse: Warehouse, week: str
) -> None:
    number = recorded(warehouse, week)
    row = warehouse.backfills.one(number)
    assert (row["state"], row["reason"], row["requested_by"]) == ("planned", "another rule", "desk")
    assert warehouse.backfills.weeks(number).select("iso_week", "state").rows() == [(week, "queued")]
    with pytest.raises(UsageError, match="there is no backfill 7"):
        warehouse.backfills.one(7)


def test_a_week_goes_in_in_one_commit_with_its_history(
    warehouse: Warehouse, make: SimpleNamespace, week: str
) -> None:
    number = recorded(warehouse, week)
    after = checked(MART, make.match_mart({"laden_boxes": 99})[MART])
    differing = pl.DataFrame([(week, MART, "", "laden_boxes", "40", "99")], schema=DIFF_COLUMNS, orient="row")
    with warehouse.lease("backfill") as lease:
        counts = {"cells_changed": 1, "facts_changed": 0, "figures_changed": 0}
        warehouse.backfills.built(number, week, differing, counts, lease=lease, spent_s=0.5)
        with pytest.raises(BaseMoved):
            warehouse.backfills.swap(number, week, {MART: after}, NEW, base=0, lease=lease)
        assert warehouse.snapshot() == 1
        put = {"base": 1, "lease": lease, "spent_s": 0.25}
        assert warehouse.backfills.swap(number, week, {MART: after}, NEW, **put) == 2
    assert warehouse.mart(MART).select("laden_boxes", "snapshot").rows() == [(99, 2)]
    assert warehouse.at(1).mart(MART)["laden_boxes"][0] != 99
    (row,) = warehouse.backfills.weeks(number).to_dicts()
    assert (row["state"], row["snapshot"], row["cells_changed"], row["seconds"]) == ("swapped", 2, 1, 0.75)
    assert warehouse.backfills.differences(number).equals(differing)
    assert warehouse.week_builds()["code_version"].to_list() == ["new code"]
    assert set(warehouse.revisions()["cause"]) == {"configuration"}


def test_a_week_that_does_not_differ_makes_no_snapshot(warehouse: Warehouse, week: str) -> None:
    number = recorded(warehouse, week)
    with warehouse.lease("backfill") as lease:
        assert warehouse.backfills.swap(number, week, {}, NEW, base=1, lease=lease) == 1
    assert warehouse.snapshot() == 1
    assert warehouse.backfills.weeks(number)["state"].to_list() == ["unchanged"]
    assert warehouse.week_builds()["rules_version"].to_list() == ["new rules"]
