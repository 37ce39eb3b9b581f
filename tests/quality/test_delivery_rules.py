"""The rules about deliveries: each example breaks its rule and no other, and every limit is where the suite says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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

DUE = datetime(2025, 6, 15, 23, 0, tzinfo=UTC)
GOOD: dict[str, dict[str, Any]] = {
    "delivery": {
        "delivery_id": "0123456789abcdef", "file_name": "ningbo_port/CODECO.edi", "status": "read", "said_rules": "",
        "rows_counted": 40, "rows_found": 40, "messages": 2, "missing": 0, "missing_refs": "", "numbered": 2,
        "repeated": "", "corrections": 1, "orphans": 0, "orphan_nos": "", "rows": 40, "comparable": 8,
        "baseline_rows": 40.0,
    },
    "delivery_column": {
        "delivery_id": "0123456789abcdef", "record_kind": "port_event", "column_name": "gross_gross_kg",
        "null_pct": 12.0, "baseline_null_pct": 10.0, "null_spread_pct": 0.5, "median": 21500.0, "median_unit": "kg",
        "baseline_median": 21000.0, "median_spread": 0.05, "codes": "CT", "new_codes": "",
    },
    "source_week": {
        "source_id": "manifests", "iso_week": "2025-W24", "files": 2, "expected_files": 2, "due_at_utc": DUE,
        "arrived_at_utc": DUE,
    },
}  # fmt: skip
# milder than the catalogue, with the reason in the suite: what the file holds is judged row by row all the same
MILDER = {"ST-001", "ST-004", "ST-006", "ST-007", "ST-008", "CD-013", "CD-014"}
SEVERITY = {"error": "critical", "warn": "warning", "info": "info"}
RULES = [
    pytest.param(suite, rule, id=f"{suite}-{rule['meta']['rule_id']}-{rule['severity']}")
    for suite in DELIVERY_SUITES
    for rule in suite_rules(suite)
]


def judged(suite: str, *changes: dict[str, Any]) -> Verdict:
    rows = [{**GOOD[suite], **change} for change in changes or ({},)]
    cells = {name: [row.get(name) for row in rows] for name in FRAMES[suite]}
    return validate_frame(suite, pl.DataFrame(cells, schema=FRAMES[suite]))


def broken(suite: str, **change: Any) -> list[tuple[str, str]]:
    return judged(suite, change).failures.select("rule_id", "severity").rows()


def evaluated(suite: str, rule_id: str, **change: Any) -> int:
    return judged(suite, change).checks.filter(rule_id=rule_id)["evaluated"].item()


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


@pytest.mark.parametrize(
    ("rows", "is_usual"), [(11, False), (12, True), (40, True), (120, True), (121, False), (0, False)]
)
def test_size_is_usual_from_three_tenths_to_three_times(rows: int, is_usual: bool) -> None:
    assert broken("delivery", rows=rows) == ([] if is_usual else [("BA-001", "warning")])


@pytest.mark.parametrize(
    ("null_pct", "spread", "is_usual"),
    [(15.0, 0.5, True), (15.001, 0.5, False), (0.0, 0.5, True), (16.0, 2.0, True), (16.001, 2.0, False)],
)
def test_empty_cells_may_grow_by_five_points_or_by_three_deviations(
    null_pct: float, spread: float, is_usual: bool
) -> None:
    found = broken("delivery_column", null_pct=null_pct, null_spread_pct=spread)
    assert found == ([] if is_usual else [("BA-003", "warning")])


@pytest.mark.parametrize(
    ("factor", "severity"),
    [(1, None), (6, None), (6.01, "warning"), (249.9, "warning"), (250, "critical"), (1000, "critical"),
     (1e6, "critical"), (1 / 6, None), (1 / 6.01, "warning"), (1 / 249.9, "warning"), (1 / 250, "critical"),
     (0.001, "critical")],
)  # fmt: skip
def test_a_median_is_another_unit_from_a_factor_of_250_on(factor: float, severity: str | None) -> None:
    found = broken("delivery_column", median=21000.0 * factor)
    assert found == ([("BA-006", severity)] if severity else [])


def test_what_always_moves_a_lot_is_allowed_to() -> None:
    assert broken("delivery_column", median=21000.0 * 40, median_spread=0.5) == []
    assert broken("delivery_column", median=21000.0 * 42, median_spread=0.5) == [("BA-006", "warning")]
    assert broken("delivery_column", median=21000.0 * 1000, median_spread=0.9) == [("BA-006", "critical")]
    assert broken("delivery_column", median=21000.0 * 1000, median_spread=1.0) == []


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (180, True), (181, False), (None, False)])
def test_a_message_number_may_come_again_after_half_a_year(days: int | None, is_told: bool) -> None:
    assert broken("delivery", repeat_days=days) == ([("ST-006", "warning")] if is_told else [])


def test_a_message_without_a_document_number_is_not_told_apart() -> None:
    assert evaluated("delivery", "ST-006", numbered=0, repeat_days=None) == 0


@pytest.mark.parametrize(
    ("missing", "found", "times"),
    [(0, [], 1), (1, [("BA-005", "warning")], 1), (1000, [("BA-005", "warning")], 1), (1001, [], 0)],
)
def test_a_gap_of_over_a_thousand_is_a_counter_set_anew(missing: int, found: list[Any], times: int) -> None:
    assert broken("delivery", missing=missing) == found
    assert evaluated("delivery", "BA-005", missing=missing) == times


def test_files_are_late_a_moment_after_they_are_due() -> None:
    assert broken("source_week", arrived_at_utc=DUE) == []
    assert broken("source_week", arrived_at_utc=DUE + timedelta(microseconds=1)) == [("BA-002", "warning")]
    assert broken("source_week", arrived_at_utc=None) == [("BA-002", "warning")]
    assert evaluated("source_week", "BA-002", arrived_at_utc=None, not_judged="Nauryz") == 0


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


def test_envelopes_are_judged_where_there_are_messages() -> None:
    assert evaluated("delivery", "ST-001", messages=0, said_rules="") == 1  # that it was not refused
    checks = judged("delivery", {"messages": 0}).checks
    assert dict(checks.select("rule_id", "evaluated").iter_rows())["ST-002"] == 0


HOSTILE = ["$PARAMETER {rule} %s", "'; DROP TABLE delivery; --", "名\u202e{0}", "<script>", "a" * 3000, ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_come_back_as_they_are(text: str) -> None:
    failures = judged("delivery", {"file_name": text, "repeat_days": 1, "repeated": text}).failures
    assert failures.select("rule_id", "observed").rows() == [("ST-006", text)]
    codes = judged("delivery_column", {"column_name": "unit_code", "new_codes": text}).failures
    assert codes["observed"].to_list() == ([f"column_name=unit_code, new_codes={text}"] if text else [])


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_a_frame_that_cannot_be_judged_holds_the_batch(suite: str) -> None:
    frame = pl.DataFrame([GOOD[suite]], infer_schema_length=None)
    with pytest.raises(BatchHeld, match=suite):
        validate_frame(suite, frame.select(pl.first()))


@pytest.mark.parametrize("suite", DELIVERY_SUITES)
def test_an_empty_frame_passes_with_nothing_judged(suite: str) -> None:
    verdict = validate_frame(suite, pl.DataFrame(schema=FRAMES[suite]))
    assert set(verdict.checks.select("evaluated", "success").iter_rows()) == {(0, True)}
    assert verdict.failures.is_empty()
