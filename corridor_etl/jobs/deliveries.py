"""The deliveries of a batch as wholes: profiled, compared with those before, judged; which of them are held.

The rules are those of the suites ``delivery``, ``delivery_column`` and ``source_week``. Rows are judged in
``resolution``; how a commit keeps profiles belongs to ``warehouse.profiles``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from corridor_etl.jobs.delivery_frames import facts_of
from corridor_etl.jobs.reading import Reading
from corridor_etl.quality.delivery_rules import DELIVERY, DELIVERY_COLUMN, validate_frame
from corridor_etl.quality.suites import suite_rules
from corridor_etl.quality.validation_record import recorded
from corridor_etl.quality.verdicts import Verdict
from corridor_etl.settings import Settings
from corridor_etl.warehouse import FINDING_COLUMNS, Warehouse

HELD_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "rule_id": pl.String(),
    "severity": pl.String(),
    "column": pl.String(),
    "observed": pl.String(),
    "expected": pl.String(),
}
CHECKED_KIND = "delivery"
"""What check results about deliveries have as their record kind."""


@dataclass(frozen=True)
class Judged:
    """What is said about the deliveries of a batch. ``held`` has one line per held delivery, rule and column."""

    held: pl.DataFrame
    findings: pl.DataFrame
    checks: pl.DataFrame
    validations: pl.DataFrame
    profiles: pl.DataFrame
    profile_columns: pl.DataFrame
    references: pl.DataFrame


def judged(
    readings: Sequence[Reading], warehouse: Warehouse, settings: Settings, *, now_utc: datetime
) -> Judged:
    """Judges the deliveries of a batch; ``BatchHeld`` where a rule cannot be run."""
    facts = facts_of(readings, warehouse, settings, now_utc=now_utc)
    verdicts = {suite: validate_frame(suite, frame) for suite, frame in facts.frames.items()}
    said = _said(readings, facts.frames, verdicts)
    is_read = pl.col("delivery_id").is_in([r.delivery_id for r in readings if r.status == "read"])
    held = said.filter(is_read & (pl.col("severity") == "critical"))
    is_held = pl.col("delivery_id").is_in(held["delivery_id"].to_list())
    comparable = facts.sizes.select("delivery_id", "record_kind", "comparable")
    return Judged(
        held=held.select(pl.col(name).cast(dtype) for name, dtype in HELD_SCHEMA.items()),
        findings=_findings(readings, said),
        checks=_checks(list(verdicts.values())),
        validations=pl.concat(
            recorded(suite, verdict, rows=facts.frames[suite].height, run_at_utc=now_utc)
            for suite, verdict in verdicts.items()
        ),
        profiles=facts.profile.kinds.join(comparable, on=["delivery_id", "record_kind"], how="left")
        .drop("sender_id", "source_id", "format")
        .with_columns(is_held=is_held),
        profile_columns=facts.profile.columns,
        references=_references(readings),
    )


def holding_rules() -> list[str]:
    """The rules that can hold a delivery as a whole."""
    rules = [rule for suite in (DELIVERY, DELIVERY_COLUMN) for rule in suite_rules(suite)]
    return sorted({rule["meta"]["rule_id"] for rule in rules if rule["severity"] == "critical"})


def held_rows(staged: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Every staged row of the held deliveries as a failure, with the columns of a verdict's failures."""
    return staged.select("row_id", "delivery_id").join(held, on="delivery_id").drop("delivery_id")


def _said(
    readings: Sequence[Reading], frames: dict[str, pl.DataFrame], verdicts: dict[str, Verdict]
) -> pl.DataFrame:
    """Every breach with the delivery it is about (null for a week of a source) and the column concerned."""
    parts = []
    for suite, verdict in verdicts.items():
        frame = frames[suite].with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
        names = ("delivery_id", "record_kind", "column_name", "status", "reason")
        kept = [pl.col(n) if n in frame.columns else pl.lit(None, dtype=pl.String).alias(n) for n in names]
        parts.append(verdict.failures.join(frame.select("row_id", *kept), on="row_id", how="left"))
    return pl.concat(parts)


def _findings(readings: Sequence[Reading], said: pl.DataFrame) -> pl.DataFrame:
    """What readers have not said themselves; a duplicate is told by its status, which names the first delivery."""
    by_reader = {(r.delivery_id, f.rule_id) for r in readings for f in r.findings}
    messages = {r.delivery_id: r.message for r in readings if r.status == "rejected"}
    kinds = {r.delivery_id: r.record_kind for r in readings if r.status == "read"}
    rows = [
        {
            "delivery_id": row["delivery_id"],
            "record_kind": row["record_kind"] or kinds.get(row["delivery_id"]),
            "rule_id": row["rule_id"],
            "severity": row["severity"],
            "column_name": row["column_name"],
            "message": (messages.get(row["delivery_id"]) if row["status"] == "rejected" else None)
            or f"{row['observed']}; expected {row['expected']}",
            "rows": 0,
            "observed": row["observed"],
            "expected": row["expected"],
        }
        for row in said.iter_rows(named=True)
        if (row["delivery_id"], row["rule_id"]) not in by_reader and row["status"] != "duplicate"
    ]
    return pl.DataFrame(rows, schema=FINDING_COLUMNS)


def _checks(verdicts: Sequence[Verdict]) -> pl.DataFrame:
    return pl.concat([v.checks for v in verdicts]).with_columns(record_kind=pl.lit(CHECKED_KIND))


def _references(readings: Sequence[Reading]) -> pl.DataFrame:
    return pl.concat(list(_numbered_lines(readings)))


def _numbered_lines(readings: Sequence[Reading]) -> Iterator[pl.DataFrame]:
    for reading in readings:
        frame = reading.references if reading.status == "read" else reading.references.clear()
        yield frame.with_columns(delivery_id=pl.lit(reading.delivery_id))
