"""One lazy query for everything a suite asks of a batch: single values and failing rows from the same scan.

Metrics do not compute; they say what they need as an :class:`Ask`. All asks of a round become one plan for single
values and one for failing rows per row condition, which Polars runs together. What is asked belongs to the metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
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


Ask = Scalar | UnexpectedCount | UnexpectedRows | Rows


class FusedQuery:
    """All asks of one round over one frame. ``collect`` gives each ask's value under its name.

    ``is_lazy`` says that the frame is scanned rather than held: limits are then kept inside the query, so that
    what is returned stays small however many rows fail.
    """

    def __init__(self, frame: pl.LazyFrame, asks: dict[Hashable, Ask], *, is_lazy: bool) -> None:
        self._frame, self._asks, self._is_lazy = frame, asks, is_lazy
        self._plans: list[pl.LazyFrame] = []
        self._failing = {domain.key: _Failing(domain, asks.values(), is_lazy) for domain in self._domains()}
        self._scalars: dict[str, dict[Hashable, pl.Expr]] = {}

    def collect(self) -> tuple[dict[Hashable, Any], dict[Hashable, Exception]]:
        """The answers, and the errors of answers that could not be made of what the plans gave."""
        plans = dict(self._planned())
        frames = pl.collect_all(plans.values(), engine="streaming" if self._is_lazy else "auto")
        results = dict(zip(plans, frames, strict=True))
        answers: dict[Hashable, Any] = {}
        errors: dict[Hashable, Exception] = {}
        for name, ask in self._asks.items():
            try:
                answers[name] = self._answer(name, ask, results)
            except Exception as error:
                errors[name] = error
        return answers, errors

    def schemas(self) -> None:
        """Type-checks the plans without running them; raises what Polars says."""
        for _, plan in self._planned():
            plan.collect_schema()

    def _domains(self) -> set[Domain]:
        return {_domain(ask) for ask in self._asks.values() if not isinstance(ask, Rows)}

    def _planned(self) -> Iterator[tuple[Hashable, pl.LazyFrame]]:
        for name, ask in self._asks.items():
            if isinstance(ask, Rows):
                yield ("rows", name), ask.plan(self._frame)
        for domain in self._domains():
            rows = domain.of(self._frame)
            if values := self._single_values(domain):
                yield (
                    ("values", domain.key),
                    rows.select(v.alias(str(i)) for i, v in enumerate(values.values())),
                )
            if self._failing[domain.key].checks:
                yield ("failing", domain.key), self._failing[domain.key].plan(rows)

    def _single_values(self, domain: Domain) -> dict[Hashable, pl.Expr]:
        failing = self._failing[domain.key]
        values: dict[Hashable, pl.Expr] = {}
        for name, ask in self._asks.items():
            if isinstance(ask, Scalar) and ask.domain == domain:
                values[name] = ask.value
            if (
                isinstance(ask, UnexpectedCount)
                and ask.check.domain == domain
                and not failing.counts(ask.check)
            ):
                values[name] = ask.check.unexpected.sum()
        self._scalars[domain.key] = values
        return values

    def _answer(self, name: Hashable, ask: Ask, results: dict[Hashable, pl.DataFrame]) -> Any:
        if isinstance(ask, Rows):
            return ask.finish(results["rows", name])
        domain = _domain(ask)
        failing = self._failing[domain.key]
        if isinstance(ask, UnexpectedRows):
            return ask.finish(failing.rows_of(ask, results["failing", domain.key]))
        if isinstance(ask, UnexpectedCount) and failing.counts(ask.check):
            return int(results["failing", domain.key][failing.flag(ask.check)].sum())
        cell = results["values", domain.key].item(0, list(self._scalars[domain.key]).index(name))
        return int(cell or 0) if isinstance(ask, UnexpectedCount) else ask.finish(_plain(cell))


class _Failing:
    """The plan of failing rows of one domain: a flag per check and the columns that anyone wants to see."""

    def __init__(self, domain: Domain, asks: Iterable[Ask], is_lazy: bool) -> None:
        wanted = [a for a in asks if isinstance(a, UnexpectedRows) and a.check.domain == domain]
        self.checks = {ask.check.key: ask.check for ask in wanted}
        self._columns = list(dict.fromkeys(c for ask in wanted for c in ask.columns))
        self._limits = {key: self._limit(key, wanted) if is_lazy else None for key in self.checks}

    @staticmethod
    def _limit(key: str, wanted: list[UnexpectedRows]) -> int | None:
        limits = [ask.limit for ask in wanted if ask.check.key == key]
        return None if None in limits else max(n for n in limits if n is not None)

    def counts(self, check: RowCheck) -> bool:
        """Whether every unexpected row of the check is in the plan, so that they can be counted there."""
        return check.key in self.checks and self._limits[check.key] is None

    def flag(self, check: RowCheck) -> str:
        return f"__gx_check_{list(self.checks).index(check.key)}__"

    def plan(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        flags = [check.unexpected.alias(self.flag(check)) for check in self.checks.values()]
        kept = [self._kept(key, pl.col(self.flag(check))) for key, check in self.checks.items()]
        flagged = rows.with_columns(flags).filter(pl.any_horizontal(kept))
        return flagged.select(ROW, *self._columns, *(self.flag(c) for c in self.checks.values()))

    def _kept(self, key: str, flag: pl.Expr) -> pl.Expr:
        limit = self._limits[key]
        return flag if limit is None else flag & (flag.cum_sum() <= limit)

    def rows_of(self, ask: UnexpectedRows, failing: pl.DataFrame) -> pl.DataFrame:
        rows = failing.lazy().filter(self.flag(ask.check)).select(ROW, *dict.fromkeys(ask.columns))
        return (rows if ask.limit is None else rows.head(ask.limit)).collect()


def _domain(ask: Scalar | UnexpectedCount | UnexpectedRows) -> Domain:
    return ask.domain if isinstance(ask, Scalar) else ask.check.domain


def _plain(cell: Any) -> Any:
    return cell.to_list() if isinstance(cell, pl.Series) else cell
