"""The table of rules for readers, made from the suites, and what of the rule catalogue is not judged here.

Nothing is decided here: rules belong to the suites, reasons for the others to ``_ELSEWHERE``.
"""

from __future__ import annotations

from typing import Any

import great_expectations.expectations.registry as registry

import corridor_etl.quality.expectations  # noqa: F401 - registers the classes the suites name
from corridor_etl.model import CROSS_SOURCE, KINDS
from corridor_etl.quality.suites import suite_rules
from corridor_etl.reference._tables import table

_BY_OTHER_RECORDS = "needs records of other deliveries or kinds"
_NOT_IN_MODEL = "the model has no such column"
_BY_FORMAT = "judged while the file is read"
_BY_DELIVERY = "is about deliveries, not rows"

_ELSEWHERE = {
    "ID-005": "no list of owner prefixes is at hand",
    "ID-006": _BY_OTHER_RECORDS,
    "ID-007": _NOT_IN_MODEL,
    "ID-015": _NOT_IN_MODEL,
    "ID-016": _NOT_IN_MODEL,
    "ID-025": _NOT_IN_MODEL,
    "ID-026": _NOT_IN_MODEL,
    "CD-007": "no Eurasian declarations are delivered yet",
    "CD-013": _BY_FORMAT,
    "CD-014": _BY_FORMAT,
    "ST-001": _BY_FORMAT,
    "ST-002": _BY_FORMAT,
    "ST-003": "judged by the ledger, before a file is read",
    "ST-004": _BY_FORMAT,
    "ST-005": _BY_FORMAT,
    "ST-006": _BY_OTHER_RECORDS,
    "ST-007": "judged with the versions: a cancellation or patch waits in quarantine for its original",
    "ST-008": _BY_FORMAT,
    "WT-006": "is about a whole train, not a row",
    "WT-010": "a setting: targets.weight_basis",
    "VA-002": _NOT_IN_MODEL,
    "VA-007": _NOT_IN_MODEL,
    "VA-008": "needs a vocabulary of goods in three languages",
    "SE-004": _NOT_IN_MODEL,
}
_ELSEWHERE_BY_GROUP = {"BA": _BY_DELIVERY}
SUITES = (*KINDS, CROSS_SOURCE)

_INTRO = """# Rules
Every row is judged by the suite of its record kind in `expectations/suites/` before it is loaded. A row that breaks a
`critical` rule is quarantined; `warning` and `info` are counted and reported, and the row is loaded. The last suite
compares sources with each other; what breaks its rules stays loaded, see [discrepancies.md](discrepancies.md). This
page is made from the suites: `python -m corridor_etl.quality.catalogue > docs/rules.md`.
"""
_CROSS_MEANING = "what several documents say of one trip, train or declared container"
_HEAD = "| rule | severity | columns | what it says | why | source |\n|---|---|---|---|---|---|"


def render_rules() -> str:
    """The page as Markdown, ending with a line break."""
    parts = [_INTRO, *(_section(kind) for kind in SUITES), _not_judged()]
    return "\n".join(parts) + "\n"


def rule_ids() -> set[str]:
    """The ids of all rules that some suite judges."""
    return {rule["meta"]["rule_id"] for kind in SUITES for rule in suite_rules(kind)}


def not_judged() -> dict[str, str]:
    """Rules of the catalogue that no suite judges, each with the reason."""
    ids = [i for i in table("rule_catalogue")["rule_id"] if i not in rule_ids()]
    return {i: _ELSEWHERE.get(i) or _ELSEWHERE_BY_GROUP.get(i[:2], "not yet written") for i in ids}


def description(rule: dict[str, Any]) -> str:
    """The sentence Data Docs show for an expectation as written in a suite."""
    implementation = registry.get_expectation_impl(rule["type"])
    return str(implementation.described(rule["kwargs"]))


def _section(kind: str) -> str:
    rules = suite_rules(kind)
    rows = [_row(rule) for rule in sorted(rules, key=lambda r: (r["meta"]["rule_id"], r["severity"]))]
    meaning = KINDS[kind].meaning if kind in KINDS else _CROSS_MEANING
    return f"## {kind}\n{meaning.capitalize()}.\n\n" + "\n".join([_HEAD, *rows]) + "\n"


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
