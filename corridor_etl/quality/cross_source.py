"""Runs the cross-source suite on the subjects and turns the failures into discrepancies for the ledger.

A failure here never takes a row out of the figures: which document came first would decide. What the ledger does with
discrepancies over time belongs to ``warehouse.discrepancies``; making the subjects to ``facts.cross_source``.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from corridor_etl.model import CROSS_SCHEMA, CROSS_SOURCE
from corridor_etl.quality.runner import cast_as, run_parameters, run_suite
from corridor_etl.quality.suites import suite_rules
from corridor_etl.quality.verdicts import SEVERITIES, Verdict
from corridor_etl.settings import Settings

_FROM_SUBJECT = (
    "subject", "subject_key", "record_kind", "record_key", "delivery_id", "line_no", "iso_week", "container_nos",
    "train_no",
)  # fmt: skip


def validate_subjects(subjects: pl.DataFrame, settings: Settings, *, now_utc: datetime) -> Verdict:
    """Judges the subjects. ``BatchHeld`` when a rule cannot be run, because then nothing is known about them."""
    wanted = {**CROSS_SCHEMA, "row_id": pl.Int64()}
    parameters = run_parameters(settings, now_utc)
    return run_suite(CROSS_SOURCE, lambda: cast_as(CROSS_SOURCE, subjects, wanted), parameters)


def discrepancies(subjects: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
    """One row per rule and subject that breaks it, by rule and subject: what the subject says of itself, severity,
    ``other_delivery_id``, ``observed``, ``expected``. A rule written in two parts or degrees is one discrepancy."""
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)))
    joined = [pl.col(name).str.join("; ") for name in ("observed", "expected")]
    broken = verdict.failures.group_by("row_id", "rule_id", maintain_order=True).agg(
        pl.col("severity").sort_by(rank).last(), *joined
    )
    found = broken.join(subjects, on="row_id", how="left", maintain_order="left")
    return found.select(
        "rule_id", "severity", *_FROM_SUBJECT, _other_delivery(), "observed", "expected"
    ).sort("rule_id", "subject_key")


def _other_delivery() -> pl.Expr:
    """The delivery compared with, from the column that the rule names."""
    columns = {rule["meta"]["rule_id"]: rule["meta"].get("other") for rule in suite_rules(CROSS_SOURCE)}
    chosen = [pl.when(pl.col("rule_id") == rule).then(pl.col(name)) for rule, name in columns.items() if name]
    return pl.coalesce(chosen).alias("other_delivery_id")
