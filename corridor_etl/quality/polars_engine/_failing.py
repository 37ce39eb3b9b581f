"""The plan of failing rows, and the rows as one frame for whoever wants all of them.

A plan has a flag per rule and the columns that anyone wants to see. Single values belong to ``_query``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import polars as pl
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration

from corridor_etl.quality.polars_engine._asks import (
    ROW,
    Ask,
    Domain,
    RowCheck,
    UnexpectedCount,
    UnexpectedRows,
)


@dataclass(frozen=True)
class FailingRows:
    """The rows that break a rule, once each, by :data:`ROW`: the columns asked for, and a flag per rule that is true
    where the row breaks it. ``flags`` gives the flag's column for the name of each :class:`UnexpectedCount`."""

    frame: pl.DataFrame
    flags: dict[Hashable, str]

    def flag_of(self, rule: ExpectationConfiguration) -> str:
        """The flag's column of a map expectation as its result has it; ``KeyError`` where no rows were kept for it."""
        metric = f"{rule.to_domain_obj().map_metric}.unexpected_count"
        asked = get_metric_kwargs(metric, rule)
        return self.flags[
            MetricConfiguration(metric, asked["metric_domain_kwargs"], asked["metric_value_kwargs"]).id
        ]


class KeptRows:
    """What :func:`keeping_failing_rows` collects."""

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self.parts: list[FailingRows] = []

    def together(self) -> FailingRows:
        """All of it as one frame."""
        return merged(self.parts)


_keeper: ContextVar[KeptRows | None] = ContextVar("keeper of failing rows", default=None)


@contextmanager
def keeping_failing_rows(columns: Iterable[str]) -> Iterator[KeptRows]:
    """While open, what this thread validates keeps every row that breaks a map expectation, with these columns.

    For one batch at a time, and whatever the result format: ``BASIC`` with ``partial_unexpected_count=0`` then costs
    least, because results hold no rows.
    """
    kept = KeptRows(columns)
    before = _keeper.set(kept)
    try:
        yield kept
    finally:
        _keeper.reset(before)


def keeper() -> KeptRows | None:
    """Who keeps the failing rows of what this thread validates, if anyone."""
    return _keeper.get()


def merged(parts: list[FailingRows]) -> FailingRows:
    """The rows of several plans as one frame; a row that is in many is there once, with all its flags."""
    if len(parts) == 1:
        return parts[0]
    flags = {name: f"{flag}{n}" for n, part in enumerate(parts) for name, flag in part.flags.items()}
    frames = [
        part.frame.rename({f: f"{f}{n}" for f in set(part.flags.values())}) for n, part in enumerate(parts)
    ]
    together = pl.concat([pl.DataFrame(schema={ROW: pl.get_index_type()}), *frames], how="diagonal")
    names = list(dict.fromkeys(flags.values()))
    rows = together.group_by(ROW).agg(pl.exclude(ROW, *names).first(), pl.col(names).any())
    return FailingRows(rows.sort(ROW), flags)


class Failing:
    """The plan of failing rows of one domain: a flag per check and the columns that anyone wants to see."""

    def __init__(
        self, domain: Domain, asks: Iterable[Ask], is_lazy: bool, keep: tuple[str, ...] | None
    ) -> None:
        self.key = domain.key
        wanted = [
            a for a in asks if isinstance(a, UnexpectedRows) and a.check.domain == domain and a.limit != 0
        ]
        if keep is not None:
            wanted += [
                UnexpectedRows(a.check, keep, None, lambda rows: rows)
                for a in asks
                if isinstance(a, UnexpectedCount) and a.check.domain == domain
            ]
        self.checks = {ask.check.key: ask.check for ask in wanted}
        self._keep = keep or ()
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

    def unexpected(self, check: RowCheck) -> pl.Expr:
        """The check's flag where there is one, else the check itself."""
        return pl.col(self.flag(check)) if check.key in self.checks else check.unexpected

    def judged(self, check: RowCheck) -> pl.Expr:
        """Whether the check has an opinion on a row, from the same column as its flag where there is one."""
        return pl.col(f"{self.flag(check)}judged") if check.key in self.checks else check.considered

    def flagged(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with two flags per check: whether it judges the row, and whether the row is unexpected."""
        return rows.with_columns(
            expression
            for check in self.checks.values()
            for expression in (
                check.unexpected.alias(self.flag(check)),
                check.considered.alias(f"{self.flag(check)}judged"),
            )
        )

    def plan(self, flagged: pl.LazyFrame) -> pl.LazyFrame:
        """The failing rows of rows with flags."""
        kept = [self._kept(key, pl.col(self.flag(check))) for key, check in self.checks.items()]
        rows = flagged.filter(pl.any_horizontal(kept))
        return rows.select(ROW, *self._columns, *(self.flag(c) for c in self.checks.values()))

    def _kept(self, key: str, flag: pl.Expr) -> pl.Expr:
        limit = self._limits[key]
        return flag if limit is None else flag & (flag.cum_sum() <= limit)

    def kept(self, asks: dict[Hashable, Ask], failing: pl.DataFrame) -> FailingRows:
        flags = {
            name: self.flag(ask.check)
            for name, ask in asks.items()
            if isinstance(ask, UnexpectedCount) and ask.check.domain.key == self.key
        }
        return FailingRows(failing.select(ROW, *self._keep, *dict.fromkeys(flags.values())), flags)

    def rows_of(self, ask: UnexpectedRows, failing: pl.DataFrame) -> pl.DataFrame:
        rows = failing.lazy().filter(self.flag(ask.check)).select(ROW, *dict.fromkeys(ask.columns))
        return (rows if ask.limit is None else rows.head(ask.limit)).collect()
