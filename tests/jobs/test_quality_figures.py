"""Data quality figures from a ledger that was filled by hand, in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import UsageError
from corridor_etl.jobs.event_lags import EVENT_AT
from corridor_etl.jobs.quality_figures import of_delivery, of_week
from corridor_etl.jobs.quarantine_stock import stock
from corridor_etl.model import kind
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse
from tests.jobs.test_grades import AT, loaded, refused

NOW = "2025-06-18T00:00:00+00:00"
DAY_S = 86400


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """Ten manifests and a refused file a week later; two of the rows wait in quarantine."""
    monkeypatch.setenv("CORRIDOR_NOW", NOW)
    if request.param == "postgresql":
        monkeypatch.setenv("CORRIDOR_DATABASE_URL", request.getfixturevalue("new_database")())
    warehouse = Warehouse.open(own_home)
    warehouse.publish(loaded(), {}, base=0)
    warehouse.publish(refused(days=7), {}, base=1)
    return warehouse


mostly_sqlite = pytest.mark.parametrize(
    "filled", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
"""For what the queries of the other tests have brought, looked at from another side."""


def row_of(frame: pl.DataFrame, source_id: str = "manifests") -> dict[str, Any]:
    return frame.filter(source_id=source_id).row(0, named=True)


def test_a_week_of_receipt_is_told_by_source(filled: Warehouse, settings: Settings) -> None:
    found = of_week(filled, settings, "2025-W24")
    row = row_of(found.sources)
    assert (row["files"], row["files_rejected"], row["rows_read"], row["rows_judged"]) == (1, 0, 10, 10)
    assert (row["completeness_pct"], row["validity_pct"], row["uniqueness_pct"]) == (85.0, 80.0, 100.0)
    assert (row["corrected_per_1000"], row["on_time_pct"]) == (300.0, 0.0)
    assert row["light"] == "red"
    assert [said.split()[1] for said in row["reasons"].split("; ")] == [
        "completeness_pct", "validity_pct", "on_time_pct", "corrected_per_1000",
    ]  # fmt: skip
    assert found.rules.rows() == [("manifests", "BK-001", "critical", 2)]


@mostly_sqlite
def test_lags_are_from_the_event_to_the_receipt(filled: Warehouse, settings: Settings) -> None:
    row = row_of(of_week(filled, settings, "2025-W24").sources)
    booked = datetime(2025, 5, 3, 1, tzinfo=UTC)
    assert row["rows_timed"] == 8
    assert row["lag_median_hours"] == row["lag_p90_hours"] == (AT - booked) / timedelta(hours=1) == 895


@mostly_sqlite
def test_open_rows_are_as_old_as_at_the_end_of_the_week_or_now(filled: Warehouse, settings: Settings) -> None:
    first = filled.quarantine()["first_seen_at_utc"].to_list()[0]
    for week, seen_at in (
        ("2025-W24", datetime(2025, 6, 16, tzinfo=UTC)),
        ("2025-W25", datetime.fromisoformat(NOW)),
    ):
        row = row_of(of_week(filled, settings, week).sources)
        ages = (row["open_age_median_s"], row["open_age_most_s"])
        assert (row["open_rows"], *ages) == (2, *[(seen_at - first) // timedelta(seconds=1)] * 2)


@mostly_sqlite
def test_the_last_receipt_is_the_week_where_none_is_named(filled: Warehouse, settings: Settings) -> None:
    row = row_of(of_week(filled, settings).sources)
    assert (row["files"], row["files_rejected"], row["rows_read"], row["validity_pct"]) == (1, 1, 0, None)


def test_one_delivery_is_told_by_itself(filled: Warehouse, settings: Settings) -> None:
    found = of_delivery(filled, settings, 1)
    row = row_of(found.sources)
    assert (row["files"], row["validity_pct"], row["open_rows"], row["on_time_pct"]) == (1, 80.0, 2, None)
    assert found.corridor.is_empty()
    assert row_of(of_delivery(filled, settings, 2).sources)["files_rejected"] == 1
    with pytest.raises(UsageError, match="there is no delivery 9"):
        of_delivery(filled, settings, 9)


def test_what_the_pipeline_heals_and_what_people_decide_are_told_apart(
    filled: Warehouse, settings: Settings
) -> None:
    first, second = filled.quarantine().select("quarantine_id", "delivery_id").rows()
    moved = pl.DataFrame(
        [
            (*first, "2025-W11", "rows_duplicate", "replayed", "corridor", "its original came"),
            (*second, None, "rows_quarantined", "discarded", "aigerim", "a test row"),
        ],
        schema=[
            "quarantine_id",
            "delivery_id",
            "iso_week",
            "counter",
            "state",
            "decided_by",
            "decision_reason",
        ],
        orient="row",
    )
    filled.publish(Batch([], AT + timedelta(days=8), healed=moved), {}, base=2)
    row = row_of(of_week(filled, settings, "2025-W25").sources)
    assert (row["open_rows"], row["healed_rows"], row["decided_rows"]) == (0, 1, 1)
    before = row_of(of_week(filled, settings, "2025-W24").sources)
    assert (before["open_rows"], before["healed_rows"], before["decided_rows"]) == (2, 0, 0)
    assert (before["rows_read"], before["rows_duplicate"], before["uniqueness_pct"]) == (10, 1, 90.0)


def held(*rows: tuple[int, str, int | None, str | None]) -> pl.DataFrame:
    """Rows of the quarantine by day first seen, state, day decided and by whom."""
    schema = {
        "source_id": pl.String(), "rule_ids": pl.String(), "first_seen_at_utc": pl.Datetime("us", "UTC"),
        "state": pl.String(), "decided_at_utc": pl.Datetime("us", "UTC"), "decided_by": pl.String(),
    }  # fmt: skip
    made = [
        (
            "a",
            "ST-007",
            AT + timedelta(days=seen),
            state,
            None if day is None else AT + timedelta(days=day),
            by,
        )
        for seen, state, day, by in rows
    ]
    return pl.DataFrame(made, schema=schema, orient="row")


def test_what_left_quarantine_is_counted_in_the_week_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", (AT + timedelta(days=30)).isoformat())
    rows = held(
        (0, "open", None, None),
        (4, "open", None, None),
        (-9, "open", None, None),
        (-9, "superseded", 3, "corridor"),
        (-9, "replayed", -8, "corridor"),
        (2, "waived", 7, "A"),
        (2, "discarded", 6, "A"),
        (8, "open", None, None),
    )
    (row,) = stock(rows, AT, AT + timedelta(days=7)).to_dicts()
    assert (row["open_rows"], row["healed_rows"], row["decided_rows"], row["orphans_waiting"]) == (4, 1, 1, 4)
    assert (row["open_age_median_s"], row["open_age_most_s"]) == (6 * DAY_S, 16 * DAY_S)


def test_nothing_open_has_no_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_NOW", AT.isoformat())
    (row,) = stock(held((0, "waived", 1, "A")), AT, AT + timedelta(days=7)).to_dicts()
    assert (row["open_rows"], row["open_age_median_s"], row["open_age_most_s"]) == (0, None, None)


@pytest.mark.parametrize("name", EVENT_AT)
def test_the_instant_of_an_event_is_a_column_of_its_kind(name: str) -> None:
    assert kind(name).schema[EVENT_AT[name]] == pl.Datetime("us", "UTC")
