"""A worked example of each data quality figure, its lights at their limits, and figures of nothing."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.quality.figures import (
    CORRIDOR_FIGURES,
    SOURCE_COUNTS,
    SOURCE_FIGURES,
    TOP_RULES,
    corridor_figures,
    source_figures,
    top_rules,
)
from corridor_etl.settings import Quality, checkout, parse_settings

HOUR, DAY = 3600, 86400
_MEASURED_COUNTS = [name for name in SOURCE_COUNTS if name.endswith("_s")]


def figures(**counts: Any) -> dict[str, Any]:
    row = {
        **dict.fromkeys(SOURCE_COUNTS, 0),
        **dict.fromkeys(_MEASURED_COUNTS),
        "source_id": "manifests",
        **counts,
    }
    found = source_figures(pl.DataFrame([row], schema=SOURCE_COUNTS, orient="row"), Quality())
    assert found.columns == list(SOURCE_FIGURES)
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("counts", "figure", "value"),
    [
        # 20 mandatory cells, three of them empty
        ({"cells": 20, "cells_empty": 3}, "completeness_pct", 85.0),
        # ten rows that are no repeats, two of them held back
        ({"rows_judged": 10, "rows_held": 2}, "validity_pct", 80.0),
        # twelve rows read, three of them known before
        ({"rows_read": 12, "rows_duplicate": 3}, "uniqueness_pct", 75.0),
        # four weeks due, one of them late
        ({"weeks_due": 4, "weeks_late": 1}, "on_time_pct", 75.0),
        ({"lag_median_s": 84 * HOUR + 1800}, "lag_median_hours", 84.5),
        ({"lag_p90_s": -6 * HOUR}, "lag_p90_hours", -6.0),
        # 2,000 rows, three of them mended
        ({"rows_judged": 2000, "rows_corrected": 3}, "corrected_per_1000", 1.5),
        ({"open_age_median_s": 3 * DAY // 2}, "open_age_median_days", 1.5),
        ({"open_age_most_s": 9 * DAY}, "open_age_most_days", 9.0),
    ],
)
def test_each_figure_of_a_source_has_a_worked_example(
    counts: dict[str, int], figure: str, value: float
) -> None:
    assert figures(**counts)[figure] == value


def test_a_figure_of_nothing_is_empty_and_gives_no_light() -> None:
    row = figures()
    assert {row[name] for name in SOURCE_FIGURES if name not in SOURCE_COUNTS and name != "reasons"} == {None}
    assert row["reasons"] == ""


def test_rows_held_that_turned_out_as_repeats_make_no_share_below_zero() -> None:
    assert figures(rows_judged=1, rows_held=2)["validity_pct"] == 0.0


@pytest.mark.parametrize(
    ("counts", "light", "reasons"),
    [
        ({"rows_judged": 100, "rows_held": 2}, "green", ""),
        ({"rows_judged": 100, "rows_held": 3}, "amber", "amber: validity_pct 97.0 < 98"),
        ({"rows_judged": 100, "rows_held": 10}, "amber", "amber: validity_pct 90.0 < 98"),
        ({"rows_judged": 100, "rows_held": 11}, "red", "red: validity_pct 89.0 < 90"),
        ({"open_rows": 1, "open_age_most_s": 7 * DAY}, "green", ""),
        ({"open_rows": 1, "open_age_most_s": 28 * DAY + 864}, "red", "red: open_age_most_days 28.01 > 28"),
        ({"rows_judged": 1000, "rows_corrected": 1}, "green", ""),
        ({"rows_judged": 1000, "rows_corrected": 2}, "amber", "amber: corrected_per_1000 2.0 > 1"),
        ({"cells": 1000, "cells_empty": 5}, "green", ""),
        ({"rows_read": 100, "rows_duplicate": 21}, "red", "red: uniqueness_pct 79.0 < 80"),
        (
            {"weeks_due": 4, "weeks_late": 1, "cells": 100, "cells_empty": 4},
            "red",
            "red: completeness_pct 96.0 < 97; amber: on_time_pct 75.0 < 95",
        ),
    ],
)
def test_a_light_has_the_colour_of_the_worst_figure_and_says_why(
    counts: dict[str, int], light: str, reasons: str
) -> None:
    row = figures(**counts)
    assert (row["light"], row["reasons"]) == (light, reasons)


def test_a_lag_alone_turns_no_light() -> None:
    assert figures(lag_median_s=1000 * HOUR, lag_p90_s=2000 * HOUR)["light"] is None


ITEM = {
    "subject": "trip", "outcome": "matched", "in_manifest": True, "in_declaration": True, "in_port_record": True,
    "manifest_full_empty": "F", "port_full_empty": None, "service_id": "YIN-ALA", "direction": "W",
    "train_no": "X9001", "departure_on_local": date(2025, 3, 3),
}  # fmt: skip
SCHEMA = {name: pl.Boolean() if name.startswith("in_") else pl.String() for name in ITEM} | {
    "departure_on_local": pl.Date()
}


def corridor(*items: dict[str, Any]) -> dict[str, Any]:
    frame = pl.DataFrame([ITEM | item for item in items], schema=SCHEMA, orient="row")
    found = corridor_figures(frame, Quality())
    assert found.columns == list(CORRIDOR_FIGURES)
    return found.row(0, named=True)


def test_boxes_are_consistent_where_all_three_sources_know_them() -> None:
    row = corridor(
        {},
        {},
        {"in_declaration": False, "outcome": "pending"},
        {"subject": "port_load", "in_manifest": False, "in_declaration": False, "train_no": None},
        {"manifest_full_empty": "E", "in_declaration": False},
        {"manifest_full_empty": None, "port_full_empty": "E", "in_declaration": False},
        {"subject": "consignment"},
    )
    assert (row["containers"], row["containers_linked"], row["containers_pending"]) == (4, 2, 1)
    assert (row["consistency_pct"], row["light"]) == (50.0, "red")
    assert row["reasons"] == "red: consistency_due_pct 66.67 < 75"


def test_a_train_is_covered_where_each_source_knows_one_of_its_boxes() -> None:
    row = corridor(
        {"in_port_record": False},
        {"in_declaration": False},
        {"train_no": "X9003", "in_declaration": False},
        {"departure_on_local": date(2025, 3, 6)},
        {"train_no": "X9005", "manifest_full_empty": "E", "in_declaration": False},
    )
    assert (row["trains"], row["trains_covered"]) == (3, 2)
    assert (row["coverage_pct"], row["trains_pending"]) == (pytest.approx(200 / 3), 0)
    assert "red: coverage_due_pct 66.67 < 80" in row["reasons"]


def test_what_can_still_come_is_no_reason_for_a_light() -> None:
    row = corridor({}, {"train_no": "X9002", "in_declaration": False, "outcome": "pending"})
    assert (row["containers_pending"], row["trains_pending"]) == (1, 1)
    assert (row["consistency_pct"], row["coverage_pct"]) == (50.0, 50.0)
    assert (row["consistency_due_pct"], row["coverage_due_pct"], row["light"]) == (100.0, 100.0, "green")


def test_a_box_all_sources_know_is_linked_even_where_something_more_can_come() -> None:
    row = corridor({"outcome": "pending"})
    assert (row["containers_linked"], row["containers_pending"], row["trains_pending"]) == (1, 0, 0)
    assert row["consistency_due_pct"] == 100.0


def test_a_week_without_boxes_has_no_light() -> None:
    row = corridor({"subject": "consignment"})
    assert (row["containers"], row["trains"], row["consistency_pct"], row["light"]) == (0, 0, None, None)


def test_the_ten_rules_with_most_rows_are_listed_by_source() -> None:
    hits = [("a", f"R{n:02}", "warning", n) for n in range(TOP_RULES + 3)] + [
        ("b", "R99", "critical", 1),
        ("b", "R99", "critical", 1),
        ("b", "R98", "info", 2),
    ]
    found = top_rules(
        pl.DataFrame(hits, schema=["source_id", "rule_id", "severity", "rows"], orient="row")
    ).rows()
    assert [row[1] for row in found if row[0] == "a"] == [f"R{n:02}" for n in range(12, 2, -1)]
    assert [row for row in found if row[0] == "b"] == [("b", "R98", "info", 2), ("b", "R99", "critical", 2)]


@pytest.mark.parametrize(
    ("key", "limits"),
    [
        ("validity_pct", [90, 98]),
        ("validity_pct", [101, 98]),
        ("corrected_per_1000", [20, 1]),
        ("open_age_most_days", [-1, 1]),
        ("coverage_due_pct", [95]),
        ("accuracy_pct", [95, 90]),
    ],
)
def test_limits_are_two_in_order(key: str, limits: list[float]) -> None:
    raw = tomllib.loads((checkout() / "corridor.toml").read_text(encoding="utf-8"))
    with pytest.raises(SettingsError, match=rf"quality\.{key}"):
        parse_settings({**raw, "quality": {key: limits}})
