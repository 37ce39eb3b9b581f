"""The step of a batch that compares the sources: rules on the subjects, discrepancies for the ledger.

It judges the state as it will be once the batch is committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.cross_source import Subjects
from corridor_etl.facts.cross_source.visits import INSTANTS
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.quality.cross_source import discrepancies, validate_subjects
from corridor_etl.quality.suites import suite_rules
from corridor_etl.quality.validation_record import recorded
from corridor_etl.quality.verdicts import Verdict, together
from corridor_etl.settings import Settings
from corridor_etl.warehouse import CHECK_COLUMNS, Batch


def with_discrepancies(
    batch: Batch,
    subjects: Subjects,
    settings: Settings,
    *,
    further: Sequence[Judged] = (),
    visits_of: pl.Series | None = None,
) -> Batch:
    """The batch with what fails across sources and how each of these rules fared; ``BatchHeld`` if one cannot run.

    ``subjects`` are ``facts.cross_source.subjects_of`` the records as they will be; ``further`` ones have been judged.
    ``visits_of`` are the boxes whose visits are among them, None for all.
    """
    every = [judged(subjects, settings), *further]
    verdict = together([one.verdict for one in every])
    told = recorded(CROSS_SOURCE, verdict, rows=sum(one.rows for one in every), run_at_utc=now_utc())
    asked = {"record_kind": pl.lit(CROSS_SOURCE), "withdrawn": pl.lit(0, dtype=pl.Int64)}
    checks = verdict.checks.with_columns(**asked).select(list(CHECK_COLUMNS))
    if visits_of is not None:
        checks = checks.filter(pl.col("rule_id").is_in(_rules_of_visits()).not_() | (pl.col("evaluated") > 0))
    return replace(
        batch,
        checks=pl.concat([batch.check_frame(), checks]),
        validations=pl.concat([batch.validation_frame(), told]),
        discrepancies=pl.concat(one.discrepancies for one in every).sort("rule_id", "subject_key"),
        visits_of=visits_of,
    )


def _rules_of_visits() -> list[str]:
    """The rules that judge visits only: where the batch touches none they had no reason to be asked."""
    rules = [rule["meta"] for rule in suite_rules(CROSS_SOURCE)]
    return [rule["rule_id"] for rule in rules if set(rule["columns"]) <= set(INSTANTS)]


@dataclass(frozen=True)
class Judged:
    """What came out for some subjects: how many they were, how each rule fared, and those that fail."""

    rows: int
    verdict: Verdict
    discrepancies: pl.DataFrame


def judged(subjects: Subjects, settings: Settings) -> Judged:
    """Runs the cross-source rules on some subjects; ``BatchHeld`` if one cannot run."""
    rows = subjects.together()
    verdict = validate_subjects(rows, settings, now_utc=now_utc())
    return Judged(subjects.height, verdict, discrepancies(rows, verdict))
