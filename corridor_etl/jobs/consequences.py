"""What a batch brings about beyond its own rows: suggestions, discrepancies, and the marts, container trips and
reconciled items once it is committed.

The same for new files and for rows that leave the quarantine; the facts are made once for all of it. Which tables have
to be made belongs to ``affected``, which records are read for them to ``material``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from corridor_etl.facts.cross_source import sources, subjects_of
from corridor_etl.facts.reconciliation import reconciled
from corridor_etl.facts.trips import stored_trips
from corridor_etl.jobs import port_weeks
from corridor_etl.jobs.affected import ITEMS, TRIPS, affected, kinds_for
from corridor_etl.jobs.cross_source import with_discrepancies
from corridor_etl.jobs.current import current_with
from corridor_etl.jobs.material import Material
from corridor_etl.jobs.port_visits import JudgedVisits
from corridor_etl.jobs.suggesting import with_suggestions
from corridor_etl.jobs.versions import build_of
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Content, Warehouse


def consequences(
    batch: Batch, warehouse: Warehouse, base: int, settings: Settings
) -> tuple[Batch, dict[str, Content]]:
    """The batch with suggestions and discrepancies, and the marts and facts it can change, as they are once it is
    committed on ``base``. A batch that adds no row makes none; what sources are compared by goes with their items."""
    current = current_with(batch, warehouse, base + 1)
    build = build_of(settings)
    batch = replace(with_suggestions(batch, current), build=build)
    added = {name for name, rows in batch.added_rows().items() if rows.height}
    if not added:
        return batch, {}
    is_standing = warehouse.is_standing(build)
    tables = affected(added, is_standing=is_standing)
    visits = JudgedVisits.asked_for(current, settings, tables, is_standing=is_standing)
    made = port_weeks.tables(current, settings, tables, is_standing=is_standing, visits=visits)
    if not (rest := tables - made.keys()):
        return batch, made
    material = Material.of(current, settings, kinds_for(rest))
    batch, others = _with_tables(batch, material, settings, rest, visits)
    return batch, {**made, **others}


def _with_tables(
    batch: Batch, material: Material, settings: Settings, tables: Collection[str], visits: JudgedVisits | None
) -> tuple[Batch, dict[str, Content]]:
    """The batch, with discrepancies if sources are compared, and those of the tables that are made.

    The records are let go of on the way.
    """
    facts = material.facts(settings)
    made: dict[str, Content] = dict(weekly_marts(material.records, settings, facts, among=tables))
    trips = facts.trips
    del facts  # what is held from here on adds to the most memory that a commit needs
    if TRIPS in tables:
        made[TRIPS] = stored_trips(trips)
    if ITEMS in tables:
        batch, made[ITEMS] = _compared(batch, material, settings, trips, visits)
    return batch, made


def _compared(
    batch: Batch, material: Material, settings: Settings, trips: pl.DataFrame, visits: JudgedVisits | None
) -> tuple[Batch, pl.DataFrame]:
    """The batch with discrepancies, and the reconciled items; ``visits`` where these were judged apart."""
    known = sources(material.records, settings, trips)
    material.records.clear()
    subjects = subjects_of(known, with_visits=visits is None)
    if visits is None:
        told = with_discrepancies(batch, subjects, settings)
    else:
        told = with_discrepancies(batch, subjects, settings, further=visits.parts, visits_of=visits.of)
    return told, reconciled(known, subjects)
