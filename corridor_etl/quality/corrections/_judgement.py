"""Which corrections may be applied to which deliveries: expiry, guard, and cells that two of them would change.

Everything is judged on the rows as staged, before any correction, so that the order of corrections does not decide
what their guards see. The rows are looked at in one query for all corrections of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from corridor_etl.quality.corrections._conditions import every, product, shown, some
from corridor_etl.quality.corrections._typed import Correction

PASSED, FAILED, CONFLICT, EXPIRED = "passed", "failed", "conflict", "expired"


class Delivered(Protocol):
    """What must be known of a delivery; the received time decides on expiry."""

    @property
    def delivery_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def sender_id(self) -> str | None: ...
    @property
    def received_at_utc(self) -> datetime: ...


@dataclass(frozen=True)
class Judged:
    """One correction and one delivery. ``rows`` were matched; ``reason`` says in words why it is not applied."""

    correction: Correction
    delivery_id: str
    outcome: str
    rows: int
    reason: str = ""
    observed: str | None = None
    line_no: int | None = None


def judged(
    staged: pl.DataFrame, deliveries: Sequence[Delivered], corrections: Sequence[Correction], zone: ZoneInfo
) -> list[Judged]:
    """Every correction that concerns a delivery, in the order of deliveries, then of corrections.

    ``staged`` has the kind's columns, ``delivery_id`` and ``line_no``. A correction that matches no row of a delivery
    concerns it only where its guard asks for rows.
    """
    corrections = [c for c in corrections if any(_is_about(c, d) for d in deliveries)]
    if not corrections:
        return []
    marks = {c.id: hits(c, [d.delivery_id for d in deliveries if _is_about(c, d)]) for c in corrections}
    seen = _seen(staged, corrections, marks)
    found = [
        _judged(correction, delivery, seen.get(delivery.delivery_id, {}), zone)
        for delivery in deliveries
        for correction in corrections
        if _is_about(correction, delivery)
    ]
    return _without_conflicts(staged, [j for j in found if j is not None], marks)


def hits(correction: Correction, delivery_ids: Iterable[str]) -> pl.Expr:
    """Whether a row of one of these deliveries is one the correction is about."""
    mine = pl.col("delivery_id").is_in(pl.Series(list(delivery_ids), dtype=pl.String).implode())
    return mine & correction.match.holds()


def _is_about(correction: Correction, delivery: Delivered) -> bool:
    return correction.is_about(delivery.sender_id, delivery.name)


def _seen(
    staged: pl.DataFrame, corrections: Sequence[Correction], marks: Mapping[str, pl.Expr]
) -> dict[str, dict[str, Any]]:
    """delivery_id -> what the rows of the delivery say about each correction."""
    answers = [answer for c in corrections for answer in _questions(c, marks[c.id])]
    found = staged.lazy().group_by("delivery_id").agg(answers).collect()
    return {row["delivery_id"]: row for row in found.iter_rows(named=True)}


def _questions(correction: Correction, hit: pl.Expr) -> list[pl.Expr]:
    """Rows matched, those not as expected, the first of these, those already as wanted, products that do not fit."""
    off = hit & ~correction.expect.holds()
    looked_at = correction.expect.columns or ("line_no",)
    new = [
        pl.col(c).eq_missing(pl.lit(v, dtype=correction.kind.schema[c])) for c, v in correction.values.items()
    ]
    unfit = [
        pl.col(c).is_not_null() & product(c, f, correction.kind.schema[c]).is_null()
        for c, f in correction.factors.items()
    ]
    name = correction.id
    return [
        hit.sum().alias(f"{name} rows"),
        off.sum().alias(f"{name} off"),
        pl.struct(*dict.fromkeys(looked_at)).filter(off).first().alias(f"{name} observed"),
        pl.col("line_no").filter(off).first().alias(f"{name} line"),
        (hit & every(new)).sum().alias(f"{name} already"),
        (hit & some(unfit)).sum().alias(f"{name} unfit"),
    ]


def _judged(
    correction: Correction, delivery: Delivered, seen: Mapping[str, Any], zone: ZoneInfo
) -> Judged | None:
    rows = seen.get(f"{correction.id} rows", 0)
    if correction.is_expired(delivery.received_at_utc, zone):
        reason = f"expired on {correction.written.expires_on}"
        return Judged(correction, delivery.delivery_id, EXPIRED, rows, reason) if rows else None
    reason = _broken(correction, rows, seen)
    if reason:
        observed = seen.get(f"{correction.id} observed") if rows else None
        off = seen.get(f"{correction.id} off", 0)
        return Judged(
            correction, delivery.delivery_id, FAILED, rows, reason,
            observed=shown(observed) if off and observed else None,
            line_no=seen.get(f"{correction.id} line") if off else None,
        )  # fmt: skip
    return Judged(correction, delivery.delivery_id, PASSED, rows) if rows else None


def _broken(correction: Correction, rows: int, seen: Mapping[str, Any]) -> str:
    """Why the guard does not hold, in words; nothing where it does."""
    expect, written = correction.expect, correction.written.expect
    off, unfit = (seen.get(f"{correction.id} {what}", 0) for what in ("off", "unfit"))
    if written.rows_at_least is not None and rows < written.rows_at_least:
        return f"{_rows(rows)} matched, at least {written.rows_at_least} were expected"
    if written.rows_at_most is not None and rows > written.rows_at_most:
        return f"{_rows(rows)} matched, at most {written.rows_at_most} were expected"
    if off:
        return (
            f"{off} of {_rows(rows)} matched {'is' if off == 1 else 'are'} not as expected ({expect.words()})"
        )
    if correction.values and rows and rows == seen.get(f"{correction.id} already", 0):
        return "every row matched says already what the correction would write"
    if unfit:
        return f"products of {_rows(unfit)} do not fit their column"
    return ""


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _without_conflicts(
    staged: pl.DataFrame, found: Sequence[Judged], marks: Mapping[str, pl.Expr]
) -> list[Judged]:
    """Of two corrections that would change one cell the later is refused, unless it says that it comes after.

    Rows that are dropped are changed by nobody, so they are no cause of conflict.
    """
    passed = [j for j in found if j.outcome == PASSED]
    pairs = _rivals(passed)
    if not pairs:
        return list(found)
    dropped = some(
        hits(j.correction, [j.delivery_id]) for j in passed if j.correction.written.action == "drop"
    )
    both = [(marks[a.id] & marks[b.id] & ~dropped).sum().alias(f"{a.id} {b.id}") for a, b in pairs.values()]
    shared = staged.lazy().group_by("delivery_id").agg(both).collect()
    counts = {row["delivery_id"]: row for row in shared.iter_rows(named=True)}
    applied: dict[str, list[Correction]] = {}
    return [_refused(j, counts, applied) for j in found]


def _rivals(passed: Sequence[Judged]) -> dict[tuple[str, str], tuple[Correction, Correction]]:
    """Pairs of corrections, the earlier first, that change a column both and do not say in which order."""
    distinct = sorted({j.correction.id: j.correction for j in passed}.values(), key=lambda c: c.place)
    return {
        (a.id, b.id): (a, b)
        for n, b in enumerate(distinct)
        for a in distinct[:n]
        if set(a.changed) & set(b.changed) and a.id not in b.written.after
    }


def _refused(
    judged: Judged, counts: Mapping[str, Mapping[str, Any]], applied: dict[str, list[Correction]]
) -> Judged:
    if judged.outcome != PASSED:
        return judged
    mine, earlier = judged.correction, applied.setdefault(judged.delivery_id, [])
    shared = counts.get(judged.delivery_id, {})
    for other in earlier:
        if rows := shared.get(f"{other.id} {mine.id}", 0):
            columns = ", ".join(c for c in mine.changed if c in other.changed)
            reason = f"{other.id} changes {columns} of {_rows(rows)} of these before it"
            return Judged(mine, judged.delivery_id, CONFLICT, judged.rows, reason)
    earlier.append(mine)
    return judged
