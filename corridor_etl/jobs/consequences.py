"""What a batch brings about beyond its own rows: suggestions, discrepancies, and the marts, container trips and
reconciled items once it is committed.

The same for new files and for rows that leave the quarantine; the facts are made once for all of it. Which tables have
to be made belongs to ``affected``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import reconciled
from corridor_etl.facts.trips import stored_trips
from corridor_etl.jobs.affected import ITEMS, TRIPS, affected, kinds_for
from corridor_etl.jobs.assembly import Current, current_with
from corridor_etl.jobs.cross_source import with_discrepancies
from corridor_etl.jobs.suggesting import with_suggestions
from corridor_etl.jobs.versions import build_of
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse


def consequences(
    batch: Batch, warehouse: Warehouse, base: int, settings: Settings
) -> tuple[Batch, dict[str, pl.DataFrame]]:
    """The batch with suggestions and discrepancies, and the marts and facts it can change, as they are once it is
    committed on ``base``. A batch that adds no row makes none; what sources are compared by goes with their items."""
    current = current_with(batch, warehouse, base + 1)
    build = build_of(settings)
    batch = replace(with_suggestions(batch, current, warehouse), build=build)
    added = {name for name, rows in batch.added_rows().items() if rows.height}
    tables = affected(added, warehouse, build) if added else ()
    return _with_tables(batch, current, settings, tables)


def _with_tables(
    batch: Batch, current: Current, settings: Settings, tables: Collection[str]
) -> tuple[Batch, dict[str, pl.DataFrame]]:
    """The batch, with discrepancies if sources are compared, and those of the tables that are made."""
    if not tables:
        return batch, {}
    known = current.given(kinds_for(tables))
    facts = corridor_facts(known, settings)
    made = weekly_marts(known, settings, facts, among=tables)
    trips = facts.trips
    del facts  # what is held from here on adds to the most memory that a commit needs
    if TRIPS in tables:
        made[TRIPS] = stored_trips(trips)
    if ITEMS in tables:
        batch, made[ITEMS] = _compared(batch, known, settings, trips)
    return batch, made


def _compared(
    batch: Batch, current: dict[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame
) -> tuple[Batch, pl.DataFrame]:
    """The batch with discrepancies, and the reconciled items; ``current`` is let go of on the way."""
    known = sources(current, settings, trips)
    current.clear()
    subjects = subjects_of(known)
    return with_discrepancies(batch, subjects, settings), reconciled(known, subjects)
