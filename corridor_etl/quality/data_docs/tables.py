"""The tables of the pages, as components of Great Expectations: rules in words, and what became of each.

A rule that judged no row is neither held nor broken. Order: what keeps rows out first, then by rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dateutil.parser import isoparse
from great_expectations.core import ExpectationValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import get_renderer_impl
from great_expectations.render import (
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
    TextContent,
)
from great_expectations.render.components import LegacyRendererType

from corridor_etl.model import CROSS_SOURCE
from corridor_etl.quality.delivery_rules import DELIVERY_SUITES

SEVERITIES = ("critical", "warning", "info")
EFFECT = {"critical": "keeps the row out", "warning": "loads and flags the row", "info": "only counted"}
_OF_FILES = {"critical": "refuses or holds the file", "warning": "flags the file", "info": "only counted"}
_OF_SOURCES = {
    "critical": "open until it is resolved",
    "warning": "open, to be looked at",
    "info": "only counted",
}
EFFECT_OF = {**dict.fromkeys(DELIVERY_SUITES, _OF_FILES), CROSS_SOURCE: _OF_SOURCES}
OUTCOMES = ("broken", "held", "not judged")
_SET_APART = {"default": {"classes": ["code"]}}


def words(template: str, **params: Any) -> RenderedStringTemplateContent:
    """Plain words with parameters; ``<name>_class`` names the look of a parameter, ``<name>_link`` its target."""
    styles: dict[str, Any] = {}
    for key in [k for k in params if k.endswith(("_class", "_link"))]:
        name, _, what = key.rpartition("_")
        value = params.pop(key)
        styles[name] = (
            {"classes": [value]} if what == "class" else {"tag": "a", "attributes": {"href": value}}
        )
    return RenderedStringTemplateContent(
        string_template={"template": template, "params": params, "styling": {"params": styles}}
    )


def sentence(rule: ExpectationConfiguration) -> list[Any]:
    """What a rule says, by the renderer its class registers, or the description the suite gives."""
    found = get_renderer_impl(object_name=rule.type, renderer_type=LegacyRendererType.PRESCRIPTIVE)
    if rule.description or found is None:
        return [words("$text", text=rule.description or rule.type)]
    return list(found.renderer(configuration=rule, runtime_configuration={"styling": dict(_SET_APART)}))


def meta(rule: ExpectationConfiguration, key: str) -> str:
    """A remark of the suite on its rule, empty where there is none."""
    return str((rule.meta or {}).get(key, ""))


def severity(rule: ExpectationConfiguration) -> str:
    """critical, warning or info."""
    return str(getattr(rule.severity, "value", rule.severity) or "critical")


def ordered(rules: Iterable[Any], of: Any = lambda rule: rule) -> list[Any]:
    """Rules, or what ``of`` finds them in, by severity and rule."""
    return sorted(rules, key=lambda r: (SEVERITIES.index(severity(of(r))), meta(of(r), "rule_id")))


def outcome(result: ExpectationValidationResult) -> str:
    """broken, held, or not judged where the rule applied to no row."""
    if not result.success:
        return "broken"
    return "not judged" if judged_rows(result) == 0 else "held"


def judged_rows(result: ExpectationValidationResult) -> int | None:
    """Rows the rule applied to; None for a rule that is not about rows."""
    counts = result.result
    if counts.get("element_count") is None:
        return None
    return int(counts["element_count"]) - int(counts.get("missing_count") or 0)


def rules_table(rules: Iterable[ExpectationConfiguration]) -> RenderedTableContent:
    """Every rule of a suite: id, what it says, why, and whose rule it is."""
    rows = [
        [_name(rule), sentence(rule), meta(rule, "why"), meta(rule, "standard")] for rule in ordered(rules)
    ]
    return headed(["Rule", "What it says", "Why", "Source"], rows)


def outcomes_table(results: Iterable[ExpectationValidationResult]) -> RenderedTableContent:
    """Rules with the rows they judged and, where some break them, how many and a few of the cells."""
    found = ordered(results, of=lambda result: result.expectation_config)
    if any(not result.success for result in found):
        head = ["Rule", "What it says", "Rows judged", "Rows that break it", "Examples"]
        return headed(head, [_broken_row(result) for result in found])
    return headed(["Rule", "What it says", "Rows judged"], [_met_row(result) for result in found])


def _met_row(result: ExpectationValidationResult) -> list[Any]:
    rule = result.expectation_config
    return [_name(rule), sentence(rule), _number(judged_rows(result))]


def _broken_row(result: ExpectationValidationResult) -> list[Any]:
    rule, counts = result.expectation_config, result.result
    judged, broken = judged_rows(result), counts.get("unexpected_count")
    share = f" ({broken / judged:.1%})" if broken and judged else ""
    said = [*sentence(rule), *_reason(rule)]
    return [_name(rule, is_broken=True), said, _number(judged), _number(broken) + share, _examples(result)]


def headed(head: list[str], rows: list[list[Any]]) -> RenderedTableContent:
    """A table with a head."""
    return RenderedTableContent(header_row=head, table=rows)


def facts_table(facts: Mapping[str, Any]) -> RenderedTableContent:
    """Names and values, without a head."""
    return RenderedTableContent(table=[[name, value] for name, value in facts.items()])


def _name(rule: ExpectationConfiguration, *, is_broken: bool = False) -> RenderedStringTemplateContent:
    """The rule's id and severity; the severity is coloured only where it took effect."""
    grade = severity(rule)
    look = grade if is_broken else "note"
    return words(
        "$id\n$grade", id=meta(rule, "rule_id") or rule.type, id_class="mark", grade=grade, grade_class=look
    )


def _reason(rule: ExpectationConfiguration) -> list[RenderedStringTemplateContent]:
    why = meta(rule, "why")
    return [words("\n$why", why=f"Why: {why}", why_class="note")] if why else []


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _examples(result: ExpectationValidationResult) -> RenderedStringTemplateContent:
    cells = [str(cell) for cell in result.result.get("partial_unexpected_list") or []]
    names = [f"cell_{i}" for i in range(len(cells))]
    template = {
        "template": "\n".join(f"${name}" for name in names),
        "params": dict(zip(names, cells, strict=True)),
        "styling": dict(_SET_APART),
    }
    return RenderedStringTemplateContent(string_template=template)


def run_time(run_id: Any) -> str:
    """When a suite ran, from the run's identifier in any of its forms; empty where it is unknown."""
    given = run_id.run_time if isinstance(run_id, RunIdentifier) else (run_id or {}).get("run_time", "")
    moment = isoparse(given) if isinstance(given, str) and given else given
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else ""


def section(name: str, *blocks: Any) -> RenderedSectionContent:
    """A part of a page, with its heading (which may be empty)."""
    return RenderedSectionContent(section_name=name, content_blocks=list(blocks))


def text(words: str) -> TextContent:
    """A paragraph."""
    return TextContent(text=[words])
