"""First prints, later vintages and their statistics, by figures computed by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_etl.marts.vintages import additive_measures, revision_statistics, triangle, vintages
from corridor_etl.warehouse.schema import MARTS

MART, MEASURE = "mart_booking_week", "bookings"
SCHEMA = {
    "iso_week": pl.String(), "mart": pl.String(), "row_key": pl.String(), "measure": pl.String(),
    "value_before": pl.Int64(), "value_after": pl.Int64(), "snapshot": pl.Int64(),
    "committed_at_utc": pl.Datetime("us", "UTC"),
}  # fmt: skip


def change(
    week: str, before: int | None, after: int | None, snapshot: int, day: int = 17, **more: Any
) -> dict[str, Any]:
    row = {"iso_week": week, "mart": MART, "row_key": "YIN-ALA|W", "measure": MEASURE, "snapshot": snapshot}
    told = {
        "value_before": before,
        "value_after": after,
        "committed_at_utc": datetime(2025, 6, day, 12, tzinfo=UTC),
    }
    return row | told | more


def now(*rows: tuple[str, str, int]) -> dict[str, pl.DataFrame]:
    """The mart as it is: week, direction, bookings; all else 0."""
    columns = [
        c.name
        for c in MARTS[MART].columns
        if c.name not in ("snapshot", "iso_week", "service_id", "direction")
    ]
    made = [
        {"iso_week": week, "service_id": "YIN-ALA", "direction": way, **dict.fromkeys(columns, 0), MEASURE: n}
        for week, way, n in rows
    ]
    return {MART: pl.DataFrame(made)}


def values(marts: dict[str, pl.DataFrame], *changes: dict[str, Any]) -> pl.DataFrame:
    found = vintages(marts, pl.DataFrame(list(changes), schema=SCHEMA, orient="row"))
    return found.filter(measure=MEASURE)


def test_what_never_changed_has_its_first_print_only() -> None:
    found = values(now(("2025-W23", "W", 5), ("2025-W23", "E", 3)))
    assert found.select("iso_week", "vintage", "snapshot", "value").rows() == [("2025-W23", 0, None, 8)]


def test_each_batch_that_changes_the_sum_makes_a_vintage() -> None:
    found = values(
        now(("2025-W23", "W", 10), ("2025-W23", "E", 4)),
        change("2025-W23", 7, 9, 4),
        change("2025-W23", None, 4, 4, row_key="YIN-ALA|E"),
        change("2025-W23", 9, 8, 6),
        change("2025-W23", 3, 4, 6, row_key="YIN-ALA|E"),  # the sum stays
        change("2025-W23", 8, 10, 9),
    )
    assert found.select("vintage", "snapshot", "value").rows() == [(0, None, 6), (1, 4, 12), (2, 9, 14)]


def test_a_figure_whose_last_row_was_taken_away_is_nothing_now() -> None:
    found = values(now(("2025-W23", "W", 1)), change("2025-W22", 6, None, 3))
    assert found.filter(iso_week="2025-W22").select("vintage", "value").rows() == [(0, 6), (1, 0)]


def test_statistics_of_revisions_are_those_computed_by_hand() -> None:
    found = values(
        now(("2025-W20", "W", 100), ("2025-W21", "W", 90), ("2025-W22", "W", 1000), ("2025-W23", "W", 50)),
        change("2025-W20", 80, 100, 2, 16),  # +20
        change("2025-W21", 100, 90, 3, 17),  # -10
        change("2025-W22", 996, 1000, 4, 18),  # +4, 0.4 %: neither revised nor unsettled
    )
    (row,) = revision_statistics(found).to_dicts()
    assert (row["weeks"], row["mean_revision"], row["mean_absolute_revision"]) == (
        4,
        4,
        8,
    )  # 14/4 = 3.5, 34/4 = 8.5
    assert row["relative_ppm"] == round(34 / 1240 * 1e6)
    assert row["revised_ppm"] == 500_000
    # W20 ended on 19 May, 28.5 days before; W21 on 26 May, 22.5 days before
    assert row["settled_days"] == pytest.approx(25.5)


def test_a_triangle_says_what_was_known_so_many_weeks_after_the_end() -> None:
    found = values(
        now(("2025-W22", "W", 30), ("2025-W24", "W", 9)),
        change("2025-W22", 10, 20, 2, 3),  # ended on 2 June
        change("2025-W22", 20, 25, 3, 8),
        change("2025-W22", 25, 30, 4, 17),
    )
    assert triangle(found, MART, MEASURE).to_dicts() == [
        {
            "iso_week": "2025-W22",
            "first": 10,
            "after_1_weeks": 25,
            "after_2_weeks": 25,
            "after_3_weeks": 30,
            "now": 30,
        },
        {
            "iso_week": "2025-W24",
            "first": 9,
            "after_1_weeks": 9,
            "after_2_weeks": 9,
            "after_3_weeks": 9,
            "now": 9,
        },
    ]
    assert triangle(found.clear(), MART, MEASURE).is_empty()


@given(st.lists(st.tuples(st.sampled_from(["W", "E"]), st.integers(0, 50)), max_size=12))
def test_vintages_replay_what_happened(history: list[tuple[str, int]]) -> None:
    state, changes, sums = {"W": 5, "E": 2}, [], [7]
    for snapshot, (way, value) in enumerate(history, start=2):
        changes.append(change("2025-W23", state[way], value, snapshot, row_key=f"YIN-ALA|{way}"))
        state[way] = value
        if sum(state.values()) != sums[-1]:
            sums.append(sum(state.values()))
    found = values(now(("2025-W23", "W", state["W"]), ("2025-W23", "E", state["E"])), *reversed(changes))
    assert found["value"].to_list() == sums


def test_measures_that_do_not_add_up_are_not_revised_as_sums() -> None:
    measures = additive_measures()
    assert "mart_transit_week" not in measures
    assert "sell_out_s_median" not in measures["mart_booking_week"]
    assert measures["mart_speed_week"] == ("trips", "way_m_sum", "moving_s_sum", "total_s_sum")
    assert {"lead_s_p90", "declarations", "leg_km", "fill_ppm"}.isdisjoint(
        c for cs in measures.values() for c in cs
    )
    assert all(column in MARTS[mart].columns for mart, columns in measures.items() for column in columns)
