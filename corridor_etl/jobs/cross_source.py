"""The step of a batch that compares the sources: rules on the subjects, discrepancies for the ledger.

It judges the state as it will be once the batch is committed.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.cross_source import Subjects
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.quality.cross_source import discrepancies, validate_subjects
from corridor_etl.quality.validation_record import recorded
from corridor_etl.settings import Settings
from corridor_etl.warehouse import CHECK_COLUMNS, Batch


def with_discrepancies(batch: Batch, subjects: Subjects, settings: Settings) -> Batch:
    """The batch with what fails across sources and how each of these rules fared; ``BatchHeld`` if one cannot run.

    ``subjects`` are ``facts.cross_source.subjects_of`` the records as they will be.
    """
    now = now_utc()
    together = subjects.together()
    verdict = validate_subjects(together, settings, now_utc=now)
    told = recorded(CROSS_SOURCE, verdict, rows=subjects.height, run_at_utc=now)
    asked = {"record_kind": pl.lit(CROSS_SOURCE), "withdrawn": pl.lit(0, dtype=pl.Int64)}
    checks = verdict.checks.with_columns(**asked).select(list(CHECK_COLUMNS))
    return replace(
        batch,
        checks=pl.concat([batch.check_frame(), checks]),
        validations=pl.concat([batch.validation_frame(), told]),
        discrepancies=discrepancies(together, verdict),
    )
