"""The index of the site: every suite with its last result, and how a result is counted.

Made from the links that Great Expectations collects, so that its own site builder can use it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from great_expectations.render import RenderedDocumentContent
from great_expectations.render.renderer.site_index_page_renderer import SiteIndexPageRenderer

from corridor_etl.quality.catalogue import SUITES
from corridor_etl.quality.data_docs.tables import SEVERITIES, headed, run_time, section, text, words

INTRO = (
    "Every row is judged by the suite of its record kind before it is loaded. A row that breaks a critical rule is"
    " kept out and waits in quarantine; one that breaks a warning is loaded and flagged; an info is only counted."
    " Suites about deliveries flag or hold the whole file; what documents say against each other stays loaded and open"
    " until it is resolved."
)
COUNTED = ("Rows", "Broken rules", "Met", "Not judged")
_HEAD = ["Suite", "What a row is", "Last run", *COUNTED]


class IndexPage(SiteIndexPageRenderer):
    """All suites with their last result."""

    @classmethod
    def render(cls, index_links_dict: Mapping[str, Any]) -> RenderedDocumentContent:
        """The index from the links Great Expectations collects; ``counts`` in a link adds what :func:`counted` says."""
        last: dict[str, Mapping[str, Any]] = {}
        for link in index_links_dict.get("validations_links", []):
            last.setdefault(link["expectation_suite_name"], link)
        suites = sorted(index_links_dict.get("expectations_links", []), key=_suite_of)
        ran = [_index_row(suite, last[_suite_of(suite)]) for suite in suites if _suite_of(suite) in last]
        idle = [_suite_cells(suite) for suite in suites if _suite_of(suite) not in last]
        return RenderedDocumentContent(
            renderer_type="SiteIndexPageRenderer",
            page_title="Validation",
            sections=[
                section("", text(INTRO)),
                *([section("Last results", headed(_HEAD, ran))] if ran else []),
                *([section("Suites that have not run yet", headed(_HEAD[:2], idle))] if idle else []),
            ],
        )


def counted(record: Mapping[str, Any]) -> dict[str, int]:
    """From a stored result: rows, rules broken per severity, rules met, and rules that judged no row."""
    counts = Counter[str]()
    for result in record["results"]:
        found = result["result"]
        idle = found["element_count"] == found["missing_count"]
        broken = f"broken_{result['expectation_config']['severity']}"
        counts["not_judged" if result["success"] and idle else "met" if result["success"] else broken] += 1
    return {"rows": record["meta"]["rows"], **counts}


def _suite_of(link: Mapping[str, Any]) -> str:
    return str(link["expectation_suite_name"])


def _suite_cells(suite: Mapping[str, Any]) -> list[Any]:
    name = _suite_of(suite)
    return [words("$suite", suite=name, suite_link=suite["filepath"]), SUITES.get(name, "")]


def _index_row(suite: Mapping[str, Any], last: Mapping[str, Any]) -> list[Any]:
    row = [*_suite_cells(suite), words("$run", run=run_time(last), run_link=last["filepath"])]
    if "counts" in last:
        return [*row, *count_cells(last["counts"])]
    broken = "none" if last.get("validation_success") else words("$b", b="some", b_class="critical")
    return [*row, "", broken, "", ""]


def count_cells(counts: Mapping[str, int]) -> list[Any]:
    """Cells for :data:`COUNTED`."""
    broken = {grade: counts[f"broken_{grade}"] for grade in SEVERITIES if counts.get(f"broken_{grade}")}
    template = ", ".join(f"${grade}" for grade in broken) or "none"
    params = {grade: f"{n} {grade}" for grade, n in broken.items()}
    looks = {f"{grade}_class": grade for grade in broken}
    rest = [f"{counts.get(name, 0)}" for name in ("met", "not_judged")]
    return [f"{counts['rows']:,}", words(template, **params, **looks), *rest]
