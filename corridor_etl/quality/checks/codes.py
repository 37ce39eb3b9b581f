"""Checks of codes against the public lists of ``reference``: countries, currencies, goods, places, customs lists."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from corridor_etl.reference import country, currency, hs, place, size_type
from corridor_etl.reference._tables import table

HS_NATIONAL_CHAPTERS = ("98", "99")
LOCODE_SHAPE = "^[A-Z]{2}[A-Z0-9]{3}$"
CORRECTIONS = ("patch", "cancel")
EAEU_MEMBERS = frozenset(("AM", "BY", "KG", "KZ", "RU"))


def are_filled(
    *columns: pl.Expr,
    optional_in_corrections: list[str] | None = None,
    schema: dict[str, pl.DataType] | None = None,
) -> pl.Expr:
    """None of the cells is empty or blank; some may be where the row only corrects another by reference.

    ``schema`` has the columns' types where they are known: only text can be blank, and casting costs.
    """
    types = schema or {}
    return pl.all_horizontal(
        _is_filled(c, name in (optional_in_corrections or ()), types.get(name, pl.Unknown()))
        for c in columns
        for name in (c.meta.output_name(),)
    )


def _is_filled(cell: pl.Expr, is_optional: bool, dtype: pl.DataType) -> pl.Expr:
    may_be_blank = dtype in (pl.String, pl.Unknown)
    says = cell.cast(pl.String).str.strip_chars().fill_null("") != "" if may_be_blank else cell.is_not_null()
    return says | pl.col("action").is_in(CORRECTIONS).fill_null(False) if is_optional else says


def are_countries(*columns: pl.Expr) -> pl.Expr:
    """Every cell that is filled is an ISO 3166 alpha-2 code."""
    return every(columns, sorted(country.known_codes()))


def is_currency(code: pl.Expr, on: pl.Expr | None = None) -> pl.Expr:
    """An active ISO 4217 code, or one that was still in use on the date of the document."""
    is_active = code.is_in(sorted(currency.known_codes()))
    if on is None:
        return is_active
    ends = currency.withdrawn_from()
    until = code.replace_strict(list(ends), list(ends.values()), default=None, return_dtype=pl.Date)
    return is_active | (on < until).fill_null(False)


def are_currencies(on: pl.Expr, *codes: pl.Expr) -> pl.Expr:
    """Every cell that is filled is a currency in use on a date."""
    is_any_filled = pl.any_horizontal(c.is_not_null() for c in codes)
    return pl.when(is_any_filled).then(pl.all_horizontal(is_currency(c, on).fill_null(True) for c in codes))


def is_usual_currency(code: pl.Expr, *, values: list[str]) -> pl.Expr:
    """A currency of the corridor's trade; codes that are no currency at all are another rule's matter."""
    return pl.when(is_currency(code)).then(code.is_in(values))


def is_size_type(code: pl.Expr) -> pl.Expr:
    """A size and type of the ISO 6346 list, after aliases were mapped."""
    return code.is_in(sorted(size_type.known_codes()))


def in_list(*columns: pl.Expr, values: list[str]) -> pl.Expr:
    """Every cell that is filled is one of the values the suite names."""
    return every(columns, values)


def not_in_list(column: pl.Expr, *, values: list[str]) -> pl.Expr:
    """The cell is none of the values the suite names."""
    return ~column.is_in(values)


def is_regime(regime: pl.Expr) -> pl.Expr:
    """CN, EAEU for its members, or the country of another administration."""
    known = sorted({"EAEU", *country.known_codes()} - EAEU_MEMBERS)
    return regime.is_in(known)


def is_package_type(code: pl.Expr) -> pl.Expr:
    """A two-character code is one of UNECE Recommendation 21 or of China's list; free text is not judged."""
    chinese = table("cn_customs_codes").filter(list="package_type")["code"].to_list()
    known = sorted({*chinese, *table("unece_rec21_packages")["code"].to_list()})
    return pl.when(code.str.contains("^[0-9A-Z]{2}$")).then(code.is_in(known))


@cache
def _headings() -> list[str]:
    return sorted({code[:4] for code in hs.subheadings()})


