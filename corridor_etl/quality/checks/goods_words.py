"""Whether what goods are called fits their code, by a small vocabulary in English, Chinese and Russian.

The words are data (``reference/data/goods_words.csv``): a star stands for any ending. A name that uses words of
several goods may be under the headings of any of them; a name without a known word is not judged.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from corridor_etl.reference._tables import table


def words_fit_heading(name: pl.Expr, hs_code: pl.Expr) -> pl.Expr:
    """The code begins with a heading of the goods whose words the name uses."""
    matches = [(name.str.contains(pattern), list(headings)) for pattern, headings in _vocabulary()]
    is_named = pl.any_horizontal(is_used for is_used, _ in matches)
    fits = pl.any_horizontal(is_used & _is_under(hs_code, headings) for is_used, headings in matches)
    return pl.when(is_named).then(fits)


def _is_under(hs_code: pl.Expr, headings: list[str]) -> pl.Expr:
    return pl.any_horizontal(hs_code.str.starts_with(heading) for heading in headings)


@cache
def _vocabulary() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Pattern and headings of each kind of goods."""
    rows = table("goods_words").group_by("goods", maintain_order=True).agg("language", "word", "headings")
    return tuple(
        (_pattern(zip(languages, words, strict=True)), tuple(headings[0].split()))
        for _, languages, words, headings in rows.iter_rows()
    )


def _pattern(words: zip[tuple[str, str]]) -> str:
    """One pattern of all words; Chinese has no blanks between words, so there a word may stand anywhere."""
    parts = []
    for language, word in words:
        text = re.escape(word.removesuffix("*"))
        ending = "" if word.endswith("*") else r"\b"
        parts.append(text if language == "zh" else rf"\b{text}{ending}")
    return "(?i)" + "|".join(parts)
