"""Tolerances and precedence of the reconciliation: those shipped are those of the rules, and mistakes are told."""

from __future__ import annotations

import pytest

from corridor_etl.errors import SettingsError
from corridor_etl.facts.reconciliation import OUTCOMES
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.quality.suites import suite_rules
from corridor_etl.settings import Settings
from tests.facts.reconciliation_settings import with_precedence


def test_every_rule_of_an_outcome_is_in_the_suite() -> None:
    known = {rule["meta"]["rule_id"] for rule in suite_rules(CROSS_SOURCE)}
    assert {rule for outcome in OUTCOMES for rule in outcome.rules} <= known


def test_the_tolerances_shipped_are_those_of_the_rules(settings: Settings) -> None:
    found = {(rule["meta"]["rule_id"], name): value for rule in suite_rules(CROSS_SOURCE)
             for name, value in rule["kwargs"].items()}  # fmt: skip
    shares = [
        rule["kwargs"]["share"] for rule in suite_rules(CROSS_SOURCE) if rule["meta"]["rule_id"] == "XR-005"
    ]
    ours = settings.reconciliation
    assert {
        ("XR-001", "days"): ours.declared_within_days,
        ("XR-002", "days"): ours.moved_within_days,
        ("XR-004", "days"): ours.manifested_within_days,
        ("XR-004", "further_days"): ours.manifests_late_days,
        ("XR-005", "tolerance_kg"): ours.weight_kg,
        ("XR-008", "lowest"): ours.value_ratio_lowest,
        ("XR-008", "highest"): ours.value_ratio_highest,
        ("XR-012", "share"): ours.weighed_pct / 100,
        ("DU-004", "days"): ours.duplicate_days,
    }.items() <= found.items()
    assert min(shares) == ours.weight_pct / 100


def test_a_precedence_names_known_sources_once() -> None:
    for order in ([], ["port", "port"], ["broker"]):
        with pytest.raises(SettingsError, match=r"reconciliation\.precedence\.seals"):
            with_precedence({"seals": order})
