"""What corrections did to a batch, as frames: effects by delivery, correction and week, findings, rows not loaded.

Which corrections are applied is decided in ``_judgement``; storing effects belongs to ``warehouse``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from corridor_etl.quality.corrections._conditions import cells_as_text
from corridor_etl.quality.corrections._judgement import CONFLICT, EXPIRED, FAILED, PASSED, Judged, hits
from corridor_etl.quality.corrections._typed import Correction
from corridor_etl.warehouse import CORRECTION_RULE, EFFECT_COLUMNS

GUARD = "CORRECTION_GUARD"
GUARD_RULES = (GUARD, "CORRECTION_CONFLICT")
"""Critical findings: a correction that somebody counts on was not applied."""
EFFECT_SCHEMA = EFFECT_COLUMNS
FINDING_SCHEMA = {
    "delivery_id": pl.String(),
    "line_no": pl.Int64(),
    "rule_id": pl.String(),
    "severity": pl.String(),
    "column_name": pl.String(),
    "message": pl.String(),
    "rows": pl.Int64(),
    "observed": pl.String(),
    "expected": pl.String(),
}
_OUTCOMES = {
    FAILED: (GUARD, "critical", "it may have been mended at the source: retire it, or write anew what it expects"),
    CONFLICT: ("CORRECTION_CONFLICT", "critical", "name that one in after, or match other rows"),
    EXPIRED: ("CORRECTION_EXPIRED", "warning", "retire it, or give it a later expires_on"),
}  # fmt: skip
_DONE = {"drop": "dropped", "override": "corrected", "scale": "scaled", "flag": "flagged"}


def counted(rows: pl.LazyFrame, correction: Correction) -> pl.LazyFrame:
    """Rows a correction was applied to as effects; ``rows`` has old_text, new_text and iso_week beside its lineage."""
    by_line = (pl.col(c).sort_by("line_no").first() for c in ("old_text", "new_text"))
    return (
        rows.group_by("delivery_id", "iso_week")
        .agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("line_no").min().alias("first_line_no"), *by_line)
        .with_columns(_said_of(correction, PASSED))
        .select(list(EFFECT_SCHEMA))
    )


def _said_of(correction: Correction, outcome: str) -> list[pl.Expr]:
    said = {
        "correction_id": correction.id,
        "record_kind": correction.kind.name,
        "action": correction.written.action,
        "provider": correction.written.provider,
        "guard_outcome": outcome,
    }
    return [pl.lit(value).alias(name) for name, value in said.items()]


def not_applied(staged: pl.DataFrame, judged: Sequence[Judged]) -> list[pl.DataFrame]:
    """Effects of corrections that were not applied: rows matched by week, or none in each week of the delivery."""
    week = judged[0].correction.kind.iso_week().fill_null("") if judged else pl.lit("")
    found = []
    for one in judged:
        mine = staged.filter(delivery_id=one.delivery_id)
        matched = mine.filter(hits(one.correction, [one.delivery_id]))
        looked_at, factor = (matched, 1) if one.rows else (mine, 0)
        weeks = looked_at.group_by(week.alias("iso_week")).agg(
            rows=pl.len().cast(pl.Int64) * factor,
            first_line_no=pl.col("line_no").min() if factor else pl.lit(None),
        )
        if weeks.is_empty():
            weeks = pl.DataFrame({"iso_week": [""], "rows": [0], "first_line_no": [None]})
        found.append(
            weeks.with_columns(
                *_said_of(one.correction, one.outcome),
                delivery_id=pl.lit(one.delivery_id),
                old_text=pl.lit(one.observed, dtype=pl.String),
                new_text=pl.lit(None, dtype=pl.String),
            ).select(pl.col(c).cast(t) for c, t in EFFECT_SCHEMA.items())
        )
    return found


def findings(judged: Iterable[Judged], effects: pl.DataFrame) -> pl.DataFrame:
    """One finding per delivery and correction (:data:`FINDING_SCHEMA`)."""
    totals = (
        effects.filter(guard_outcome=PASSED)
        .sort("first_line_no")
        .group_by("delivery_id", "correction_id", maintain_order=True)
        .agg(pl.col("rows").sum(), pl.col("first_line_no", "old_text", "new_text").first())
    )
    done = {(r["delivery_id"], r["correction_id"]): r for r in totals.iter_rows(named=True)}
    rows = []
    for one in judged:
        key = (one.delivery_id, one.correction.id)
        if one.outcome != PASSED:
            rows.append(_refusal(one))
        elif key in done:
            mine = done[key]
            rows.append(
                _application(one, mine["rows"], mine["first_line_no"], mine["old_text"], mine["new_text"])
            )
    return pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")


def _refusal(one: Judged) -> tuple[object, ...]:
    correction = one.correction
    rule, severity, advice = _OUTCOMES[one.outcome]
    message = f"correction {correction.id} ({correction.place[0]}) was not applied: {one.reason}; {advice}"
    columns = ", ".join(correction.expect.columns if one.outcome == FAILED else correction.changed)
    expected = correction.expect.words() if one.outcome == FAILED else None
    return (
        one.delivery_id, one.line_no, rule, severity, columns or None, message, one.rows, one.observed, expected or None
    )  # fmt: skip


def _application(
    one: Judged, rows: int, line_no: int, old: str | None, new: str | None
) -> tuple[object, ...]:
    written = one.correction.written
    what = f", the first {old} -> {new}" if new else ""
    message = (
        f"correction {written.id} ({one.correction.place[0]}): {rows} {'row' if rows == 1 else 'rows'} "
        f"{_DONE[written.action]}{what}; {written.reason}"
    )
    severity = "warning" if written.action == "flag" else "info"
    columns = ", ".join(one.correction.changed) or None
    return (one.delivery_id, line_no, CORRECTION_RULE, severity, columns, message, rows, old, new)


def held_back(rows: pl.LazyFrame, correction: Correction) -> pl.LazyFrame:
    """Dropped rows as failures of rule CORRECTION: row_id, rule_id, severity, column, observed, expected."""
    columns = [c for c in correction.match.columns if c != "line_no"]
    written = correction.written
    return rows.select(
        "row_id",
        rule_id=pl.lit(CORRECTION_RULE),
        severity=pl.lit("critical"),
        column=pl.lit(", ".join(columns)),
        observed=cells_as_text(columns).fill_null("") if columns else pl.lit(""),
        expected=pl.lit(f"no such row: correction {written.id} drops it ({written.reason})"),
    )
