"""Countries: alpha-3 and the English name to ISO 3166 alpha-2."""

from __future__ import annotations

from functools import cache

from corridor_etl.reference._tables import table


@cache
def _spellings() -> dict[str, str]:
    known: dict[str, str] = {}
    for row in table("iso3166").iter_rows(named=True):
        for name in (
            row["alpha2"],
            row["alpha3"],
            row["name"],
            row["name_un_en"],
            row["name_zh"],
            row["name_ru"],
        ):
            if name:
                known.setdefault(name.casefold(), row["alpha2"])
    return known


def alpha2(text: str | None) -> str | None:
    """The alpha-2 code of a country as written, or the text itself where it is unknown."""
    cleaned = (text or "").strip()
    return _spellings().get(cleaned.casefold(), cleaned) if cleaned else None


@cache
def known_codes() -> frozenset[str]:
    """Every ISO 3166 alpha-2 code."""
    return frozenset(table("iso3166")["alpha2"].drop_nulls())
