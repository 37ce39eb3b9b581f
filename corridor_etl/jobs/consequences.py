"""What a batch brings about beyond its own rows: suggestions, discrepancies, and the marts, container trips and
reconciled items once it is committed.

The same for new files and for rows that leave the quarantine; the facts are made once for all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import reconciled
from corridor_etl.facts.trips import stored_trips
from corridor_etl.jobs.assembly import current_with
from corridor_etl.jobs.cross_source import with_discrepancies
from corridor_etl.jobs.suggesting import with_suggestions
from corridor_etl.jobs.versions import build_of
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse


def consequences(
    batch: Batch, warehouse: Warehouse, base: int, settings: Settings
) -> tuple[Batch, dict[str, pl.DataFrame]]:
    """The batch with suggestions and discrepancies, and all marts and facts, as they are once it is committed on
    ``base``. A batch that adds no row leaves what compares sources as it is."""
    current = current_with(batch, warehouse, base + 1)
    facts = corridor_facts(current, settings)
    made = {**weekly_marts(current, settings, facts), "fct_container_trip": stored_trips(facts.trips)}
    batch = replace(with_suggestions(batch, current, warehouse), build=build_of(settings))
    if any(frame.height for frame in batch.added_rows().values()):
        batch, items = _compared(batch, current, settings, facts.trips)
        made["fct_reconciliation"] = items
    return batch, made


def _compared(
    batch: Batch, current: Mapping[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame
) -> tuple[Batch, pl.DataFrame]:
    known = sources(current, settings, trips)
    subjects = subjects_of(known)
    return with_discrepancies(batch, subjects, settings), reconciled(known, subjects)
