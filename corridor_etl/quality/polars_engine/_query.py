"""One lazy query for everything a suite asks of a batch: single values and failing rows from the same scan.

All asks of a round become one plan for single values and one for failing rows per row condition, which Polars runs
together. What can be asked is in ``_asks``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import polars as pl

from corridor_etl.quality.polars_engine._asks import (
    ROW,
    Ask,
    Domain,
    JudgedCount,
    Rows,
    Scalar,
    UnexpectedCount,
    UnexpectedRows,
)
from corridor_etl.quality.polars_engine._failing import Failing, KeptRows


class FusedQuery:
    """All asks of one round over one frame. ``collect`` gives each ask's value under its name.

    ``is_lazy`` says that the frame is scanned rather than held: limits are then kept inside the query, so that
    what is returned stays small however many rows fail. All failing rows go to ``kept``, if there
    is one.
    """

    def __init__(
        self,
        frame: pl.LazyFrame,
        asks: dict[Hashable, Ask],
        *,
        is_lazy: bool,
        kept: KeptRows | None = None,
    ) -> None:
        self._frame, self._asks, self._is_lazy, self._kept = frame, asks, is_lazy, kept
        keep = None if kept is None else kept.columns
        self._failing = {d.key: Failing(d, asks.values(), is_lazy, keep) for d in self._domains()}
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
        if self._kept is not None:
            self._kept.parts += [
                f.kept(self._asks, results["failing", f.key]) for f in self._failing.values() if f.checks
            ]
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
            failing = self._failing[domain.key]
            # both plans begin with the flags, which Polars then computes once
            rows = failing.flagged(domain.of(self._frame))
            if values := self._single_values(domain):
                yield (
                    ("values", domain.key),
                    rows.select(v.alias(str(i)) for i, v in enumerate(values.values())),
                )
            if failing.checks:
                yield ("failing", domain.key), failing.plan(rows)

    def _single_values(self, domain: Domain) -> dict[Hashable, pl.Expr]:
        failing = self._failing[domain.key]
        values: dict[Hashable, pl.Expr] = {}
        for name, ask in self._asks.items():
            if isinstance(ask, (Rows, UnexpectedRows)) or _domain(ask) != domain:
                continue
            if isinstance(ask, Scalar):
                values[name] = ask.value
            elif isinstance(ask, JudgedCount):
                values[name] = failing.judged(ask.check).sum()
            elif not failing.counts(ask.check):
                values[name] = failing.unexpected(ask.check).sum()
        self._scalars[domain.key] = values
        return values

    def _answer(self, name: Hashable, ask: Ask, results: dict[Hashable, pl.DataFrame]) -> Any:
        if isinstance(ask, Rows):
            return ask.finish(results["rows", name])
        domain = _domain(ask)
        failing = self._failing[domain.key]
        if isinstance(ask, UnexpectedRows):
            if ask.limit == 0:
                return ask.finish(self._no_rows(ask.columns))
            return ask.finish(failing.rows_of(ask, results["failing", domain.key]))
        if isinstance(ask, UnexpectedCount) and failing.counts(ask.check):
            return int(results["failing", domain.key][failing.flag(ask.check)].sum())
        cell = results["values", domain.key].item(0, list(self._scalars[domain.key]).index(name))
        return ask.finish(_plain(cell)) if isinstance(ask, Scalar) else int(cell or 0)

    def _no_rows(self, columns: tuple[str, ...]) -> pl.DataFrame:
        schema = self._frame.collect_schema()
        return pl.DataFrame(schema={ROW: pl.get_index_type(), **{c: schema[c] for c in columns}})


def _domain(ask: Scalar | UnexpectedCount | JudgedCount | UnexpectedRows) -> Domain:
    return ask.domain if isinstance(ask, Scalar) else ask.check.domain


def _plain(cell: Any) -> Any:
    return cell.to_list() if isinstance(cell, pl.Series) else cell
