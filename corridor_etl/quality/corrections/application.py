"""Applies corrections to the staged rows of one record kind: which rows load, with which values, and what was done.

Rows that are dropped are dropped first; then the others change cells in order of file name and position. Whether a
correction may be applied is decided in ``_judgement``; reading corrections belongs to ``files``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.quality.corrections import _effects
from corridor_etl.quality.corrections._conditions import cells_as_text, product, some
from corridor_etl.quality.corrections._judgement import PASSED, Delivered, Judged, hits, judged
from corridor_etl.quality.corrections._typed import Correction
from corridor_etl.quality.verdicts import FAILURE_SCHEMA


@dataclass(frozen=True)
class Corrected:
    """``rows`` load on, ``dropped`` says which do not and why (FAILURE_SCHEMA of ``verdicts``).

    ``effects`` (EFFECT_SCHEMA) and ``findings`` (FINDING_SCHEMA) say what was done, or why it was not.
    """

    rows: pl.DataFrame
    dropped: pl.DataFrame
    effects: pl.DataFrame
    findings: pl.DataFrame


def corrected(
    staged: pl.DataFrame,
    kind: RecordKind,
    deliveries: Sequence[Delivered],
    corrections: Sequence[Correction],
    zone: ZoneInfo,
    *,
    counted: pl.DataFrame | None = None,
) -> Corrected:
    """The staged rows of one kind with the corrections applied; what is not active is left out by the caller.

    ``staged`` has the kind's columns, ``row_id`` (unique), ``delivery_id`` and ``line_no``; its other columns and the
    order of its rows stay. ``corrections`` are all about this kind and in order. ``zone`` has the calendar that
    ``expires_on`` is on; it is compared with the time the delivery was received. ``counted`` (delivery_id, line_no)
    are the rows whose effects are told and dropped rows named, where the others were before.
    """
    typed = staged.cast(pl.Schema(kind.schema)) if corrections else staged
    found = judged(typed, deliveries, corrections, zone) if corrections else []
    if not found:
        return _untouched(staged)
    rows, dropped, effects = _applied(typed, kind, [j for j in found if j.outcome == PASSED], counted)
    effects += _effects.not_applied(typed, [j for j in found if j.outcome != PASSED])
    every = pl.concat([pl.DataFrame(schema=_effects.EFFECT_SCHEMA), *effects])
    every = every.sort("delivery_id", "correction_id", "iso_week")
    return Corrected(rows, dropped, every, _effects.findings(found, every))


def _untouched(staged: pl.DataFrame) -> Corrected:
    return Corrected(
        staged,
        pl.DataFrame(schema=FAILURE_SCHEMA),
        pl.DataFrame(schema=_effects.EFFECT_SCHEMA),
        pl.DataFrame(schema=_effects.FINDING_SCHEMA),
    )


def _applied(
    staged: pl.DataFrame, kind: RecordKind, passed: Sequence[Judged], told: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame, list[pl.DataFrame]]:
    """Rows that load, failures of those that are dropped, and effects; all plans run together."""
    ordered = _in_order(passed)
    rows = staged.lazy().with_columns(expr.alias(_mark(c)) for c, expr in ordered)
    drops = [c for c, _ in ordered if c.written.action == "drop"]
    held, effects = [], []
    for n, correction in enumerate(drops):
        mine = rows.filter(pl.col(_mark(correction)) & ~some(pl.col(_mark(c)) for c in drops[:n]))
        mine = _told(mine, told)
        held.append(_effects.held_back(mine, correction))
        effects.append(_effects.counted(mine.with_columns(_nothing_new(kind)), correction))
    rows = rows.filter(~some(pl.col(_mark(c)) for c in drops))
    for correction in (c for c, _ in ordered if c.written.action != "drop"):
        effects.append(_effects.counted(_told(_changed(rows, kind, correction), told), correction))
        rows = rows.with_columns(_changes(correction, pl.col(_mark(correction))))
    kept, *others = pl.collect_all([rows.select(staged.columns), *held, *effects])
    failures = pl.concat([pl.DataFrame(schema=FAILURE_SCHEMA), *others[: len(held)]])
    return kept, failures.sort("row_id"), others[len(held) :]


def _told(rows: pl.LazyFrame, told: pl.DataFrame | None) -> pl.LazyFrame:
    return rows if told is None else rows.join(told.lazy(), on=["delivery_id", "line_no"], how="semi")


def _in_order(passed: Sequence[Judged]) -> list[tuple[Correction, pl.Expr]]:
    """Each correction once, by file name and position, with the rows of the deliveries it is applied to."""
    of: dict[str, list[str]] = {}
    for one in passed:
        of.setdefault(one.correction.id, []).append(one.delivery_id)
    distinct = {j.correction.id: j.correction for j in passed}.values()
    return [(c, hits(c, of[c.id])) for c in sorted(distinct, key=lambda c: c.place)]


def _mark(correction: Correction) -> str:
    return f"_corrected by {correction.id}"


def _nothing_new(kind: RecordKind) -> list[pl.Expr]:
    nothing = pl.lit(None, dtype=pl.String)
    return [
        kind.iso_week().fill_null("").alias("iso_week"),
        nothing.alias("old_text"),
        nothing.alias("new_text"),
    ]


def _changed(rows: pl.LazyFrame, kind: RecordKind, correction: Correction) -> pl.LazyFrame:
    """The rows a correction changes, under the week they then have; all that it matches where it only flags."""
    mine = rows.filter(_mark(correction))
    if not correction.changed:
        return mine.with_columns(_nothing_new(kind))
    before = {c: f"_was {c}" for c in correction.changed}
    after = mine.with_columns(
        cells_as_text(correction.changed).alias("old_text"),
        *(pl.col(c).alias(was) for c, was in before.items()),
    ).with_columns(_changes(correction, pl.lit(True)))
    is_new = some(pl.col(c).ne_missing(pl.col(was)) for c, was in before.items())
    return after.filter(is_new).with_columns(
        kind.iso_week().fill_null("").alias("iso_week"), cells_as_text(correction.changed).alias("new_text")
    )


def _changes(correction: Correction, where: pl.Expr) -> list[pl.Expr]:
    schema = correction.kind.schema
    new = {c: pl.lit(value, dtype=schema[c]) for c, value in correction.values.items()}
    new |= {c: product(c, factor, schema[c]) for c, factor in correction.factors.items()}
    return [pl.when(where).then(expr).otherwise(pl.col(c)).alias(c) for c, expr in new.items()]
