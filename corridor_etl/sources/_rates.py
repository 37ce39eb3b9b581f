"""Daily rates to the raw columns of ``exchange_rate``: currency pairs as publishers write them, and revisions.

A rate is so many ``base_currency`` for ``units`` of ``currency``. Two rates of one publisher, pair and day in one
file are a rate and its revision: the later one has the higher version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from corridor_etl.sources._source import Finding

COLUMNS = ("source_id", "rate_on", "currency", "base_currency", "rate", "units", "version", "action")

NO_RATE = frozenset(("", "n/a", "na", "nan", "-", "--", "---", ".", "..", ":", "null", "none", "#n/a"))
"""What publishers write where there is no rate: a holiday, or a currency that is not quoted."""

_UNITS = "(1|10|100|1000|10000)?"
_PAIR = re.compile(rf"{_UNITS}\s*([A-Z]{{3}})\s*/\s*([A-Z]{{3}})(?:\(CNY\))?")
_SINGLE = re.compile(rf"{_UNITS}\s*([A-Z]{{3}})")


def pair(text: str) -> tuple[str, str, str] | None:
    """(units, currency, base currency) of ``USD/CNY`` or ``100JPY/CNY``; None for anything else."""
    found = _PAIR.fullmatch(text.strip().upper())
    return (found[1] or "1", found[2], found[3]) if found else None


def single(text: str) -> tuple[str, str] | None:
    """(units, currency) of ``USD`` or ``100 JPY``; None for anything else."""
    found = _SINGLE.fullmatch(text.strip().upper())
    return (found[1] or "1", found[2]) if found else None


def is_rate(text: str | None) -> bool:
    """Whether a cell says a rate and not that there is none."""
    return (text or "").strip().casefold() not in NO_RATE


def versioned(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Rates with ``version`` and ``action``: the first of a pair and day is 1, another rate for it revises it.

    A rate that is sent again unchanged keeps the version of the one before.
    """
    key = ["source_id", "currency", "base_currency", "rate_on"]
    is_new = (pl.col("rate") != pl.col("rate").shift(1)).fill_null(True).over(key)
    numbered = frame.with_columns(version=is_new.cast(pl.Int64).cum_sum().over(key))
    revised = numbered.filter(pl.col("version") > 1)
    made = numbered.with_columns(
        action=pl.when(pl.col("version") > 1).then(pl.lit("replace")).otherwise(pl.lit("insert")),
        version=pl.col("version").cast(pl.String),
    )
    if revised.is_empty():
        return made, []
    text = f"{revised.height} rates revise one of the same day in the same file"
    seen = ", ".join(f"{c} {d}" for c, d in revised.select("currency", "rate_on").head(5).iter_rows())
    return made, [Finding("REVISED_RATE", "info", text, None, seen, "the last rate of a day")]


def missing(count: int, days: Sequence[str]) -> list[Finding]:
    """A finding that counts the cells without a rate, and the days that have none at all."""
    if not count:
        return []
    text = f"{count} cells say that there is no rate"
    if days:
        text += f"; {len(days)} days have none at all, the first {days[0]}"
    return [Finding("NO_RATE", "info", text, None, str(count), "a rate, or a day without one")]
