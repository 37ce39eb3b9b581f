"""The suites as files: complete, in step with model and catalogue, readable in Data Docs, and the page made of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import polars as pl
import pytest

from corridor_etl.model import CROSS_SOURCE, KINDS
from corridor_etl.quality import catalogue
from corridor_etl.quality.delivery_rules import DELIVERY_SUITES
from corridor_etl.quality.expectations._row import _verdict_of
from corridor_etl.quality.history import RANGE_COLUMNS
from corridor_etl.quality.runner import run_parameters
from corridor_etl.quality.suites import load_suite, suite_folder, suite_rules
from corridor_etl.reference._tables import table
from corridor_etl.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
RULES = [
    pytest.param(kind, rule, id=f"{kind}-{rule['meta']['rule_id']}-{i}")
    for kind in KINDS
    for i, rule in enumerate(suite_rules(kind))
]
OWN_RULES = {
    "ST-011",
    "ST-012",
    "BK-001",
    "BK-002",
    "BA-006",
    "FI-001",
    "FI-002",
    "FI-003",
    "FI-004",
    "FI-005",
}
SEVERITY = {"error": "critical", "warn": "warning", "info": "info"}
# milder than the catalogue, with the reason in the suite: the row itself is right, or versions settle it
MILDER = {
    ("declaration_item", "ID-002"),
    ("consignment", "ID-002"),
    ("declaration_item", "ST-009"),
    ("declaration_item", "CD-003"),
    ("declaration_item", "DU-003"),
    ("declaration_item", "CD-002"),
    ("declaration_item", "CD-004"),
    ("declaration_item", "CD-008"),
    ("declaration_item", "CD-009"),
    ("declaration_item", "VA-002"),
    ("declaration_item", "VA-006"),
    ("consignment", "ID-031"),
    ("container_order", "ID-031"),
    ("stowage_position", "ID-031"),
    ("terminal_visit", "ID-031"),
    ("port_cargo", "ID-031"),
    ("rail_position", "ID-015"),
    ("manifest_container", "DU-001"),
    ("manifest_container", "CD-003"),
    ("manifest_container", "CD-004"),
    ("manifest_container", "WT-003"),
    ("port_event", "WT-003"),
    ("port_event", "WT-008"),
}


@pytest.mark.parametrize(("kind", "rule"), RULES)
def test_rule_says_all_a_reader_needs(kind: str, rule: dict) -> None:
    meta = rule["meta"]
    assert all(meta[key] for key in ("rule_id", "columns", "expected", "why", "standard", "example"))
    assert set(meta["columns"]) <= set(KINDS[kind].schema)
    assert set(rule["kwargs"]["column_list"]) <= {*KINDS[kind].schema, "delivery_id", *RANGE_COLUMNS}


@pytest.mark.parametrize(("kind", "rule"), RULES)
def test_severity_is_the_catalogue_s(kind: str, rule: dict) -> None:
    rule_id = rule["meta"]["rule_id"]
    severities = dict(table("rule_catalogue").select("rule_id", "severity").iter_rows())
    if rule_id in OWN_RULES:
        assert rule_id not in severities
    elif (kind, rule_id) not in MILDER:
        assert rule["severity"] == SEVERITY[severities[rule_id]]


@pytest.mark.parametrize("kind", KINDS)
def test_required_cells_are_those_of_the_model(kind: str) -> None:
    required = next(r for r in suite_rules(kind) if r["meta"]["rule_id"] == "ST-011")
    assert required["kwargs"]["column_list"] == [c.name for c in KINDS[kind].columns if c.is_required]


def test_at_least_forty_rules_of_the_catalogue_are_judged() -> None:
    assert len(catalogue.rule_ids() - OWN_RULES) >= 40


def test_project_folder_opens_as_a_file_context(tmp_path: Path) -> None:
    import great_expectations

    import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suites name

    copy = shutil.copytree(suite_folder().parent, tmp_path / "expectations")
    context = great_expectations.get_context(mode="file", context_root_dir=copy)
    opened = {suite.name: len(suite.expectations) for suite in context.suites.all()}
    assert opened == {kind: len(suite_rules(kind)) for kind in catalogue.SUITES}


def _sentences(content: Any) -> Iterator[str]:
    """Every string template in a rendered document, with its values."""
    if isinstance(content, dict) and "string_template" in content:
        template = content["string_template"]
        yield Template(template["template"]).safe_substitute(template.get("params", {}))
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else []
    for part in parts:
        yield from _sentences(part)


@pytest.mark.parametrize("kind", [*KINDS, CROSS_SOURCE, *DELIVERY_SUITES])
def test_data_docs_show_the_sentence_of_every_rule(kind: str) -> None:
    from great_expectations.render.renderer import ExpectationSuitePageRenderer

    page = set(_sentences(ExpectationSuitePageRenderer().render(load_suite(kind)).to_json_dict()))
    assert {catalogue.description(rule) for rule in suite_rules(kind)} <= page


def test_rules_page_is_current() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == catalogue.render_rules()


def test_every_rule_not_judged_has_a_reason() -> None:
    assert "not yet written" not in catalogue.not_judged().values()
    assert catalogue.rule_ids() | set(catalogue.not_judged()) >= set(table("rule_catalogue")["rule_id"])


def test_a_changed_or_copied_expectation_has_a_configuration_of_its_own() -> None:
    rule = load_suite("booking").expectations[0]
    first = rule.configuration
    assert rule.configuration is first
    assert rule.copy(deep=True).configuration is not first
    rule.mostly = 0.5
    assert rule.configuration.kwargs["mostly"] == 0.5


def test_a_configuration_gives_back_its_expectation_until_it_says_something_else() -> None:
    rule = load_suite("booking").expectations[0]
    said = rule.configuration
    assert said.to_domain_obj() is rule
    copied = deepcopy(said)
    assert copied == said
    assert copied.to_json_dict() == said.to_json_dict()
    assert copied.to_domain_obj() is not rule
    copied.kwargs["mostly"] = 0.25
    assert (copied.to_domain_obj().mostly, rule.mostly) == (0.25, 1.0)
    said.kwargs["mostly"] = 0.5
    assert said.to_domain_obj().mostly == 0.5


def test_a_copy_for_a_batch_remembers_its_expectation_until_it_says_something_else() -> None:
    rule = load_suite("booking").expectations[0]
    copied, again = deepcopy(rule.configuration), deepcopy(rule.configuration)
    assert copied.to_domain_obj() is again.to_domain_obj()
    again.kwargs["mostly"] = 0.25
    assert again.to_domain_obj().mostly == 0.25
    assert copied.to_domain_obj().mostly == 1.0
    again.meta["rule_id"] = "OTHER"
    assert again.to_domain_obj().meta["rule_id"] == "OTHER"
    assert rule.meta["rule_id"] == copied.meta["rule_id"] != "OTHER"
    assert deepcopy(again) == again
    rule.mostly = 0.75
    assert deepcopy(rule.configuration).to_domain_obj().mostly == 0.75


def test_what_a_rule_depends_on_is_made_once_and_cannot_be_changed_by_who_asks() -> None:
    rule = load_suite("booking").expectations[0]
    asked = {"result_format": {"result_format": "BASIC"}}
    first = rule.get_validation_dependencies(None, asked)
    wanted, made = first.get_metric_names(), first.get_metric_configurations()
    first.remove_metric_configuration("table.row_count")
    first.result_format["result_format"] = "COMPLETE"
    again = rule.get_validation_dependencies(None, asked)
    assert again.get_metric_names() == wanted
    assert all(a is b for a, b in zip(again.get_metric_configurations(), made, strict=True))
    assert again.result_format["result_format"] == "BASIC"
    fewer = rule.get_validation_dependencies(None, {"result_format": {"result_format": "BOOLEAN_ONLY"}})
    assert set(fewer.get_metric_names()) < set(wanted)


def test_runs_share_rules_and_each_has_its_own_parameters(settings: Settings) -> None:
    early, late = (run_parameters(settings, datetime(year, 6, 2, tzinfo=UTC)) for year in (2025, 2026))
    first, again, other = (load_suite("port_event", given) for given in (early, early, late))
    assert first is not again
    assert all(a is b for a, b in zip(first.expectations, again.expectations, strict=True))
    pairs = zip(first.expectations, other.expectations, strict=True)
    apart = [(a.configuration.kwargs, b.configuration.kwargs) for a, b in pairs if a is not b]
    assert {(a["latest_at_utc"], b["latest_at_utc"]) for a, b in apart} == {
        (early["latest_at_utc"], late["latest_at_utc"])
    }


def test_a_check_is_made_anew_for_other_types_and_thresholds_only() -> None:
    verdict = _verdict_of(type(load_suite("booking").expectations[0]))
    text, number = {"train_no": pl.String(), "teu": pl.Int64()}, {"train_no": pl.Int64()}
    made = verdict(["train_no"], text, None)
    assert verdict(["train_no"], text, None, optional_in_corrections=None) is not made
    assert verdict(["train_no"], {**text, "teu": pl.String()}, None) is made
    assert not verdict(["train_no"], number, None).meta.eq(made)
    lenient = verdict(["train_no"], text, None, optional_in_corrections=["train_no"])
    assert not lenient.meta.eq(made)
    assert verdict(["train_no"], text, None, optional_in_corrections=["train_no"]) is lenient
