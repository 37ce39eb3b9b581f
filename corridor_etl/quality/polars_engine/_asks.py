"""What metrics say instead of computing: single values, counts and failing rows, each over some of the rows.

How asks are answered belongs to ``_query``, what is asked to the metrics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

ROW = "__gx_row__"


@dataclass(frozen=True)
class Domain:
    """The rows a rule looks at: all of them, or those that satisfy a row condition."""

    key: str = ""
    condition: pl.Expr | None = field(default=None, compare=False)

    def of(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with its row numbers, without the rows that the condition leaves out."""
        numbered = frame.with_row_index(ROW)
        return numbered if self.condition is None else numbered.filter(self.condition)


@dataclass(frozen=True)
class RowCheck:
    """A yes or no per row. ``considered`` and ``unexpected`` are never null; what is unexpected is considered."""

    key: str
    domain: Domain
    columns: tuple[str, ...] = field(compare=False)
    considered: pl.Expr = field(compare=False)
    unexpected: pl.Expr = field(compare=False)


@dataclass(frozen=True)
class Scalar:
    """One cell per batch: an aggregate, or an imploded list; ``finish`` makes the metric's value of it."""

    domain: Domain
    value: pl.Expr
    finish: Callable[[Any], Any] = lambda cell: cell


@dataclass(frozen=True)
class UnexpectedCount:
    """How many rows a check finds unexpected."""

    check: RowCheck


@dataclass(frozen=True)
class JudgedCount:
    """How many rows a check has an opinion on."""

    check: RowCheck


@dataclass(frozen=True)
class UnexpectedRows:
    """The rows a check finds unexpected, at most ``limit`` of them, with the columns named and :data:`ROW`."""

    check: RowCheck
    columns: tuple[str, ...]
    limit: int | None
    finish: Callable[[pl.DataFrame], Any]


@dataclass(frozen=True)
class Rows:
    """Some rows as they are, for samples; ``plan`` is made from the frame."""

    plan: Callable[[pl.LazyFrame], pl.LazyFrame]
    finish: Callable[[pl.DataFrame], Any] = lambda frame: frame


Ask = Scalar | UnexpectedCount | JudgedCount | UnexpectedRows | Rows
