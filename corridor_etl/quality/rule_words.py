"""Rules in words, for people who have never seen their ids: partners who get a list of rows, and operators."""

from __future__ import annotations

from corridor_etl.quality.suites import suite_folder, suite_rules
from corridor_etl.sources._reasons import OF_ROWS

_BETWEEN_RECORDS = {
    "CONFLICT": "another row said something else of the same record and version, and came first",
    "ST-007": "a correction whose original has not come",
    "ST-010": "a cell that is no number",
    "ST-011": "a cell the record cannot do without is empty",
    "DT-006": "a cell that is no date",
}


def in_words(kind: str, rule_id: str) -> str:
    """Why a row of a kind may not break the rule; the id itself where nothing is written about it."""
    for rule in suite_rules(kind):
        if rule["meta"]["rule_id"] == rule_id:
            return str(rule["meta"]["why"])
    return OF_ROWS.get(rule_id) or _BETWEEN_RECORDS.get(rule_id, rule_id)


def all_in_words() -> dict[str, str]:
    """Rule id -> why nothing may break it: rules of every suite, and names by which rows are held back."""
    suites = sorted(path.stem for path in suite_folder().glob("*.json"))
    judged = {
        rule["meta"]["rule_id"]: str(rule["meta"]["why"]) for name in suites for rule in suite_rules(name)
    }
    return {**_BETWEEN_RECORDS, **OF_ROWS, **judged}
