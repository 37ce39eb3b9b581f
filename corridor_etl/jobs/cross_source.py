"""The step of a batch that compares the sources: subjects, rules, discrepancies for the ledger.

It judges the state as it will be once the batch is committed. A batch that adds no row changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.facts.cross_source import cross_subjects
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.quality.cross_source import discrepancies, validate_subjects
from corridor_etl.quality.validation_record import recorded
from corridor_etl.settings import Settings
from corridor_etl.warehouse import CHECK_COLUMNS, Batch


def with_discrepancies(
    batch: Batch, current: Mapping[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame
) -> Batch:
    """The batch with what fails across sources and how each of these rules fared; ``BatchHeld`` if one cannot run.

    ``trips`` are the container trips of the ``current`` records.
    """
    if not any(frame.height for frame in batch.added_rows().values()):
        return batch
    subjects = cross_subjects(current, settings, trips)
    now = now_utc()
    verdict = validate_subjects(subjects, settings, now_utc=now)
    told = recorded(CROSS_SOURCE, verdict, rows=subjects.height, run_at_utc=now)
    asked = {"record_kind": pl.lit(CROSS_SOURCE), "withdrawn": pl.lit(0, dtype=pl.Int64)}
    checks = verdict.checks.with_columns(**asked).select(list(CHECK_COLUMNS))
    return replace(
        batch,
        checks=pl.concat([batch.check_frame(), checks]),
        validations=pl.concat([batch.validation_frame(), told]),
        discrepancies=discrepancies(subjects, verdict),
    )
