"""The rules about deliveries: each example breaks its rule and no other; limits are in ``boundaries/``."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import BatchHeld
from corridor_etl.quality.delivery_rules import DELIVERY_SUITES, FRAMES, validate_frame
from corridor_etl.quality.file_rules import RULE_OF_REASON, rule_of, said_by
from corridor_etl.quality.suites import suite_rules
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.reference._tables import table
from corridor_etl.sources._reasons import OF_FILES
from tests.quality.delivery_lines import GOOD_LINES, line_frame

# milder than the catalogue, with the reason in the suite: what the file holds is judged row by row all the same
MILDER = {"ST-001", "ST-004", "ST-006", "ST-007", "ST-008", "CD-013", "CD-014"}
SEVERITY = {"error": "critical", "warn": "warning", "info": "info"}
RULES = [
    pytest.param(suite, rule, id=f"{suite}-{rule['meta']['rule_id']}-{rule['severity']}")
    for suite in DELIVERY_SUITES
    for rule in suite_rules(suite)
]


def judged(suite: str, *changes: dict[str, Any]) -> Verdict:
    return validate_frame(suite, line_frame(suite, *changes))


def broken(suite: str, **change: Any) -> list[tuple[str, str]]:
    return judged(suite, change).failures.select("rule_id", "severity").rows()


@pytest.mark.parametrize(("suite", "rule"), RULES)
def test_example_breaks_its_rule_and_no_other(suite: str, rule: dict[str, Any]) -> None:
    assert broken(suite, **rule["meta"]["example"]) == [(rule["meta"]["rule_id"], rule["severity"])]


@pytest.mark.parametrize(("suite", "rule"), RULES)
def test_rule_says_all_a_reader_needs(suite: str, rule: dict[str, Any]) -> None:
    meta = rule["meta"]
    assert all(meta[key] for key in ("rule_id", "columns", "expected", "why", "standard", "example"))
    assert {*meta["columns"], *rule["kwargs"]["column_list"], *meta["example"]} <= set(FRAMES[suite])
    severities = dict(table("rule_catalogue").select("rule_id", "severity").iter_rows())
    if meta["rule_id"] in severities and meta["rule_id"] not in MILDER:
        assert rule["severity"] == SEVERITY[severities[meta["rule_id"]]]


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_good_line_breaks_no_rule(suite: str) -> None:
    verdict = judged(suite)
    assert verdict.failures.rows() == []
    assert verdict.checks["evaluated"].min() == 1


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_a_line_without_a_baseline_is_not_judged_and_that_is_seen(suite: str) -> None:
    left = [n for n in FRAMES[suite] if n.startswith(("baseline", "new_", "missing", "orphans", "numbered"))]
    verdict = judged(suite, {**dict.fromkeys(left), "not_judged": "due before the first delivery"})
    rules = {"BA-001", "BA-002", "BA-003", "BA-004", "BA-005", "BA-006", "ST-006", "ST-007"}
    unjudged = verdict.checks.filter(pl.col("rule_id").is_in(rules))
    assert unjudged.height > 0
    assert set(unjudged.select("evaluated", "unexpected").iter_rows()) == {(0, 0)}
    assert verdict.failures.rows() == []


def test_a_rejected_or_repeated_file_is_judged_by_its_reason_alone() -> None:
    left = dict.fromkeys(("rows_counted", "rows_found", "rows", "baseline_rows", "messages", "orphans"))
    rejected = {**left, "status": "rejected", "reason": "MACRO", "refused_rule": "FI-003", "said_rules": None}
    assert broken("delivery", **rejected) == [("FI-003", "critical")]
    assert broken("delivery", **{**rejected, "status": "duplicate", "refused_rule": "ST-003"}) == [
        ("ST-003", "info")
    ]


def test_every_reason_of_a_refusal_has_a_rule_of_the_suite() -> None:
    assert {*OF_FILES, "DUPLICATE_FILE"} == set(RULE_OF_REASON)
    rules = {
        rule["kwargs"]["rule"]
        for rule in suite_rules("delivery")
        if rule["type"] == "expect_file_not_refused"
    }
    assert rules == set(RULE_OF_REASON.values()) - {"ST-003"}


def test_a_reason_no_table_knows_is_a_defect_of_the_reader() -> None:
    assert (rule_of("NEVER_HEARD_OF"), rule_of(None)) == ("FI-004", None)


def test_rules_of_readers_are_told_from_their_other_findings() -> None:
    assert said_by(["NO_ROWS", "ST-008", "CD-013", "ST-008", "ST-0010"]) == "CD-013 ST-008"
    assert broken("delivery", said_rules="CD-013 ST-008") == [("CD-013", "warning"), ("ST-008", "warning")]
    assert broken("delivery", said_rules="ST-0010 XST-001") == []


HOSTILE = ["$PARAMETER {rule} %s", "'; DROP TABLE delivery; --", "名\u202e{0}", "<script>", "a" * 3000, ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_come_back_as_they_are(text: str) -> None:
    failures = judged("delivery", {"file_name": text, "repeat_days": 1, "repeated": text}).failures
    assert failures.select("rule_id", "observed").rows() == [("ST-006", text)]
    codes = judged("delivery_column", {"column_name": "unit_code", "new_codes": text}).failures
    assert codes["observed"].to_list() == ([f"column_name=unit_code, new_codes={text}"] if text else [])


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_a_frame_that_cannot_be_judged_holds_the_batch(suite: str) -> None:
    frame = pl.DataFrame([GOOD_LINES[suite]], infer_schema_length=None)
    with pytest.raises(BatchHeld, match=suite):
        validate_frame(suite, frame.select(pl.first()))


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_an_empty_frame_passes_with_nothing_judged(suite: str) -> None:
    verdict = validate_frame(suite, pl.DataFrame(schema=FRAMES[suite]))
    assert set(verdict.checks.select("evaluated", "success").iter_rows()) == {(0, True)}
    assert verdict.failures.is_empty()
