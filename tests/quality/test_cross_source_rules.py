"""Every cross-source rule: its example breaks it and no other, silence is no failure; limits are in ``boundaries/``."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from corridor_etl.errors import BatchHeld
from corridor_etl.model import CROSS_SCHEMA, CROSS_SOURCE
from corridor_etl.quality import catalogue, runner
from corridor_etl.quality.cross_source import discrepancies, validate_subjects
from corridor_etl.quality.suites import load_suite, suite_rules
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.reference._tables import table
from corridor_etl.settings import load_settings
from tests.quality.conftest import NOW_UTC
from tests.quality.cross_subjects import GOOD_SUBJECTS, subject_frame

RULES = suite_rules(CROSS_SOURCE)
SEVERITY = {"error": "critical", "warn": "warning", "info": "info"}
OURS = {*(f"XR-{n:03d}" for n in range(1, 16)), "DT-002", "DT-003", "DT-004", "DU-004", "SE-002"}


def judge(*rows: tuple[str, dict[str, Any]]) -> Verdict:
    return validate_subjects(subject_frame(*rows).lazy(), load_settings(), now_utc=NOW_UTC)


@pytest.fixture(scope="module")
def examples() -> Verdict:
    return judge(*((rule["meta"]["subject"], rule["meta"]["example"]) for rule in RULES))


@pytest.mark.parametrize("index", range(len(RULES)), ids=lambda i: f"{RULES[i]['meta']['rule_id']}-{i}")
def test_example_breaks_its_rule_and_no_other(index: int, examples: Verdict) -> None:
    broken = examples.failures.filter(row_id=index).select("rule_id", "severity").rows()
    assert broken == [(RULES[index]["meta"]["rule_id"], RULES[index]["severity"])]


def test_good_subjects_break_no_rule_and_each_is_judged_by_its_own_rules_only() -> None:
    for subject in GOOD_SUBJECTS:
        verdict = judge((subject, {}))
        assert verdict.failures.rows() == []
        judged = set(verdict.checks.filter(pl.col("evaluated") > 0)["rule_id"])
        assert judged == {r["meta"]["rule_id"] for r in RULES if r["meta"]["subject"] == subject}


def test_subjects_that_say_nothing_are_not_judged() -> None:
    frame = subject_frame(("trip", {})).with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in CROSS_SCHEMA.items()
    )
    verdict = validate_subjects(frame.lazy(), load_settings(), now_utc=NOW_UTC)
    assert verdict.failures.rows() == []
    assert set(verdict.checks["evaluated"]) == {0}
    assert set(verdict.checks["rule_id"]) == OURS


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r["meta"]["rule_id"])
def test_rule_says_all_a_reader_needs_with_the_catalogue_s_severity(rule: dict[str, Any]) -> None:
    meta = rule["meta"]
    assert all(meta[k] for k in ("rule_id", "subject", "columns", "expected", "why", "standard", "example"))
    assert {*meta["columns"], *rule["kwargs"]["column_list"], meta.get("other", "subject")} <= set(
        CROSS_SCHEMA
    )
    severities = dict(table("rule_catalogue").select("rule_id", "severity").iter_rows())
    # the weights have two degrees: the catalogue's error is the larger one
    milder = meta["rule_id"] == "XR-005" and rule["kwargs"]["share"] == 0.03
    assert milder or rule["severity"] == SEVERITY[severities[meta["rule_id"]]]


def test_no_rule_of_ours_is_listed_as_not_judged() -> None:
    assert not OURS & set(catalogue.not_judged())


def test_bookings_beyond_the_capacity_and_no_shows_are_one_discrepancy() -> None:
    frame = subject_frame(("train", {"booked_teu": "42", "no_show_boxes": 1}))
    (found,) = discrepancies(
        frame.lazy(), validate_subjects(frame.lazy(), load_settings(), now_utc=NOW_UTC)
    ).to_dicts()
    assert found["observed"] == "booked_boxes=20, no_show_boxes=1; booked_teu=42.00, capacity_teu=40.00"


def test_a_discrepancy_names_the_delivery_its_rule_compares_with() -> None:
    others = {"port_delivery_id": "port", "list_delivery_id": "list", "declaration_delivery_id": "customs"}
    broken = {"port_full_empty": "E", "laden_gap_days": 2, "declared_gap_days": 30}
    frame = subject_frame(("trip", {**others, **broken}))
    found = discrepancies(frame.lazy(), validate_subjects(frame.lazy(), load_settings(), now_utc=NOW_UTC))
    assert found.select("rule_id", "other_delivery_id").rows() == [
        ("DU-004", "list"), ("XR-001", "customs"), ("XR-010", "port")
    ]  # fmt: skip
    assert found["subject_key"].to_list() == ["S0"] * 3


def test_a_rule_that_cannot_run_holds_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BatchHeld, match="cross_source could not be run"):
        validate_subjects(
            subject_frame(("leg", {})).drop("leg_hours").lazy(), load_settings(), now_utc=NOW_UTC
        )
    broken = load_suite(CROSS_SOURCE)
    broken.expectations[0].days = "seven"
    monkeypatch.setattr(runner, "load_suite", lambda *_: broken)
    with pytest.raises(BatchHeld, match="rule"):
        validate_subjects(subject_frame(("trip", {})).lazy(), load_settings(), now_utc=NOW_UTC)
