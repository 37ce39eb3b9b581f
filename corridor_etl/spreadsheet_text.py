"""Texts that no spreadsheet takes for a formula (CWE-1236), for everything that is exported as CSV or a workbook."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return text.startswith(("\t", "\r")) or text.lstrip().startswith(FORMULA_STARTS)


def inert(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet might take it for a formula."""
    return f"'{text}" if is_risky(text) else text
