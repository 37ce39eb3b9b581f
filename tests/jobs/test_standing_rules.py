"""What rules say of rows that are judged anew takes the place of what they said before, also of rules that are gone."""

from __future__ import annotations

import json

import polars as pl

from corridor_etl.jobs.standing import standing
from corridor_etl.jobs.taking import Taking
from corridor_etl.model import kind
from corridor_etl.quality.verdicts import CHECK_SCHEMA, FAILURE_SCHEMA, Verdict

CHECKS = {"snapshot": pl.Int64, "record_kind": pl.String, **CHECK_SCHEMA, "withdrawn": pl.Int64}


def test_a_rule_stands_for_what_it_found_less_what_was_withdrawn() -> None:
    rows = [
        (1, "booking", "BK-001", "critical", 9, 3, False, 0),
        (2, "booking", "BK-001", "critical", 5, 1, False, 0),
        (3, "booking", "BK-001", "warning", 5, 2, False, 4),
        (1, "port_event", "BK-001", "info", 5, 1, False, 0),
    ]
    found = standing(pl.DataFrame(rows, schema=CHECKS, orient="row"))
    assert found.select("record_kind", "severity", "evaluated", "unexpected").rows() == [
        ("booking", "warning", 19, 2),
        ("port_event", "info", 5, 1),
    ]


def detail(*rules: str) -> str:
    return json.dumps([{"rule_id": rule, "column": "c", "observed": "o", "expected": "e"} for rule in rules])


def taking(is_waiving: bool = False) -> Taking:
    """Lines 2 and 3 of a file are in quarantine; line 4 is not."""
    lines = {
        2: ("BK-001,GONE-1", detail("BK-001", "GONE-1"), detail("BK-002")),
        3: ("FAULT", detail("FAULT"), None),
    }
    rows = [(n, "d", "booking", line, *said) for n, (line, said) in enumerate(lines.items(), 1)]
    names = (
        "quarantine_id",
        "delivery_id",
        "record_kind",
        "line_no",
        "rule_ids",
        "details_json",
        "remarks_json",
    )
    held = pl.DataFrame(rows, schema=names, orient="row")
    answered = {("booking", "BK-001"): "critical", ("booking", "GONE-1"): "warning"}
    return Taking(held, answered, is_waiving)


def only_taken(mine: Taking) -> tuple[pl.DataFrame, pl.DataFrame, Verdict]:
    staged = pl.DataFrame({"row_id": [0, 1, 2], "delivery_id": ["d"] * 3, "line_no": [2, 3, 4]})
    failed = [
        (0, "BK-001", "critical"),
        (0, "BK-002", "warning"),
        (1, "BK-002", "warning"),
        (2, "BK-001", "critical"),
    ]
    failures = pl.DataFrame([(*row, "c", "o", "e") for row in failed], schema=FAILURE_SCHEMA, orient="row")
    checks = [("BK-001", "critical", 3, 2, False), ("BK-002", "warning", 3, 2, False)]
    verdict = Verdict(failures, pl.DataFrame(checks, schema=CHECK_SCHEMA, orient="row"))
    faults = pl.DataFrame({"delivery_id": ["d", "d"], "line_no": [3, 9]})
    return mine.only_taken(kind("booking"), staged, faults, verdict)


def test_rows_that_are_not_taken_are_context_only() -> None:
    staged, faults, verdict = only_taken(taking())
    assert staged["line_no"].to_list() == [2, 3]
    assert faults["line_no"].to_list() == [3]
    assert verdict.failures.select("row_id", "rule_id").rows() == [
        (0, "BK-001"),
        (0, "BK-002"),
        (1, "BK-002"),
    ]
    assert verdict.checks.select("rule_id", "severity", "evaluated", "unexpected", "withdrawn").rows() == [
        ("BK-001", "critical", 3, 1, 1),
        ("BK-002", "warning", 3, 2, 1),
        ("GONE-1", "warning", 0, 0, 1),
    ]


def test_only_the_rules_a_row_was_held_back_by_are_waived_and_they_are_counted() -> None:
    _, _, verdict = only_taken(taking(is_waiving=True))
    assert verdict.failures.filter(severity="critical").is_empty()
    assert verdict.checks.filter(rule_id="BK-001")["unexpected"].to_list() == [1]


def test_a_remark_that_was_made_of_the_row_before_is_not_made_again() -> None:
    mine = taking()
    staged, _, verdict = only_taken(mine)
    new = mine.new_remarks(kind("booking"), staged, verdict.failures.filter(severity="warning"))
    assert new.select("row_id", "rule_id").rows() == [(1, "BK-002")]