def is_hs_code(code: pl.Expr, on: pl.Expr, *, edition_from: str) -> pl.Expr:
    """The subheading (the heading of a four-digit code) exists in HS 2022; national chapters are not judged."""
    is_known = (
        pl.when(code.str.len_chars() < 6)
        .then(code.str.slice(0, 4).is_in(_headings()))
        .otherwise(code.str.slice(0, 6).is_in(sorted(hs.subheadings())))
    )
    is_national = code.str.slice(0, 2).is_in(HS_NATIONAL_CHAPTERS)
    return pl.when((on >= date.fromisoformat(edition_from)) & ~is_national).then(is_known)


def is_declared_hs_code(
    code: pl.Expr,
    on: pl.Expr,
    regime: pl.Expr,
    *,
    edition_from: str,
    regimes: list[str],
    is_elsewhere: bool = False,
) -> pl.Expr:
    """:func:`is_hs_code` under some regimes, or (``is_elsewhere``) under all others."""
    is_judged = ~regime.is_in(regimes) if is_elsewhere else regime.is_in(regimes)
    return pl.when(is_judged).then(is_hs_code(code, on, edition_from=edition_from))


def has_declared_hs_length(
    code: pl.Expr, regime: pl.Expr, *, regimes: list[str], lengths: list[int], national_lengths: list[int]
) -> pl.Expr:
    """:func:`has_hs_length` by the nomenclature of the administration."""
    by_regime = pl.when(regime.is_in(regimes)).then(has_hs_length(code, lengths=lengths))
    return by_regime.otherwise(has_hs_length(code, lengths=national_lengths))


def is_whole_hs_code(
    code: pl.Expr, regime: pl.Expr, *, regimes: list[str], partial_lengths: list[int]
) -> pl.Expr:
    """A code under some regimes is not one of the shorter ones that leave its statistical part out."""
    is_judged = regime.is_in(regimes) & code.str.contains("^[0-9]+$")
    return pl.when(is_judged).then(~code.str.len_chars().cast(pl.Int64).is_in(partial_lengths))


def has_hs_length(code: pl.Expr, *, lengths: list[int]) -> pl.Expr:
    """Digits only, and as many as the document needs."""
    return code.str.contains("^[0-9]+$") & code.str.len_chars().cast(pl.Int64).is_in(lengths)


def is_traded_chapter(code: pl.Expr, *, chapters: list[str]) -> pl.Expr:
    """The chapter is none of those that ordinary trade does not use."""
    return ~code.str.slice(0, 2).is_in(chapters)


def is_node(*columns: pl.Expr) -> pl.Expr:
    """Every cell that is filled is a node of the corridor."""
    return every(columns, sorted(place.nodes()))


def are_places(*codes: pl.Expr) -> pl.Expr:
    """Every code of a covered country is a UN/LOCODE or an alias of a node."""
    known = sorted(place.locodes() | {a.upper() for a in place.aliases()})
    covered = sorted(place.covered_countries())
    judged = [c.str.contains(LOCODE_SHAPE) & c.str.slice(0, 2).is_in(covered) for c in codes]
    verdicts = [pl.when(j).then(c.is_in(known)).otherwise(True) for c, j in zip(codes, judged, strict=True)]
    return pl.when(pl.any_horizontal(j.fill_null(False) for j in judged)).then(pl.all_horizontal(verdicts))


def is_place(code: pl.Expr, node: pl.Expr) -> pl.Expr:
    """A UN/LOCODE or an alias of a node; judged only for countries whose list is complete here."""
    is_covered = code.str.contains(LOCODE_SHAPE) & code.str.slice(0, 2).is_in(
        sorted(place.covered_countries())
    )
    known = node.is_not_null() | code.is_in(sorted(place.locodes()))
    return pl.when(is_covered | node.is_not_null()).then(known)


def every(columns: tuple[pl.Expr, ...], values: list[str]) -> pl.Expr:
    """Every cell that is filled is one of the values; a row without any is not judged."""
    is_any_filled = pl.any_horizontal(c.is_not_null() for c in columns)
    return pl.when(is_any_filled).then(pl.all_horizontal(c.is_in(values).fill_null(True) for c in columns))
