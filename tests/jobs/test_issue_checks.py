"""What an issue is held to before it is sent: rows that were judged, and figures computed as in the issue before."""

from __future__ import annotations

import json

import polars as pl
import pytest

from corridor_etl.jobs.issue_checks import unjudged
from corridor_etl.jobs.past_issues import definitions, redefined
from corridor_etl.reports.measures import BY_ADDRESS

KIND = "booking"
DELIVERIES = pl.DataFrame({"record_kind": [KIND, KIND, None], "status": ["loaded", "loaded", "rejected"],
                           "rows_loaded": [6, 3, 0], "rows_duplicate": [0, 1, 0]})  # fmt: skip
TWO_HELD = pl.DataFrame({"record_kind": [KIND, KIND]})
FLAGGED = pl.DataFrame({"record_kind": [KIND], "rule_id": ["C"], "severity": ["warning"], "rows": [3]})


def check(rule_id: str, severity: str, evaluated: int, unexpected: int, withdrawn: int = 0) -> pl.DataFrame:
    return pl.DataFrame([{"record_kind": KIND, "rule_id": rule_id, "severity": severity, "evaluated": evaluated,
                          "unexpected": unexpected, "withdrawn": withdrawn}])  # fmt: skip


@pytest.mark.parametrize(
    ("checks", "problems"),
    [
        ([check("A", "critical", 12, 3)], []),  # two are held back, one of them came twice
        ([check("A", "critical", 12, 4)], ["4 rows of booking break a critical rule, 2 were held back"]),
        ([check("A", "critical", 12, 5), check("A", "critical", 2, 0, 2)], []),
        ([check("A", "critical", 12, 0), check("B", "warning", 12, 9)], []),
        ([check("A", "critical", 5, 0)], ["9 rows of booking were loaded, 5 were validated"]),
        ([check("A", "critical", 5, 0), check("A", "critical", 4, 0)], []),
        ([check("C", "critical", 12, 6)], []),  # three of them are only flagged
        ([check("C", "critical", 12, 7)], ["4 rows of booking break a critical rule, 2 were held back"]),
    ],
    ids=["held back", "loaded though broken", "mended since", "only warned", "not judged", "judged by two batches",
         "of two degrees", "of two degrees and loaded"],
)  # fmt: skip
def test_rows_are_judged_and_those_that_break_a_critical_rule_are_held_back(
    checks: list[pl.DataFrame], problems: list[str]
) -> None:
    assert list(unjudged(DELIVERIES, pl.concat(checks), TWO_HELD, FLAGGED)) == problems


def test_rows_of_a_kind_no_suite_judged_are_found() -> None:
    of_others = check("A", "critical", 12, 0).with_columns(record_kind=pl.lit("port_event"))
    assert list(unjudged(DELIVERIES, of_others, TWO_HELD, FLAGGED)) == [
        "9 rows of booking were loaded, 0 were validated"
    ]


def test_a_figure_computed_otherwise_than_in_the_issue_before_is_known_by_its_formula() -> None:
    said = {a: m.formula for a, m in BY_ADDRESS.items()} | {
        "throughput.teu": "sum(boxes) of another mart, in TEU"
    }
    assert redefined(definitions(json.dumps({"definitions": said}))) == ("throughput.teu",)
    assert redefined(definitions("{}")) == ()
    assert len({m.formula for m in BY_ADDRESS.values()}) == len(BY_ADDRESS)
