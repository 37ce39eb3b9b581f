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
from corridor_etl.warehouse.versions import arrivals, current, deciding, orphans, revised, stored

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


def test_rows_about_known_records_are_told_with_each_week_these_are_stored_under(
    make: SimpleNamespace,
) -> None:
    later = {"version": 2, "departure_on_local": date(2025, 3, 17)}
    existing = make.bookings({}, later, {"booking_no": "B9"}).with_columns(iso_week=BOOKING.iso_week())
    fresh = make.bookings({"line_no": 1, "version": 3}, {"line_no": 2, "booking_no": "B2"}).drop("snapshot")
    found = revised(fresh, existing, BOOKING).sort("iso_week").rows()
    assert found == [("booking", "d0", 1, "2025-W10"), ("booking", "d0", 1, "2025-W12")]
    assert revised(fresh, existing.clear(), BOOKING).is_empty()


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


def test_a_patch_changes_only_what_it_says(make: SimpleNamespace) -> None:
    patch = {"version": 2, "action": "patch", "teu": Decimal("4.00"), "containers": None, "train_no": None}
    (row,) = current(make.bookings({"containers": 3}, patch), BOOKING).to_dicts()
    assert (row["version"], row["action"], row["teu"]) == (2, "insert", Decimal("4.00"))
    assert (row["containers"], row["train_no"]) == (3, "X9001")


def test_the_later_of_two_patches_wins_and_one_older_than_the_record_says_nothing(
    make: SimpleNamespace,
) -> None:
    rows = make.bookings(
        {"version": 3, "action": "patch", "teu": Decimal("6.00")},
        {"version": 1, "action": "patch", "containers": 9},
        {"version": 2, "action": "replace"},
        {"version": 4, "action": "patch", "teu": None, "containers": 5},
    )
    (row,) = current(rows, BOOKING).to_dicts()
    assert (row["version"], row["teu"], row["containers"]) == (4, Decimal("6.00"), 5)


def test_a_patch_does_not_bring_back_what_was_cancelled(make: SimpleNamespace) -> None:
    rows = make.bookings({}, {"version": 2, "action": "cancel"}, {"version": 3, "action": "patch"})
    assert current(rows, BOOKING).is_empty()


def test_a_correction_without_original_is_an_orphan(make: SimpleNamespace) -> None:
    event = kind("port_event")
    schema = {**event.schema, "line_no": pl.Int64}
    rows = [{"container_no": c, "action": a, "line_no": i} for i, (c, a) in enumerate(
        [("A", "cancel"), ("B", "patch"), ("C", "cancel"), ("C", "insert"), ("D", "replace"), ("E", "cancel")])]  # fmt: skip
    new = pl.DataFrame(rows, schema=schema)
    known = pl.DataFrame([{"container_no": "E", "action": "insert"}], schema=schema)
    assert orphans(new, known, event)["container_no"].to_list() == ["A", "B"]
    assert orphans(make.bookings({"action": "cancel"}), make.bookings(), BOOKING).is_empty()


def test_a_replaced_document_takes_its_earlier_rows_with_it() -> None:
    event = kind("port_event")
    cells = ("container_no", "document_key", "version", "action", "snapshot", "line_no")
    rows = [
        ("A", "D1", 1, "insert", 1, 1), ("B", "D1", 1, "insert", 1, 2), ("C", "D2", 1, "insert", 1, 3),
        ("D", None, 1, "insert", 1, 4), ("A", "D1", 50, "replace", 2, 1), ("E", "D1", 40, "patch", 3, 1),
    ]  # fmt: skip
    schema = {**event.schema, "snapshot": pl.Int64, "delivery_id": pl.String, "line_no": pl.Int64}
    frame = pl.DataFrame([dict(zip(cells, row, strict=True)) for row in rows], schema=schema)
    for shown in (frame, frame.reverse()):
        assert current(shown, event).select("container_no", "version").rows() == [
            ("A", 50),
            ("C", 1),
            ("D", 1),
        ]


def test_stored_rows_know_their_week_and_snapshot(make: SimpleNamespace) -> None:
    rows = stored(make.bookings({"departure_on_local": date(2024, 12, 30)}), BOOKING, 5)
    assert rows.select("snapshot", "iso_week").row(0) == (5, "2025-W01")


ROW = st.fixed_dictionaries(
    {
        "booking_no": st.sampled_from(["A", "B", "C"]),
        "version": st.integers(1, 3),
        "action": st.sampled_from(["insert", "cancel", "patch"]),
        "teu": st.sampled_from([None, Decimal("1.00"), Decimal("2.00")]),
        "snapshot": st.integers(1, 3),
    }
)


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"line_no": i} for i, row in enumerate(rows, 1)]


@given(rows=st.lists(ROW, max_size=12).map(numbered))
@pytest.mark.parametrize("shown", [(), ("teu",), ("containers", "train_no")])
def test_what_is_current_does_not_depend_on_the_columns_shown(
    make: SimpleNamespace, rows: list[dict[str, Any]], shown: tuple[str, ...]
) -> None:
    whole = make.bookings(*rows).with_columns(iso_week=BOOKING.iso_week())
    names = [name for name in whole.columns if name in {*deciding(BOOKING), *shown}]
    assert len(names) < len(whole.columns)
    assert current(whole.select(names), BOOKING).equals(current(whole, BOOKING).select(names))


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


def test_a_patch_of_a_date_moves_the_record_to_another_week() -> None:
    event = kind("port_call")
    schema = {
        **event.schema,
        "snapshot": pl.Int64,
        "delivery_id": pl.String,
        "line_no": pl.Int64,
        "iso_week": pl.String,
    }
    cells = {
        "call_key": "C",
        "call_on_local": date(2025, 6, 1),
        "version": 1,
        "action": "insert",
        "iso_week": "2025-W22",
    }
    patch = {
        **cells,
        "call_on_local": date(2025, 6, 2),
        "version": 2,
        "action": "patch",
        "iso_week": "2025-W23",
    }
    assert current(pl.DataFrame([cells, patch], schema=schema), event)["iso_week"].to_list() == ["2025-W23"]


def test_a_later_whole_version_ends_earlier_patches(make: SimpleNamespace) -> None:
    patch = {"line_no": 2, "version": 2, "action": "patch", "containers": 9}
    later = {"line_no": 3, "version": 3, "action": "replace", "containers": 4}
    (row,) = current(make.bookings({}, patch, later), BOOKING).to_dicts()
    assert (row["line_no"], row["containers"]) == (3, 4)
