"""Published trade statistics of any publisher to the raw columns of ``trade_statistic``.

Says of each row at which level of the classification it stands, and of the file which breakdowns it mixes: a total
and its parts in one file are the commonest way to count trade twice. What a publisher calls its columns is for the
formats; which level is used is for ``facts.bilateral_trade``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

from corridor_etl.sources._source import Finding

ALL, NONE, TOTAL = "all", "none", "TOTAL"
COLUMNS = (
    "source_id", "reporter_code", "partner_code", "second_partner_code", "flow", "period", "period_on",
    "classification", "commodity_code", "commodity_level", "transport_mode_code", "procedure_code",
    "customs_office_code", "region_code", "unit_code", "commodity_name", "quantity", "net_kg", "value_usd",
    "is_estimated", "is_reported",
)  # fmt: skip

_BREAKDOWNS = ("partner_code", "second_partner_code", "transport_mode_code", "procedure_code",
               "customs_office_code", "region_code")  # fmt: skip
_DIGITS = {"value_usd": 5, "net_kg": 3, "quantity": 3}
_SPAN = (
    pl.col("period").str.len_chars()
    .replace_strict({4: "years", 7: "months", 9: "spans of years"}, default="other").alias("period")
)  # fmt: skip
_HARMONISED = "^(H[0-9S]?|HS|NCM)$"


def shaped(frame: pl.DataFrame, columns: dict[str, pl.Expr | str]) -> pl.DataFrame:
    """A frame of exactly :data:`COLUMNS` with ``line_no`` and ``raw_text``; columns not given are null.

    ``columns`` has an expression over ``frame``, or a constant text, for each column that is known.
    """
    made = [
        (pl.lit(what) if isinstance(what, str) else what).cast(pl.String).alias(name)
        for name, what in columns.items()
    ]
    known = frame.select("line_no", "raw_text", *made)
    absent = [pl.lit(None, dtype=pl.String).alias(c) for c in COLUMNS if c not in columns]
    return known.with_columns(absent).with_columns(_periods()).with_columns(_levels()).select(
        "line_no", *COLUMNS, "raw_text"
    )  # fmt: skip


def _periods() -> list[pl.Expr]:
    period = pl.col("period").str.replace("^([0-9]{4})([0-9]{2})$", "${1}-${2}")
    starts = period.str.replace("^([0-9]{4})(-[0-9]{4})?$", "${1}-01")
    return [period.alias("period"), (starts + "-01").alias("period_on")]


def _levels() -> list[pl.Expr]:
    """The commodity with the leading zero a number loses, and its level by the number of its digits."""
    code = pl.col("commodity_code").str.strip_chars()
    is_harmonised = pl.col("classification").str.contains(_HARMONISED) & code.str.contains("^[0-9]{1,10}$")
    even = pl.when(code.str.len_chars() % 2 == 1).then("0" + code).otherwise(code)
    whole = pl.when(is_harmonised).then(even).otherwise(code)
    level = (
        pl.when(code.str.to_uppercase() == TOTAL).then(pl.lit(TOTAL))
        .when(is_harmonised).then("HS" + whole.str.len_chars().cast(pl.String))
        .otherwise(pl.lit("OTHER"))
    )  # fmt: skip
    return [whole.alias("commodity_code"), level.alias("commodity_level")]


def restored(before: pl.Series, after: pl.Series) -> list[Finding]:
    """A finding where commodity codes had lost a leading zero on their way."""
    lost = (
        before.str.strip_chars().filter((before.str.strip_chars() != after).fill_null(False)).unique().sort()
    )
    if lost.is_empty():
        return []
    seen = ", ".join(lost.to_list()[:5])
    text = f"{len(lost)} commodity codes had lost their leading zero: {seen}"
    return [Finding("LEADING_ZERO", "warning", text, None, seen, "codes of an even number of digits")]


def mixtures(frame: pl.DataFrame) -> list[Finding]:
    """A finding for each breakdown of which a file has totals beside parts, and for several levels in one file."""
    found = []
    levels = (
        frame.select("classification", "commodity_level").unique().sort("commodity_level", "classification")
    )
    if levels.height > 1:
        found.append(_mixed(frame, ["commodity_level", "classification"], "levels of the classification"))
    spans = frame.with_columns(_SPAN)
    if spans["period"].n_unique() > 1:
        found.append(_mixed(spans, ["period"], "periods of different length"))
    for name in _BREAKDOWNS:
        is_total = frame[name].is_in([ALL])
        if is_total.any() and not is_total.all():
            found.append(
                _mixed(frame.with_columns(_of_breakdown(name)), [name], f"a total and parts of {name}")
            )
    return found


def _of_breakdown(name: str) -> pl.Expr:
    return pl.when(pl.col(name) == ALL).then(pl.lit(ALL)).otherwise(pl.lit("one by one")).alias(name)


def _mixed(frame: pl.DataFrame, names: list[str], what: str) -> Finding:
    counts = frame.group_by(names).len().sort("len", *names, descending=[True] + [False] * len(names))
    parts = ", ".join(f"{' '.join(str(v) for v in row[:-1])} ({row[-1]} rows)" for row in counts.iter_rows())
    text = f"the file holds {what}: {parts}. Each is the same trade again, so they are never added up"
    return Finding("MIXED_LEVELS", "warning", text, None, parts[:200], "figures taken at one level only")


def plain_numbers(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Numbers without exponent and with no more decimals than the record keeps; a finding counts the rounded ones.

    A text that is no number is left as it is, for staging to name.
    """
    found = []
    for name, digits in _DIGITS.items():
        before = frame[name]
        texts = {t: _plain(t, digits) for t in before.unique().drop_nulls().to_list()}
        frame = frame.with_columns(_replaced(before, texts))
        rounded = before.is_in([t for t, (_, is_rounded) in texts.items() if is_rounded]).sum()
        if rounded:
            text = f"{rounded} cells of {name} have more than {digits} decimals and are rounded to them"
            found.append(Finding("ROUNDED", "info", text, None, "", f"at most {digits} decimals"))
    return frame, found


def _replaced(cells: pl.Series, texts: dict[str, tuple[str, bool]]) -> pl.Series:
    plain = {text: made for text, (made, _) in texts.items()}
    return cells.replace_strict(plain, default=None, return_dtype=pl.String).alias(cells.name)


def _plain(text: str, digits: int) -> tuple[str, bool]:
    number = text.strip()
    if not number or not set(number) <= set("0123456789.eE+-"):
        return text, False
    try:
        value = Decimal(number)
    except ArithmeticError:
        return text, False
    if abs(value.adjusted()) > 30:
        return text, False
    kept = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return (format(value if kept == value else kept, "f"), kept != value)


def finished(frame: pl.DataFrame, codes_before: pl.Series) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Numbers made plain, and everything there is to say about a file of statistics."""
    frame, rounded = plain_numbers(frame)
    return frame, (*restored(codes_before, frame["commodity_code"]), *rounded, *mixtures(frame))


def first_of(*names: str, among: Sequence[str]) -> pl.Expr:
    """The first of several raw columns that says something."""
    texts = [pl.col(n).str.strip_chars() for n in names if n in among]
    filled = [pl.when(t != "").then(t) for t in texts]
    return pl.coalesce(filled) if filled else pl.lit(None, dtype=pl.String)
