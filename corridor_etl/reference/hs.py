"""Harmonized System 2022: which codes exist and what chapters and headings are called."""

from __future__ import annotations

from functools import cache

from corridor_etl.reference._tables import mapping, table


@cache
def descriptions() -> dict[str, str]:
    """HS code (2, 4 or 6 digits) -> description."""
    return mapping("hs2022", "hs_code", "description")


@cache
def subheadings() -> frozenset[str]:
    """Every 6-digit subheading of HS 2022."""
    return frozenset(code for code in table("hs2022")["hs_code"] if len(code) == 6)


def short_name(code: str, limit: int = 60) -> str:
    """The description of a code cut at its first clause, for tables."""
    text = descriptions().get(code, "")
    head = text.split(";")[0].split(",")[0].strip()
    return head if len(head) <= limit else head[: limit - 1].rstrip() + "…"


@cache
def chapter_names(language: str) -> dict[str, str]:
    """Chapter -> its short name in zh, ru or kk, for tables; empty for a language without short names."""
    names = table("hs_chapter_names")
    if f"name_{language}" not in names.columns:
        return {}
    return mapping("hs_chapter_names", "chapter", f"name_{language}")
