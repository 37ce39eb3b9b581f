"""Conditions on the cells of a row, and what a correction makes of cells, as Polars expressions.

A missing cell satisfies no condition but ``missing``. Products are computed in whole numbers of 128 bits and rounded
half to even at the column's last decimal; floats are never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import polars as pl

_INT64 = 2**63


@dataclass(frozen=True)
class Wanted:
    """What a cell must be: one of ``values``, or between ``low`` and ``high``, ends included."""

    column: str
    dtype: pl.DataType
    values: tuple[Any, ...] = ()
    low: Any = None
    high: Any = None

    def holds(self) -> pl.Expr:
        """Whether a cell is as wanted; false for a missing one."""
        tests: list[pl.Expr] = []
        if self.values:
            tests.append(pl.col(self.column).is_in(pl.Series(self.values, dtype=self.dtype).implode()))
        if self.low is not None:
            tests.append(pl.col(self.column) >= pl.lit(self.low, dtype=self.dtype))
        if self.high is not None:
            tests.append(pl.col(self.column) <= pl.lit(self.high, dtype=self.dtype))
        return every(tests).fill_null(False)

    def words(self) -> str:
        """``teu = 0.00``, ``teu = 0.00 or 1.00``, ``teu from 0.00 to 1.00``."""
        if self.values:
            return f"{self.column} = {' or '.join(map(str, self.values))}"
        low = f" from {self.low}" if self.low is not None else ""
        return f"{self.column}{low}{f' to {self.high}' if self.high is not None else ''}"


@dataclass(frozen=True)
class Condition:
    """Cells as wanted and cells that must be missing, all of them."""

    wanted: tuple[Wanted, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (*(w.column for w in self.wanted), *self.missing)

    def holds(self) -> pl.Expr:
        """Whether all of it is true of a row."""
        return every([*(w.holds() for w in self.wanted), *(pl.col(c).is_null() for c in self.missing)])

    def words(self) -> str:
        """The condition as one sentence part."""
        return ", ".join([*(w.words() for w in self.wanted), *(f"{c} missing" for c in self.missing)])


def every(tests: Iterable[pl.Expr]) -> pl.Expr:
    """All tests together; true where there is none."""
    return reduce(lambda a, b: a & b, tests, pl.lit(True))


def some(tests: Iterable[pl.Expr]) -> pl.Expr:
    """At least one of the tests; false where there is none."""
    return reduce(lambda a, b: a | b, tests, pl.lit(False))


def product(column: str, factor: Decimal, dtype: pl.DataType) -> pl.Expr:
    """The cells of a column times an exact factor; null where a cell is missing or the product does not fit."""
    top, bottom = factor.as_integer_ratio()
    exact = pl.col(column).to_physical().cast(pl.Int128) * _whole(top)
    floor = exact // _whole(bottom)
    twice = (exact - floor * _whole(bottom)) * _whole(2)
    is_up = (twice > bottom) | ((twice == bottom) & (floor % _whole(2) != 0))
    rounded = floor + is_up.cast(pl.Int128)
    low, high = _bounds(dtype)
    fitting = pl.when((rounded >= _whole(low)) & (rounded <= _whole(high))).then(rounded)
    if not isinstance(dtype, pl.Decimal):
        return fitting.cast(dtype)
    wide = pl.Decimal(38, dtype.scale)
    return (fitting.cast(wide) * pl.lit(Decimal(1).scaleb(-dtype.scale), dtype=wide)).cast(dtype)


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int128)


def _bounds(dtype: pl.DataType) -> tuple[int, int]:
    if isinstance(dtype, pl.Decimal):
        most = 10 ** (dtype.precision or 38) - 1
        return -most, most
    return -_INT64, _INT64 - 1


def cells_as_text(columns: Iterable[str]) -> pl.Expr:
    """``teu=0.00, containers=1`` of a row; a missing cell is written null."""
    parts = [pl.format(f"{c}={{}}", pl.col(c).cast(pl.String).fill_null("null")) for c in columns]
    return pl.concat_str(parts, separator=", ") if parts else pl.lit(None, dtype=pl.String)


def shown(cells: Mapping[str, Any]) -> str:
    """The same of cells that are at hand."""
    return ", ".join(f"{c}={'null' if v is None else v}" for c, v in cells.items())
