"""Which rule a file breaks that is refused, and which rules a reader judges by findings: one table each.

What the reasons mean is in ``sources._reasons``; the rules themselves are in ``expectations/suites/delivery.json``.
"""

from __future__ import annotations

from collections.abc import Iterable

RULE_OF_REASON = {
    "DUPLICATE_FILE": "ST-003",
    "SERVICE_STRING": "ST-001",
    "SHIFTED_ELEMENTS": "ST-001",
    "SCHEMA": "ST-004",
    "ENCODING": "ST-005",
    "EMPTY_FILE": "FI-001",
    "UNKNOWN_FORMAT": "FI-001",
    "AMBIGUOUS_FORMAT": "FI-001",
    "FOREIGN_MESSAGE": "FI-001",
    "PLACEHOLDER": "FI-001",
    "ERROR_ANSWER": "FI-001",
    "TRUNCATED": "FI-002",
    "UNCLOSED_QUOTE": "FI-002",
    "LINE_ENDS": "FI-002",
    "MALFORMED": "FI-002",
    "CORRUPT": "FI-002",
    "TOO_BIG": "FI-003",
    "TOO_DEEP": "FI-003",
    "DTD": "FI-003",
    "MACRO": "FI-003",
    "ENCRYPTED": "FI-003",
    "NESTED_ARCHIVE": "FI-003",
    "DUPLICATE_MEMBER": "FI-003",
    "LINK_MEMBER": "FI-003",
    "COUNT_MISMATCH": "FI-004",
    "PARSER_CRASH": "FI-004",
}
"""Reason of a refusal (or of a duplicate) -> rule."""

JUDGED_BY_READERS = frozenset("ST-001 ST-002 ST-004 ST-008 CD-013 CD-014".split())
"""Rules whose breach readers say by a finding or by a fault of a row."""


def rule_of(reason: str | None) -> str | None:
    """The rule a reason stands for; a reason that no table knows is a defect of the reader, FI-004."""
    return None if reason is None else RULE_OF_REASON.get(reason, "FI-004")


def said_by(rule_ids: Iterable[str]) -> str:
    """The rules of :data:`JUDGED_BY_READERS` among those of findings and faults, separated by blanks."""
    return " ".join(sorted(JUDGED_BY_READERS & set(rule_ids)))
