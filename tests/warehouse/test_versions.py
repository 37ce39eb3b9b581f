"""The highest version counts, whatever the order of arrival; contradictions are conflicts, repetitions duplicates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.model import kind
from corridor_etl.warehouse.versions import arrivals, current, stored

BOOKING = kind("booking")


def sorted_out(make: SimpleNamespace, new: list[dict[str, Any]], existing: list[dict[str, Any]]) -> Any:
    numbered = make.bookings(*new).drop("snapshot").with_row_index("row_id").cast({"row_id": pl.Int64})
    return arrivals(numbered, make.bookings(*existing), BOOKING)


def lines(frame: pl.DataFrame) -> list[int]:
    return frame["line_no"].to_list()


def test_a_new_record_and_a_new_version_are_fresh(make: SimpleNamespace) -> None:
    found = sorted_out(make, [{"line_no": 1, "version": 2}, {"line_no": 2, "booking_no": "B2"}], [{}])
    assert lines(found.fresh) == [1, 2]
    assert found.duplicates.is_empty()
    assert found.conflicts.is_empty()


def test_the_same_version_again_is_a_duplicate(make: SimpleNamespace) -> None:
    found = sorted_out(make, [{"line_no": 7}, {"line_no": 8}], [{"delivery_id": "earlier"}])
    assert lines(found.duplicates) == [7, 8]
    assert found.fresh.is_empty()


def test_the_first_of_a_batch_stays_and_its_repetition_is_a_duplicate(make: SimpleNamespace) -> None:
    found = sorted_out(make, [{"line_no": 1}, {"line_no": 2}], [])
    assert (lines(found.fresh), lines(found.duplicates)) == ([1], [2])


def test_null_contradicts_nothing(make: SimpleNamespace) -> None:
    found = sorted_out(make, [{"line_no": 1, "teu": None}], [{"teu": Decimal("2.00")}])
    assert lines(found.duplicates) == [1]


def test_a_contradiction_is_a_conflict_that_says_what_differs(make: SimpleNamespace) -> None:
    changed = {"line_no": 3, "teu": Decimal("4.00"), "departure_on_local": date(2025, 3, 4)}
    found = sorted_out(make, [changed], [{"delivery_id": "first", "line_no": 9}])
    (conflict,) = found.conflicts.to_dicts()
    assert conflict["column"] == "departure_on_local,teu"
    assert conflict["observed"] == "2025-03-04,4.00"
    assert conflict["expected"] == "2025-03-03,2.00"
    assert (conflict["first_delivery_id"], conflict["first_line_no"]) == ("first", 9)
    (failure,) = found.failures.to_dicts()
    assert (failure["row_id"], failure["rule_id"], failure["severity"]) == (0, "CONFLICT", "critical")


def test_a_cancellation_of_the_same_version_is_a_conflict(make: SimpleNamespace) -> None:
    found = sorted_out(make, [{"action": "cancel"}], [{}])
    assert found.conflicts["column"].to_list() == ["action"]


def test_columns_beyond_the_model_pass_through(make: SimpleNamespace) -> None:
    new = make.bookings({}).with_columns(raw_text=pl.lit("as received"))
    found = arrivals(new, make.bookings(), BOOKING)
    assert found.fresh.columns == new.columns


def test_the_highest_version_is_current_whatever_came_first(make: SimpleNamespace) -> None:
    rows = make.bookings({"version": 2, "teu": Decimal("4.00"), "snapshot": 1}, {"version": 1, "snapshot": 2})
    assert current(rows, BOOKING)["teu"].to_list() == [Decimal("4.00")]


@pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
def test_a_cancelled_record_is_gone_whatever_came_first(
    make: SimpleNamespace, versions: tuple[int, int]
) -> None:
    rows = make.bookings(*({"version": v, "action": "cancel" if v == 2 else "insert"} for v in versions))
    assert current(rows, BOOKING).is_empty()


def test_a_version_after_the_cancellation_counts_again(make: SimpleNamespace) -> None:
    rows = make.bookings({"version": 2, "action": "cancel"}, {"version": 3, "action": "replace"})
    assert current(rows, BOOKING)["version"].to_list() == [3]


def test_stored_rows_know_their_week_and_snapshot(make: SimpleNamespace) -> None:
    rows = stored(make.bookings({"departure_on_local": date(2024, 12, 30)}), BOOKING, 5)
    assert rows.select("snapshot", "iso_week").row(0) == (5, "2025-W01")


ROW = st.fixed_dictionaries(
    {
        "booking_no": st.sampled_from(["A", "B", "C"]),
        "version": st.integers(1, 3),
        "action": st.sampled_from(["insert", "cancel"]),
        "teu": st.sampled_from([None, Decimal("1.00"), Decimal("2.00")]),
        "snapshot": st.integers(1, 3),
    }
)


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"line_no": i} for i, row in enumerate(rows, 1)]


@given(data=st.data(), rows=st.lists(ROW, max_size=12).map(numbered))
def test_current_does_not_depend_on_the_order_of_rows(
    make: SimpleNamespace, data: st.DataObject, rows: list[dict[str, Any]]
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert current(make.bookings(*rows), BOOKING).equals(current(make.bookings(*shuffled), BOOKING))


@given(rows=st.lists(ROW, max_size=12).map(numbered), known=st.lists(ROW, max_size=6))
def test_every_new_row_is_fresh_duplicate_or_conflict(
    make: SimpleNamespace, rows: list[dict[str, Any]], known: list[dict[str, Any]]
) -> None:
    found = sorted_out(make, rows, known)
    parts = [*lines(found.fresh), *lines(found.duplicates), *lines(found.conflicts)]
    assert sorted(parts) == list(range(1, len(rows) + 1))
    identities = found.fresh.select("booking_no", "version").rows()
    assert len(identities) == len(set(identities))
    assert not set(identities) & {(row["booking_no"], row["version"]) for row in known}


@given(rows=st.lists(ROW, max_size=12).map(numbered))
def test_a_batch_sorted_out_twice_adds_nothing(make: SimpleNamespace, rows: list[dict[str, Any]]) -> None:
    fresh = sorted_out(make, rows, []).fresh.to_dicts()
    again = sorted_out(make, rows, [{k: v for k, v in row.items() if k != "row_id"} for row in fresh])
    assert again.fresh.is_empty()


def test_a_patch_changes_what_it_says_and_nothing_else(make: SimpleNamespace) -> None:
    original = {"line_no": 1, "version": 1, "teu": Decimal("2.00")}
    first = {"line_no": 2, "version": 2, "action": "patch", "teu": Decimal("4.00"), "containers": None}
    second = {"line_no": 3, "version": 3, "action": "patch", "teu": None, "containers": 9}
    (row,) = current(make.bookings(second, original, first), BOOKING).to_dicts()
    assert (row["line_no"], row["version"], row["teu"], row["containers"]) == (3, 3, Decimal("4.00"), 9)
    (whole,) = make.bookings(original).to_dicts()
    changed = {"line_no", "version", "action", "teu", "containers"}
    assert {k: v for k, v in row.items() if k not in changed} == {
        k: v for k, v in whole.items() if k not in changed
    }


def test_a_patch_waits_for_its_original_and_does_not_revive_a_cancelled_record(make: SimpleNamespace) -> None:
    patch = {"line_no": 2, "version": 3, "action": "patch"}
    assert current(make.bookings(patch), BOOKING).is_empty()
    assert current(make.bookings(patch, {"version": 2, "action": "cancel"}, {}), BOOKING).is_empty()


def test_a_later_whole_version_ends_earlier_patches(make: SimpleNamespace) -> None:
    patch = {"line_no": 2, "version": 2, "action": "patch", "containers": 9}
    later = {"line_no": 3, "version": 3, "action": "replace", "containers": 4}
    (row,) = current(make.bookings({}, patch, later), BOOKING).to_dicts()
    assert (row["line_no"], row["containers"]) == (3, 4)
