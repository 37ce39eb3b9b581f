"""What a mistyped container number probably means (rule ID-006): a number that another source names.

Pure functions. A suggestion stands beside the row held back and is never applied by itself; which rows are looked at
and where numbers were seen is put together by ``jobs.suggesting``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

import polars as pl

from corridor_etl.reference import container_number

RULES = ("ID-001", "ID-002")
COLUMN = "container_no"
LENGTH = 11
_PREFIX = 4
_CATEGORIES = "UJZ"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_AS_DIGIT = str.maketrans("OISBZ", "01582")
_AS_LETTER = str.maketrans("01582", "OISBZ")


@lru_cache(maxsize=65_536)
def candidates(number: str) -> frozenset[str]:
    """Valid numbers that are one slip away from ``number``: none if it is valid itself.

    A slip is letters and digits that look alike in the wrong part of the number, two neighbours changed about, or one
    character that is wrong, missing or too many. ``number`` is in normal form.
    """
    if container_number.is_valid(number) or abs(len(number) - LENGTH) > 1:
        return frozenset()
    return frozenset(filter(container_number.is_valid, _slips(number)))


def _slips(number: str) -> Iterator[str]:
    yield number[:_PREFIX].translate(_AS_LETTER) + number[_PREFIX:].translate(_AS_DIGIT)
    if len(number) > LENGTH:
        yield from (number[:i] + number[i + 1 :] for i in range(len(number)))
        return
    length = len(number)
    for i in range(LENGTH):
        rest = number[i + (length == LENGTH) :]
        yield from (number[:i] + character + rest for character in _fitting(i))
    for i in range(length - 1):
        yield number[:i] + number[i + 1] + number[i] + number[i + 2 :]


def _fitting(position: int) -> str:
    if position == _PREFIX - 1:
        return _CATEGORIES
    return _LETTERS if position < _PREFIX else _DIGITS


def suggestion(number: str, elsewhere: Collection[str]) -> str | None:
    """The one candidate that is among the numbers seen ``elsewhere``; None if none or several are."""
    found = candidates(number).intersection(elsewhere)
    return next(iter(found)) if len(found) == 1 else None


def suggestions(held: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """``row`` and ``suggestion`` (null for none) of every held row, in order.

    ``held``: row, container_no, source_id, train_no, iso_week. ``seen``: container_no, source_id, train_no, iso_week of
    records that were loaded. A number counts where another source names it for the same train or week.
    """
    probable = held.filter(pl.col(COLUMN).is_not_null()).with_columns(
        candidate=pl.col(COLUMN).map_elements(
            lambda number: sorted(candidates(number)), return_dtype=pl.List(pl.String)
        )
    )
    both = probable.explode("candidate", empty_as_null=True).join(
        seen, left_on="candidate", right_on=COLUMN, how="inner", suffix="_seen"
    )
    is_same = (pl.col("train_no") == pl.col("train_no_seen")) | (
        pl.col("iso_week") == pl.col("iso_week_seen")
    )
    is_another = pl.col("source_id") != pl.col("source_id_seen")
    found = (
        both.filter(is_another & is_same.fill_null(False)).group_by("row").agg(pl.col("candidate").unique())
    )
    one = found.filter(pl.col("candidate").list.len() == 1).select(
        "row", suggestion=pl.col("candidate").list.first()
    )
    return held.select("row").join(one, on="row", how="left", maintain_order="left")
