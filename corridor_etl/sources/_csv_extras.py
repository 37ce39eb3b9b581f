"""Rows that are no rows of their own: totals among the data, and events repeated by a join.

Totals of spreadsheets, which are cells and not lines, belong to ``_totals``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl

from corridor_etl.sources._csv_pieces import Rows
from corridor_etl.sources._source import Finding

_WORDS = (
    "合计", "总计", "总数", "小计", "共计", "累计", "本页合计", "total", "Total", "TOTAL", "subtotal", "Subtotal",
    "SUBTOTAL", "grand total", "Grand total", "Grand Total", "GRAND TOTAL", "итого", "Итого", "ИТОГО", "всего",
    "Всего", "ВСЕГО",
)  # fmt: skip
_TOTALS = rf"""^[ \t"',;|]*(?:{"|".join(_WORDS)})"""
_CONTAINER = r"^[^\n]*[A-Za-z]{3}[UJZujz][0-9]{7}"

# The count over the bytes sees the same rows its own way: a line that begins with such a word and names no container.
TOTALS_BYTES = re.compile(
    rb"""(?m)^[ \t"',;|]*(?:""" + "|".join(_WORDS).encode() + rb")(?![^\n]*[A-Za-z]{3}[UJZujz][0-9]{7})"
)

_SUMMED = ("packages", "cargo_gross_kg", "cargo_net_kg")
_STATED = {"rows": "container_no", **dict(zip(_SUMMED, _SUMMED, strict=True))}
_NUMBER = pl.Decimal(38, 6)
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
Sums = dict[str, Decimal]
_NOTHING: Sums = {"rows": Decimal(0), **dict.fromkeys(_SUMMED, Decimal(0))}


_GROUPS = r"([0-9])[\x20\xa0\u202f]"
"""A blank behind a digit, as numbers are grouped in Russian lists; a blank before one is no part of a number."""


class Totals:
    """Takes rows of totals out of the rows of a loading list and compares them with the rows above them."""

    def __init__(self, decimal_mark: str) -> None:
        self._decimal_mark = decimal_mark
        self._whole, self._block = dict(_NOTHING), dict(_NOTHING)
        self._lines: list[int] = []
        self._findings: list[Finding] = []

    def taken_from(self, rows: Rows, selected: Callable[[], Sequence[pl.Expr]]) -> Rows:
        """``rows`` without rows of totals, which are rows to no one; ``selected`` names the cells."""
        named = rows.frame.select(*selected())
        is_total = _is_total(named["raw_text"])
        odd = [line for line, text in rows.raw_lines.items() if _is_total(pl.Series([text]))[0]]
        at = 0
        for total in named.filter(is_total).iter_rows(named=True):
            self._add(named.filter(~is_total & named["line_no"].is_between(at, total["line_no"])))
            self._compare(total)
            at = total["line_no"]
        self._add(named.filter(~is_total & (named["line_no"] > at)) if at else named)
        self._lines += odd + named.filter(is_total)["line_no"].to_list()
        return replace(
            rows,
            frame=rows.frame.filter(~is_total) if at else rows.frame,
            faults=tuple(f for f in rows.faults if f.line_no not in odd) if odd else rows.faults,
            raw_lines={line: text for line, text in rows.raw_lines.items() if line not in odd},
        )

    def findings(self) -> list[Finding]:
        """Totals that disagree with their rows, and how many rows of totals there were."""
        if not self._lines:
            return []
        text = f"{len(self._lines)} rows of totals are no rows of the list"
        note = Finding("TOTALS_ROW", "info", text, min(self._lines), str(len(self._lines)))
        return [*self._findings, note]

    def _add(self, rows: pl.DataFrame) -> None:
        numbers = [_numbers(name, self._decimal_mark).sum().alias(name) for name in _SUMMED]
        sums = {"rows": Decimal(rows.height), **rows.select(numbers).row(0, named=True)}
        for known in (self._whole, self._block):
            for name, value in sums.items():
                known[name] += value or Decimal(0)

    def _compare(self, total: Mapping[str, str | None]) -> None:
        """A total is that of the whole list so far, or of the rows since the total before."""
        against = [_compared(total, sums, self._decimal_mark) for sums in (self._whole, self._block)]
        if all(against):
            self._findings += against[0]
        self._block = dict(_NOTHING)


def _compared(total: Mapping[str, str | None], sums: Sums, decimal_mark: str) -> list[Finding]:
    """A finding (ST-008) for each stated total that is not the sum, or for containers the count, of the rows."""
    line_no = int(str(total["line_no"]))
    stated = {name: _number(total.get(column), decimal_mark) for name, column in _STATED.items()}
    return [
        Finding(
            "ST-008",
            "warning",
            f"the totals row says {said:f} for {_STATED[name]}, the rows have {sums[name].normalize():f}",
            line_no,
            f"{said:f}",
            f"{sums[name].normalize():f}",
        )
        for name, said in stated.items()
        if said is not None and sums["rows"] and said != sums[name]
    ]


def _is_total(texts: pl.Series) -> pl.Series:
    return texts.str.contains(_TOTALS) & ~texts.str.contains(_CONTAINER)


def _numbers(name: str, decimal_mark: str) -> pl.Expr:
    plain = pl.col(name).str.strip_chars().str.replace_all(_GROUPS, "$1")
    if decimal_mark != ".":
        plain = plain.str.replace(decimal_mark, ".", literal=True)
    return plain.cast(_NUMBER, strict=False)


def _number(text: str | None, decimal_mark: str) -> Decimal | None:
    plain = re.sub(_GROUPS, r"\1", (text or "").strip()).replace(decimal_mark, ".")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


def fan_out(frame: pl.DataFrame, event_columns: Sequence[str]) -> list[Finding]:
    """A finding that counts the rows which repeat an event of the same part, or nothing."""
    # Few rows agree in the first two columns without being the same event, so most files end here.
    if frame.select(event_columns[:2]).hash_rows().n_unique() == frame.height:
        return []
    again = frame["line_no"].filter(~frame.select(event_columns).hash_rows().is_first_distinct())
    if again.is_empty():
        return []
    text = f"{len(again)} rows repeat an event that another row tells: a join has multiplied them; they count once"
    return [Finding("FAN_OUT", "warning", text, int(again[0]), str(len(again)), "each event once")]
