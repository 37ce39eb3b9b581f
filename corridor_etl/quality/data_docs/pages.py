"""The pages of a suite and of its results, as page renderers of Great Expectations. The index is in ``index``.

What a page says is here and in ``tables``; how it looks belongs to ``view``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from great_expectations.core import ExpectationSuite
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.render import (
    RenderedDocumentContent,
    RenderedSectionContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.page_renderer import (
    ExpectationSuitePageRenderer,
    ValidationResultsPageRenderer,
)

from corridor_etl.model import KINDS
from corridor_etl.quality.catalogue import SUITES
from corridor_etl.quality.data_docs import tables
from corridor_etl.quality.data_docs.index import COUNTED, count_cells
from corridor_etl.quality.data_docs.tables import (
    EFFECT,
    EFFECT_OF,
    OUTCOMES,
    SEVERITIES,
    headed,
    outcome,
    run_time,
    section,
    text,
    words,
)

_SECTIONS = {
    "broken": "Rules that rows break",
    "held": "Rules that every row meets",
    "not judged": "Rules that found no row to judge",
}


class SuitePage(ExpectationSuitePageRenderer):
    """What a suite asks of each row."""

    def render(self, expectations: ExpectationSuite | dict[str, Any]) -> RenderedDocumentContent:
        """The page of one suite."""
        suite = ExpectationSuite(**expectations) if isinstance(expectations, dict) else expectations
        rules = suite.expectation_configurations
        counts = Counter(tables.severity(rule) for rule in rules)
        effect = EFFECT_OF.get(suite.name, EFFECT)
        facts = {f"{grade.capitalize()}: {effect[grade]}": f"{counts[grade]} rules" for grade in SEVERITIES}
        return RenderedDocumentContent(
            renderer_type="ExpectationSuitePageRenderer",
            page_title=f"Rules of {suite.name}",
            expectation_suite_name=suite.name,
            sections=[
                section("", text(_meaning(suite)), tables.facts_table(facts)),
                section("Rules", tables.rules_table(rules)),
                *_columns(suite),
            ],
        )


class ResultsPage(ValidationResultsPageRenderer):
    """What a suite said about one batch."""

    def render(
        self, validation_results: ExpectationSuiteValidationResult, suite_parameters: Any = None
    ) -> RenderedDocumentContent:
        """The page of one result; ``meta`` may hold ``rows``, ``snapshot`` and, for a list below, ``history``."""
        result = validation_results
        by_outcome = {name: [r for r in result.results if outcome(r) == name] for name in OUTCOMES}
        sections = [
            section(_SECTIONS[name], tables.outcomes_table(found))
            for name, found in by_outcome.items()
            if found
        ]
        history = result.meta.get("history")
        return RenderedDocumentContent(
            renderer_type="ValidationResultsPageRenderer",
            page_title=f"Results of {result.suite_name}",
            expectation_suite_name=result.suite_name,
            sections=[
                section("", tables.facts_table(_facts(result, by_outcome))),
                *sections,
                *([section("Last runs", _history(history))] if history else []),
            ],
        )


def _meaning(suite: ExpectationSuite) -> str:
    meaning = SUITES.get(suite.name) or str(suite.notes or suite.name)
    about = meaning[:1].upper() + meaning[1:]
    return f"{about.rstrip('.')}. {len(suite.expectations)} rules."


def _columns(suite: ExpectationSuite) -> list[RenderedSectionContent]:
    """What the columns mean that the rules name; nothing for a suite that is not about one record kind."""
    kind = KINDS.get(suite.name)
    if kind is None:
        return []
    named = {c for rule in suite.expectation_configurations for c in rule.kwargs.get("column_list", [])}
    rows = [
        [words("$c", c=c.name, c_class="mark"), c.meaning, c.unit] for c in kind.columns if c.name in named
    ]
    return [section("Columns", headed(["Column", "Meaning", "Unit"], rows))]


def _facts(
    result: ExpectationSuiteValidationResult, by_outcome: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    meta = result.meta
    facts = {
        "Ran": run_time(meta.get("run_id")),
        "Batch": meta.get("snapshot", ""),
        "Rows": f"{meta['rows']:,}" if "rows" in meta else "",
        "Rules broken": len(by_outcome["broken"]),
        "Rules met": len(by_outcome["held"]),
        "Rules without a row to judge": len(by_outcome["not judged"]),
    }
    return {name: value for name, value in facts.items() if value != ""}


def _history(runs: Sequence[Mapping[str, Any]]) -> RenderedTableContent:
    rows = [[_link_to_run(run), *count_cells(run["counts"])] for run in runs]
    return headed(["Run", *COUNTED], rows)


def _link_to_run(run: Mapping[str, Any]) -> Any:
    label = f"{run_time(run)}, batch {run['snapshot']}"
    return (
        words("$run", run=label, run_link=run["filepath"])
        if run.get("filepath")
        else words("$run", run=label)
    )
