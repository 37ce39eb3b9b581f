"""Writes the pages of all suites and their last results as a folder that opens without a server or a network.

The same suites and results give the same bytes. The folder is made beside the old one and takes its place when it is
whole. Where results come from belongs to the caller.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema

from corridor_etl.quality.data_docs.index import IndexPage, counted
from corridor_etl.quality.data_docs.pages import ResultsPage, SuitePage
from corridor_etl.quality.data_docs.view import OfflinePageView
from corridor_etl.quality.suites import load_suite, suite_folder


@dataclass(frozen=True)
class Run:
    """One stored result of a suite."""

    suite: str
    snapshot: int
    run_at_utc: datetime
    result_json: str


def build_site(folder: Path, runs: Sequence[Run], *, pages_per_suite: int) -> int:
    """Writes the site of all suites and of the newest ``pages_per_suite`` runs of each; returns how many pages.

    Older runs are listed without a page. Runs of a suite that is no longer written are left out.
    """
    fresh = folder.with_name(folder.name + ".new")
    _clear(fresh)
    names = sorted(path.stem for path in suite_folder().glob("*.json"))
    by_suite = {name: _newest_first(name, runs) for name in names}
    pages = dict(_pages(by_suite, pages_per_suite))
    for name, html in pages.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8", newline="\n")
    _replace(folder, fresh)
    return len(pages)


def _pages(by_suite: Mapping[str, Sequence[Run]], pages_per_suite: int) -> Any:
    view = OfflinePageView()
    links = _Links(by_suite)
    yield "index.html", view.render(IndexPage.render(links.index()), root="")
    for name, runs in by_suite.items():
        suite = SuitePage().render(load_suite(name))
        yield f"expectations/{name}.html", view.render(suite, root="../", has_results=bool(runs))
        history = links.history(name, pages_per_suite)
        for place, run in enumerate(runs[:pages_per_suite]):
            html = view.render(ResultsPage().render(_loaded(run, history)), root="../../")
            yield f"validations/{name}/{run.snapshot}.html", html
            if place == 0:
                yield f"validations/{name}/index.html", html


def _newest_first(suite: str, runs: Sequence[Run]) -> list[Run]:
    return sorted((run for run in runs if run.suite == suite), key=lambda run: -run.snapshot)


def _loaded(run: Run, history: Sequence[Mapping[str, Any]]) -> Any:
    record = json.loads(run.result_json)
    for said in record["results"]:
        rule = said["expectation_config"]
        rule["kwargs"] = {name: _in_run(value, record) for name, value in rule["kwargs"].items()}
    result = expectationSuiteValidationResultSchema.load(record)
    result.meta.update(snapshot=run.snapshot, history=history)
    return result


def _in_run(value: Any, record: Mapping[str, Any]) -> Any:
    """A threshold with the value it had in the run, where the suite names a parameter and the run kept it."""
    name = value.get("$PARAMETER") if isinstance(value, dict) else None
    return record["suite_parameters"].get(name, value) if name else value


class _Links:
    """What the index and the lists of runs link to, in the form in which Great Expectations collects links."""

    def __init__(self, by_suite: Mapping[str, Sequence[Run]]) -> None:
        self._runs = {
            name: [{**_link(run), "counts": counted(json.loads(run.result_json))} for run in runs]
            for name, runs in by_suite.items()
        }

    def index(self) -> dict[str, Any]:
        suites = [
            {"expectation_suite_name": name, "filepath": f"expectations/{name}.html"} for name in self._runs
        ]
        last = [
            {**runs[0], "expectation_suite_name": name, "filepath": f"validations/{name}/index.html"}
            for name, runs in self._runs.items()
            if runs
        ]
        return {"expectations_links": suites, "validations_links": last}

    def history(self, suite: str, pages: int) -> list[dict[str, Any]]:
        return [
            {**run, "filepath": f"{run['snapshot']}.html" if place < pages else None}
            for place, run in enumerate(self._runs[suite])
        ]


def _link(run: Run) -> dict[str, Any]:
    return {"run_time": run.run_at_utc, "snapshot": run.snapshot}


def _replace(folder: Path, fresh: Path) -> None:
    old = folder.with_name(folder.name + ".old")
    _clear(old)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    _clear(old)


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
