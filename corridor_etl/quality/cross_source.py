"""Runs the cross-source suite on the subjects and turns the failures into discrepancies for the ledger.

A failure here never takes a row out of the figures: which document came first would decide. What the ledger does with
discrepancies over time belongs to ``warehouse.discrepancies``; making the subjects to ``facts.cross_source``.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from corridor_etl.model import CROSS_SCHEMA, CROSS_SOURCE
from corridor_etl.quality.runner import run_parameters, run_suite
from corridor_etl.quality.suites import suite_rules
from corridor_etl.quality.verdicts import SEVERITIES, Verdict
from corridor_etl.settings import Settings

_FROM_SUBJECT = (
    "subject", "subject_key", "record_kind", "record_key", "delivery_id", "line_no", "iso_week", "container_nos",
    "train_no",
)  # fmt: skip


def validate_subjects(subjects: pl.LazyFrame, settings: Settings, *, now_utc: datetime) -> Verdict:
    """Judges the subjects. ``BatchHeld`` when a rule cannot be run, because then nothing is known about them.

    The rows are judged piece by piece and never held as a whole; their ``row_id`` must be unique.
    """
    present = subjects.collect_schema().names()
    typed = subjects.cast({name: dtype for name, dtype in CROSS_SCHEMA.items() if name in present})
    return run_suite(CROSS_SOURCE, lambda: typed, run_parameters(settings, now_utc))


def discrepancies(subjects: pl.LazyFrame, verdict: Verdict) -> pl.DataFrame:
    """One row per rule and subject that breaks it, by rule and subject: what the subject says of itself, severity,
    ``other_delivery_id``, ``observed``, ``expected``. A rule written in two parts or degrees is one discrepancy."""
    broken = _once(verdict.failures)
    mine = subjects.filter(pl.col("row_id").is_in(broken["row_id"].unique().implode()))
    told = mine.select("row_id", *_FROM_SUBJECT, *sorted(set(_others().values()))).collect(engine="streaming")
    found = broken.join(told, on="row_id", how="left")
    return found.select(
        "rule_id", "severity", *_FROM_SUBJECT, _other_delivery(), "observed", "expected"
    ).sort("rule_id", "subject_key")


def _once(failures: pl.DataFrame) -> pl.DataFrame:
    """One row per subject and rule, by the parts it broke: the worst severity, and what each says. Most broke one."""
    by, joined = ["row_id", "rule_id"], ["observed", "expected"]
    is_alone = ~failures.select(pl.struct(by).is_duplicated()).to_series()
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)))
    several = failures.filter(~is_alone).group_by(by, maintain_order=True).agg(
        pl.col("severity").sort_by(rank).last(), *(pl.col(name).str.join("; ") for name in joined)
    )  # fmt: skip
    alone = failures.filter(is_alone).with_columns(pl.col(joined).fill_null(""))  # as joining does
    return pl.concat([alone.select(several.columns), several])


def _others() -> dict[str, str]:
    """Rule -> the column with the delivery it compares with, of the rules that name one."""
    named = {rule["meta"]["rule_id"]: rule["meta"].get("other") for rule in suite_rules(CROSS_SOURCE)}
    return {rule: column for rule, column in named.items() if column}


def _other_delivery() -> pl.Expr:
    """The delivery compared with, from the column that the rule names."""
    chosen = [pl.when(pl.col("rule_id") == rule).then(pl.col(name)) for rule, name in _others().items()]
    return pl.coalesce(chosen).alias("other_delivery_id")
