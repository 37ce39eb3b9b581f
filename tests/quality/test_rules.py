"""Every rule: the row its suite gives as an example breaks it and nothing else, and a good row breaks none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor_etl.model import KINDS
from corridor_etl.quality import history
from corridor_etl.quality.runner import Verdict, validate
from corridor_etl.settings import ReferenceLists, load_settings

SUITES = Path(__file__).resolve().parents[2] / "expectations" / "suites"


def _rules(kind: str) -> list[dict[str, Any]]:
    return json.loads((SUITES / f"{kind}.json").read_text(encoding="utf-8"))["expectations"]


CASES = [
    pytest.param(kind, i, id=f"{kind}-{rule['meta']['rule_id']}-{i}")
    for kind in KINDS
    for i, rule in enumerate(_rules(kind))
]


SETTINGS = load_settings().model_copy(
    update={"reference": ReferenceLists(owner_prefixes=("MSK", "CSQU", "BEA", "YML"))}
)
HISTORY = pl.DataFrame([("691200", 30, 0.44, 0.05)], schema=history.SCHEMA, orient="row")
"""Stoneware was worth 1.5 to 5 US dollars a kilogram so far."""

_JUDGED: dict[str, tuple[Verdict, list[int]]] = {}


def _all_examples(kind: str, frame_of: Any, now_utc: Any) -> tuple[Verdict, list[int]]:
    """All examples of a suite judged at once; the version tells them apart, so that no two are the same record."""
    if kind not in _JUDGED:
        cases = [(i, change) for i, rule in enumerate(_rules(kind)) for change in _rows(rule)]
        frame = frame_of(kind, *({"version": i + 1, **change} for i, change in cases))
        verdict = validate(kind, frame, SETTINGS, now_utc=now_utc, history=HISTORY)
        _JUDGED[kind] = verdict, [i for i, _ in cases]
    return _JUDGED[kind]


def _rows(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The changed rows of an example: one, several, or the same one so many times with its number in it."""
    example = rule["meta"]["example"]
    if "times" in example:
        return [_numbered(example["row"], i) for i in range(example["times"])]
    return example if isinstance(example, list) else [example]


def _numbered(row: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: cell.format(i=number) if isinstance(cell, str) else cell for name, cell in row.items()}


@pytest.mark.parametrize(("kind", "index"), CASES)
def test_example_breaks_its_rule_and_no_other(kind: str, index: int, frame_of: Any, now_utc: Any) -> None:
    verdict, owners = _all_examples(kind, frame_of, now_utc)
    rule = _rules(kind)[index]
    rows = [row_id for row_id, owner in enumerate(owners) if owner == index]
    broken = verdict.failures.filter(pl.col("row_id").is_in(rows))
    assert set(broken.select("rule_id", "severity").iter_rows()) == {
        (rule["meta"]["rule_id"], rule["severity"])
    }


@pytest.mark.parametrize("kind", KINDS)
def test_good_row_breaks_no_rule(kind: str, judge: Any) -> None:
    verdict = judge(kind)
    assert verdict.failures.rows() == []
    assert verdict.checks["success"].all()


def test_failure_names_column_observed_and_expected(judge: Any) -> None:
    failures = judge("manifest_container", {"cargo_gross_kg": "40000"}).failures
    assert failures.to_dicts() == [
        {
            "row_id": 0,
            "rule_id": "WT-003",
            "severity": "critical",
            "column": "cargo_gross_kg, tare_kg",
            "observed": "cargo_gross_kg=40000.000, tare_kg=3900.000",
            "expected": "at most 36000.0 kg together",
        }
    ]


def test_empty_required_cells_are_named(judge: Any) -> None:
    failures = judge("booking", {"train_no": None, "service_id": " "}).failures
    assert failures.select("rule_id", "observed").rows() == [("ST-011", "empty: service_id, train_no")]


def test_optional_cells_may_be_empty(judge: Any) -> None:
    optional = {c.name: None for c in KINDS["declaration_item"].columns if not c.is_required}
    assert judge("declaration_item", optional).failures.rows() == []


@pytest.mark.parametrize(
    ("severity", "kg", "rule"),
    [("none", "26580", None), ("warning", "26581", "WT-003"), ("critical", "32101", "WT-003")],
)
def test_gross_limits_are_in_two_degrees(severity: str, kg: str, rule: str | None, judge: Any) -> None:
    failures = judge("manifest_container", {"cargo_gross_kg": kg}).failures
    assert failures.select("rule_id", "severity").rows() == ([(rule, severity)] if rule else [])


def test_rule_in_two_degrees_is_one_check(judge: Any) -> None:
    checks = judge("manifest_container", {"cargo_gross_kg": "29000"}, {"cargo_gross_kg": "40000"}).checks
    found = checks.filter(rule_id="WT-003").to_dicts()
    assert found == [
        {"rule_id": "WT-003", "severity": "critical", "evaluated": 2, "unexpected": 2, "success": False}
    ]


def test_row_a_rule_cannot_judge_is_not_counted(judge: Any) -> None:
    checks = judge("manifest_container", {}, {"wagon_no": None}, {"size_type": None}).checks
    evaluated = dict(checks.select("rule_id", "evaluated").iter_rows())
    assert (evaluated["ID-014"], evaluated["CD-011"], evaluated["ID-010"]) == (2, 2, 0)


