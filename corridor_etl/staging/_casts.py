"""Casts of whole text columns: numbers, counts, dates and codes. Null comes out where a cell is not one.

Digits are ASCII only and a number has no exponent, infinity or group sign but a blank, because what else
looks like a number in one country is another number in the next.
"""

from __future__ import annotations

import re

import polars as pl

from corridor_etl.reference import container_number

NUMBER_RULE, NUMBER_EXPECTED = "ST-010", "a number such as 24512.5, with no more decimals than the unit has"
DATE_RULE, DATE_EXPECTED = "DT-006", "a calendar date of this century such as 2025-02-28"

MOST_VERSION = 10**8
"""A correction without a number has that of its minute; a version far beyond would shut out all later ones."""
VERSION_EXPECTED = f"a whole number from 1 to {MOST_VERSION}"

_BLANK_GROUPS = r"^([+-]?[0-9]{1,3}(?:[\x{20}\x{a0}\x{202f}][0-9]{3})+)([.,][0-9]+)?$"
_GROUP_SIGNS = r"[\x{20}\x{a0}\x{202f}]"
_SERIAL = "^[2-6][0-9]{4}$"
_EXCEL_EPOCH = pl.date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = pl.date(2000, 1, 1), pl.date(2099, 12, 31)

_ISO = ("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$", "%Y-%m-%d")
_DAY_LAYOUTS = (
    _ISO,
    ("^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$", "%Y/%m/%d"),
    (r"^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}$", "%Y.%m.%d"),
    ("^[0-9]{8}$", "%Y%m%d"),
    ("^[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日$", "%Y年%m月%d日"),
    # Dots are written day first wherever they are written; slashes only where the layout says so.
    (r"^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}$", "%d.%m.%Y"),
)
_DAY_FIRST_LAYOUTS = (
    ("^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$", "%d/%m/%Y"),
    ("^[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}$", "%d-%m-%Y"),
)


def number(cells: pl.Series, dtype: pl.Decimal, decimal_mark: str = ".") -> pl.Series:
    """Text to an exact decimal; digits beyond the scale other than zero make it null, never a rounded value."""
    is_grouped = cells.str.contains(_BLANK_GROUPS).fill_null(False)
    plain = cells.str.replace_all(_GROUP_SIGNS, "").zip_with(is_grouped, cells)
    whole, scale = dtype.precision - dtype.scale, dtype.scale
    shape = rf"^[+-]?[0-9]{{1,{whole}}}(?:{re.escape(decimal_mark)}[0-9]{{1,{scale}}}0*)?$"
    good = plain.set(~plain.str.contains(shape).fill_null(False), None)
    return good.str.replace(decimal_mark, ".", literal=True).str.strip_prefix("+").cast(dtype, strict=False)


def count(cells: pl.Series, decimal_mark: str = ".", *, least: int = 0, most: int = 10**9) -> pl.Series:
    """Text to a whole number from ``least`` to ``most``; ``20.0`` is 20, ``20.5`` is null."""
    shape = rf"^[+-]?[0-9]{{1,15}}(?:{re.escape(decimal_mark)}0+)?$"
    good = cells.set(~cells.str.contains(shape).fill_null(False), None)
    whole = good.str.split(decimal_mark).list.first()
    counts = whole.str.strip_prefix("+").cast(pl.Int64, strict=False)
    return counts.set(~counts.is_between(least, most).fill_null(False), None)


def version(cells: pl.Series) -> pl.Series:
    """Text to a version number; one beyond all others would shut out every later correction of its record."""
    return count(cells, least=1, most=MOST_VERSION)


def day(cells: pl.Series, *, is_day_first: bool = False) -> pl.Series:
    """Text to a date: ISO and its relatives, dotted day first, Excel serials of the 1900 system; a time is dropped."""
    dates = cells.str.replace(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$", "")
    layouts = _DAY_LAYOUTS + (_DAY_FIRST_LAYOUTS if is_day_first else ())
    # Polars reads "2025-1-2" by %Y-%m-%d, so a layout is tried only where its shape fits.
    tries = [_fitting(shape).str.to_date(layout, strict=False) for shape, layout in layouts]
    serial = _fitting(_SERIAL).cast(pl.Int32)
    tries.append(_EXCEL_EPOCH + pl.duration(days=serial))
    return dates.to_frame("x").select(of_this_century(pl.coalesce(tries)).alias("x")).to_series()


def of_this_century(moment: pl.Expr) -> pl.Expr:
    """A date or wall clock, null outside 2000 to 2099: no train, and other years break time zones and ISO weeks."""
    return pl.when(moment.dt.date().is_between(_FIRST_DAY, _LAST_DAY)).then(moment)


def _fitting(shape: str) -> pl.Expr:
    return pl.when(pl.col("x").str.contains(shape)).then(pl.col("x"))


def code(cells: pl.Series) -> pl.Series:
    """Text without blanks and dots, upper case, as codes are compared."""
    return cells.str.replace_all(r"[\s.]", "").str.to_uppercase()


def container(cells: pl.Series) -> pl.Series:
    """Container numbers in normal form; wrong ones too, because judging them is not done here."""
    name = cells.name
    normal = cells.to_frame("x").select(container_number.normalised_expr(pl.col("x"))).to_series().alias(name)
    return normal.set(normal == "", None)


def train_index(cells: pl.Series) -> pl.Series:
    """An index of a train on the 1520 network as 9999-999-9999; what has other parts stays as it is."""
    return cells.str.replace(r"^([0-9]{4})[\s+/-]*([0-9]{3})[\s+/-]*([0-9]{4})$", "$1-$2-$3")


def identifiers(text: str) -> str | None:
    """Seal or declaration numbers in one cell, separated by one blank, each once."""
    parts = re.split(r"[;,、，；|\s]+", text)
    return " ".join(dict.fromkeys(p for p in parts if p)) or None


def containers(text: str) -> str | None:
    """Container numbers in one cell, normal form, separated by one blank; ``ABCU 123456-7`` is one number."""
    split = re.split(r"[;,、，；|/\r\n]+|(?<=[0-9])\s+(?=[A-Za-z]{4})", text)
    numbers = (container_number.normalised(p) for p in split)
    return " ".join(dict.fromkeys(n for n in numbers if n)) or None
