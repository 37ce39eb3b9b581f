"""The suites as files: reading them, filling in the parameters of a run, and listing their rules.

What a rule says is written in the suite; how it is judged belongs to ``checks``.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor_etl.errors import TerminalError
from corridor_etl.settings import checkout

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite


def suite_folder() -> Path:
    """Where the suites are; the folder above it is the project of Great Expectations."""
    return checkout() / "expectations" / "suites"


@cache
def suite_text(kind: str) -> str:
    """The suite of a record kind as written; ``TerminalError`` where there is none."""
    path = suite_folder() / f"{kind}.json"
    if not path.is_file():
        raise TerminalError(f"there is no suite for {kind}", expected=str(path.name), fix="Write one.")
    return path.read_text(encoding="utf-8")


def suite_rules(kind: str) -> list[dict[str, Any]]:
    """The expectations of a suite as plain records, without loading Great Expectations."""
    rules: list[dict[str, Any]] = json.loads(suite_text(kind))["expectations"]
    return rules


def load_suite(kind: str, parameters: dict[str, Any] | None = None) -> ExpectationSuite:
    """The suite as an object of its own, so that a run cannot change what another run reads.

    ``parameters`` take the place of ``$PARAMETER`` here, because the parser of Great Expectations breaks for good when
    several threads use it for the first time at once. With them the suite is for a run, which changes no rule: its
    rules are those of earlier runs, as they remember what Great Expectations asked of them.
    """
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.registry import get_expectation_impl

    import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suite names

    written = json.loads(suite_text(kind))
    rules = written["expectations"]
    if parameters is not None:
        for rule in rules:
            rule["kwargs"] |= resolved(rule["kwargs"], parameters)
        rules = [_rule_of_runs(json.dumps(rule), get_expectation_impl(rule["type"])) for rule in rules]
    return ExpectationSuite(name=written["name"], expectations=rules, meta=written["meta"])


@lru_cache(maxsize=2000)
def _rule_of_runs(written: str, _made_by: type) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    return ExpectationConfiguration(**json.loads(written)).to_domain_obj()


def resolved(kwargs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The thresholds of a rule with the run's values in place of ``$PARAMETER``."""
    return {
        name: parameters[value["$PARAMETER"]] if isinstance(value, dict) and "$PARAMETER" in value else value
        for name, value in kwargs.items()
        if name != "column_list"
    }


def expected_text(template: str, thresholds: dict[str, Any]) -> str:
    """The ``expected`` text of a rule with its thresholds filled in."""
    shown = {k: ", ".join(map(str, v)) if isinstance(v, list) else v for k, v in thresholds.items()}
    return template.format(**shown)