def test_number_of_the_year_before_is_allowed_in_early_january(judge: Any) -> None:
    number = {"declaration_no": "940620240123456789"}
    early = {**number, "declared_on_local": "2025-01-15", "released_on_local": "2025-01-15"}
    late = {**number, "declared_on_local": "2025-01-16", "released_on_local": "2025-01-16"}
    failures = judge("declaration_item", {**early, "version": 1}, {**late, "version": 2}).failures
    assert failures.select("row_id", "rule_id").rows() == [(1, "ID-022")]


def test_place_outside_the_covered_countries_is_not_judged(judge: Any) -> None:
    elsewhere = {"facility_code": "BRQQQ", "facility_node": None}
    assert judge("port_event", elsewhere).failures.rows() == []


def test_estimate_may_lie_in_the_future(judge: Any) -> None:
    later = {"event_at_utc": "2025-09-01T02:00:00", "event_at_local": "2025-09-01T10:00:00"}
    assert judge("port_event", {**later, "classifier": "EST"}).failures.rows() == []
    assert judge("port_event", later).failures["rule_id"].to_list() == ["DT-001"]


def test_kazakh_clock_changed_in_march_2024(judge: Any) -> None:
    before = {"event_at_utc": "2024-02-29T17:59:00", "event_at_local": "2024-02-29T23:59:00"}
    after = {"event_at_utc": "2024-02-29T19:00:00", "event_at_local": "2024-03-01T00:00:00"}
    stale = {"event_at_utc": "2024-02-29T19:00:00", "event_at_local": "2024-03-01T01:00:00"}
    almaty = [{**row, "timezone": "Asia/Almaty"} for row in (before, after, stale)]
    assert judge("port_event", *almaty).failures.select("row_id", "rule_id").rows() == [(2, "DT-007")]


def test_repeats_an_hour_apart_are_two_events(judge: Any) -> None:
    later = {"event_at_utc": "2025-06-01T03:00:00", "event_at_local": "2025-06-01T11:00:00"}
    assert judge("port_event", {}, later, {}).failures.rows() == []


def test_rules_of_china_and_the_union_are_for_their_declarations_only(judge: Any) -> None:
    elsewhere = {
        "regime": "AL", "declaration_no": "AL110000/2025/C1", "hs_code": "69111000", "unit_code": "NAR",
        "first_unit_code": "C62", "transport_mode": "20", "supervision_mode": None, "transaction_mode": None,
    }  # fmt: skip
    assert judge("declaration_item", elsewhere).failures.rows() == []
    chinese = {"hs_code": "69111000", "unit_code": "NAR"}
    assert set(judge("declaration_item", chinese).failures["rule_id"]) == {"CD-004", "CD-008"}


def test_a_union_declaration_has_its_number_or_its_document_s(judge: Any) -> None:
    union = {"regime": "EAEU", "unit_code": None, "first_unit_code": None, "transaction_mode": None,
             "transport_mode": "20"}  # fmt: skip
    numbers = ["50512/100625/0012345", "10/100625/0012345", "10131010/100625/0012345",
               "0B1F5C2E-7A11-4E0B-9C5D-2B6A9D0F1A02", "050512/100625/0012345"]  # fmt: skip
    failures = judge("declaration_item", *({**union, "declaration_no": n} for n in numbers)).failures
    assert failures.select("row_id", "rule_id").rows() == [(4, "ID-023")]


def test_a_patch_need_not_repeat_what_it_leaves_alone(judge: Any) -> None:
    left = {"hs_code": None, "currency": None, "ie_flag": None}
    assert judge("declaration_item", {**left, "action": "patch", "version": 2}).failures.rows() == []
    assert set(judge("declaration_item", left).failures["rule_id"]) == {"ST-011"}


@pytest.mark.parametrize(
    ("code", "severities"),
    [("6911101900", []), ("6911101900999", []), ("69111019", ["warning"]), ("691110", ["critical"])],
)
def test_a_chinese_code_of_eight_digits_is_loaded_and_of_six_is_not(
    code: str, severities: list[str], judge: Any
) -> None:
    failures = judge("declaration_item", {"hs_code": code}).failures
    assert failures.select("rule_id", "severity").rows() == [("CD-004", s) for s in severities]


def test_without_a_list_of_owners_their_rule_is_there_and_judges_nothing(judge: Any) -> None:
    found = judge("port_event").checks.filter(rule_id="ID-005").to_dicts()
    assert found == [
        {"rule_id": "ID-005", "severity": "warning", "evaluated": 0, "unexpected": 0, "success": True}
    ]


def test_the_number_of_a_firm_is_not_repeated(judge: Any) -> None:
    wrong = {"trader_uscc": "91350100M000100Y44", "consignee_bin_iin": "12345"}
    observed = judge("declaration_item", wrong).failures.select("rule_id", "observed").rows()
    assert observed == [
        ("ID-025", "trader_uscc: 18 characters"),
        ("ID-026", "consignee_bin_iin: 5 characters"),
    ]
