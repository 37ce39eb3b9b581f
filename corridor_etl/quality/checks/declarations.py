"""Checks of customs declaration numbers: what the number itself says about office, year, flag and date.

China writes eighteen digits (office, year, 0 export or 1 import, serial); the Eurasian union writes
office/DDMMYY/serial. Neither has a check digit.
"""

from __future__ import annotations

from datetime import date

import polars as pl

CN_SHAPE = "^[0-9]{4}20[0-9]{2}[01][0-9]{9}$"
EAEU_SHAPE = "^([0-9]{2}|[0-9]{5}|[0-9]{8})/[0-9]{6}/[0-9]{7}$"
"""Office of 2 digits in Armenia, 8 in Russia, 5 elsewhere."""
DOCUMENT_SHAPE = "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
"""What an electronic document is known by before customs give it a number."""


def _where_cn(number: pl.Expr, regime: pl.Expr) -> pl.Expr:
    return (regime == "CN") & number.str.contains(CN_SHAPE)


def has_cn_shape(number: pl.Expr, regime: pl.Expr) -> pl.Expr:
    """A Chinese declaration number has eighteen digits with a year and a flag in their places."""
    return pl.when(regime == "CN").then(number.str.contains(CN_SHAPE))


def cn_flag_agrees(number: pl.Expr, regime: pl.Expr, ie_flag: pl.Expr) -> pl.Expr:
    """The ninth digit is 0 for an export and 1 for an import."""
    stated = pl.when(number.str.slice(8, 1) == "0").then(pl.lit("E")).otherwise(pl.lit("I"))
    is_judged = _where_cn(number, regime) & ie_flag.is_in(["E", "I"])
    return pl.when(is_judged).then(stated == ie_flag)


def cn_year_agrees(
    number: pl.Expr, regime: pl.Expr, declared_on: pl.Expr, *, grace_days_in_january: int, earliest_on: str
) -> pl.Expr:
    """Digits five to eight are the year of acceptance, or the year before in the first days of January.

    A date before ``earliest_on`` is a system's word for no date, which is another rule's matter.
    """
    stated = number.str.slice(4, 4).cast(pl.Int32, strict=False)
    is_early = (declared_on.dt.month() == 1) & (declared_on.dt.day() <= grace_days_in_january)
    agrees = (stated == declared_on.dt.year()) | (is_early & (stated == declared_on.dt.year() - 1))
    is_judged = _where_cn(number, regime) & (declared_on >= date.fromisoformat(earliest_on))
    return pl.when(is_judged).then(agrees)


def has_eaeu_shape(number: pl.Expr, regime: pl.Expr) -> pl.Expr:
    """A number of the Eurasian union is office/DDMMYY/serial with a true date; unregistered, its document's own."""
    is_registered = number.str.contains(EAEU_SHAPE) & _eaeu_date(number).is_not_null()
    return pl.when(regime == "EAEU").then(is_registered | number.str.contains(DOCUMENT_SHAPE))


def eaeu_date_agrees(number: pl.Expr, regime: pl.Expr, declared_on: pl.Expr) -> pl.Expr:
    """The middle part of a Eurasian number is the date of registration."""
    return pl.when((regime == "EAEU") & number.str.contains(EAEU_SHAPE)).then(
        _eaeu_date(number) == declared_on
    )


def _eaeu_date(number: pl.Expr) -> pl.Expr:
    return number.str.extract("/([0-9]{6})/", 1).str.to_date("%d%m%y", strict=False)
