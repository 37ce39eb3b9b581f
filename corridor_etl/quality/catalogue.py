"""The table of rules for readers, made from the suites, and what of the rule catalogue is not judged here.

Nothing is decided here: rules belong to the suites, reasons for the others to ``_ELSEWHERE``.
"""

from __future__ import annotations

from typing import Any

import great_expectations.expectations.registry as registry

import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suites name
from corridor_etl.model import CROSS_SOURCE, KINDS
from corridor_etl.quality.delivery_rules import DELIVERY_SUITES
from corridor_etl.quality.suites import suite_rules
from corridor_etl.reference._tables import table

_ELSEWHERE = {
    "ID-006": "a suggestion beside the row held back, made at the commit from records of other sources",
    "WT-010": "a setting: targets.weight_basis",
}
_ACROSS = {CROSS_SOURCE: "what several documents say of one trip, train or declared container"}
SUITES = {**{name: kind.meaning for name, kind in KINDS.items()}, **DELIVERY_SUITES, **_ACROSS}
"""Every suite with what a line of its frame is."""

_INTRO = """# Rules
Every row is judged by the suite of its record kind in `expectations/suites/` before it is loaded. A row that breaks a
`critical` rule is quarantined; `warning` and `info` are counted and reported, and the row is loaded. Deliveries are
judged as wholes too, see [deliveries](deliveries.md): the suites `delivery`, `delivery_column` and `source_week`.
The last suite compares sources with each other; what breaks its rules stays loaded, see [discrepancies](discrepancies.md). This
page is made from the suites: `python -m corridor_etl.quality.catalogue > docs/rules.md`.
"""
_HEAD = "| rule | severity | columns | what it says | why | source |\n|---|---|---|---|---|---|"


def render_rules() -> str:
    """The page as Markdown, ending with a line break."""
    parts = [_INTRO, *(_section(suite, meaning) for suite, meaning in SUITES.items()), _not_judged()]
    return "\n".join(parts) + "\n"


def rule_ids() -> set[str]:
    """The ids of all rules that some suite judges."""
    return {rule["meta"]["rule_id"] for suite in SUITES for rule in suite_rules(suite)}


def not_judged() -> dict[str, str]:
    """Rules of the catalogue that no suite judges, each with the reason."""
    ids = [i for i in table("rule_catalogue")["rule_id"] if i not in rule_ids()]
    return {i: _ELSEWHERE.get(i, "not yet written") for i in ids}


def description(rule: dict[str, Any]) -> str:
    """The sentence Data Docs show for an expectation as written in a suite."""
    implementation = registry.get_expectation_impl(rule["type"])
    return str(implementation.described(rule["kwargs"]))


def _section(suite: str, meaning: str) -> str:
    rules = suite_rules(suite)
    rows = [_row(rule) for rule in sorted(rules, key=lambda r: (r["meta"]["rule_id"], r["severity"]))]
    return f"## {suite}\n{meaning.capitalize()}.\n\n" + "\n".join([_HEAD, *rows]) + "\n"


def _row(rule: dict[str, Any]) -> str:
    meta = rule["meta"]
    columns = ", ".join(f"`{c}`" for c in meta["columns"])
    cells = [meta["rule_id"], rule["severity"], columns, description(rule), meta["why"], meta["standard"]]
    return "| " + " | ".join(_cell(c) for c in cells) + " |"


def _not_judged() -> str:
    says = dict(table("rule_catalogue").select("rule_id", "rule").iter_rows())
    rows = [f"| {i} | {_cell(says[i])} | {_cell(reason)} |" for i, reason in not_judged().items()]
    head = "| rule | what it says | why not here |\n|---|---|---|"
    return "## Rules of the catalogue that no suite judges\n" + "\n".join([head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(render_rules(), end="")
