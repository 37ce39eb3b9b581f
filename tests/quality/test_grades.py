"""The grade card against values worked out by hand, at its limits and where there is nothing to judge."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.quality.grades import CARD, COUNTS, grade_card
from corridor_etl.settings import Grades, checkout, parse_settings

W1, W2 = "2025-W23", "2025-W24"


def counted(**counts: Any) -> dict[str, Any]:
    return {**dict.fromkeys(COUNTS, 0), "sender_id": "a", "iso_week": W2, **counts}


def card(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    found = grade_card(pl.DataFrame(rows, schema=COUNTS, orient="row"), [W1, W2], Grades())
    assert found.columns == list(CARD)
    return found.to_dicts()


def test_shares_are_of_sums_and_not_means_of_shares() -> None:
    first = counted(iso_week=W1, files=1, rows_judged=100, rows_held=10, cells=500, cells_empty=1)
    second = counted(files=3, files_rejected=1, rows_judged=900, rows_corrected=9, cells=4500)
    found = {(row["iso_week"], row["weeks"]): row for row in card(first, second)}
    assert sorted(found) == [(W1, 1), (W2, 1), (W2, 2)]
    both = found[W2, 2]
    assert (both["files"], both["rows_first_pass"]) == (4, 981)
    assert (both["first_pass_pct"], both["accepted_pct"], both["corrected_per_1000"]) == (98.1, 75.0, 9.0)
    assert both["complete_pct"] == pytest.approx(99.98)
    assert (both["grade"], both["weakest"]) == ("E", "accepted_pct")
    assert (found[W1, 1]["first_pass_pct"], found[W1, 1]["grade"], found[W1, 1]["weakest"]) == (
        90.0, "D", "first_pass_pct"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "grade", "weakest"),
    [
        ({"weeks_due": 20, "weeks_late": 0}, "A", None),
        ({"weeks_due": 20, "weeks_late": 1}, "B", "on_time_pct"),
        ({"weeks_due": 19, "weeks_late": 1}, "C", "on_time_pct"),
        ({"weeks_due": 4, "weeks_late": 1}, "D", "on_time_pct"),
        ({"weeks_due": 4, "weeks_late": 2}, "E", "on_time_pct"),
        ({"rows_judged": 1000, "rows_held": 5}, "A", None),
        ({"rows_judged": 1000, "rows_held": 6}, "B", "first_pass_pct"),
        ({"rows_judged": 1000, "rows_corrected": 1}, "B", "corrected_per_1000"),
        ({"rows_judged": 1000, "rows_corrected": 2}, "C", "corrected_per_1000"),
        ({"cells": 1000, "cells_empty": 1}, "A", None),
        ({"cells": 1000, "cells_empty": 31}, "E", "complete_pct"),
        ({"files": 50, "files_rejected": 1}, "B", "accepted_pct"),
        ({"rows_judged": 1, "rows_held": 2}, "E", "first_pass_pct"),
    ],
)
def test_a_limit_belongs_to_the_better_grade(counts: dict[str, int], grade: str, weakest: str | None) -> None:
    assert {(row["grade"], row["weakest"]) for row in card(counted(**counts))} == {(grade, weakest)}


def test_what_cannot_be_judged_has_no_grade() -> None:
    row = card(counted())[0]
    assert {row[name] for name in CARD if name.endswith("_pct")} == {None}
    assert (row["grade"], row["weakest"]) == (None, None)


def test_weeks_outside_do_not_count() -> None:
    assert card(counted(iso_week="2025-W22", files=9), counted(files=1, sender_id="b"))[0]["sender_id"] == "b"


def test_limits_are_four_in_order() -> None:
    import tomllib

    raw = tomllib.loads((checkout() / "corridor.toml").read_text(encoding="utf-8"))
    for key, limits in (
        ("on_time_pct", [90, 95, 80, 70]),
        ("corrected_per_1000", [5, 1, 6, 7]),
        ("complete_pct", [1]),
    ):
        with pytest.raises(SettingsError, match=rf"grades\.{key}"):
            parse_settings({**raw, "grades": {key: limits}})
