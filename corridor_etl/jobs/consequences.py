"""What a batch brings about beyond its own rows: suggestions, discrepancies, and the marts
and container trips once it is committed.

The same for new files and for rows that leave the quarantine; the facts are made once for all of it.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.corridor import corridor_facts
from corridor_etl.facts.trips import stored_trips
from corridor_etl.jobs.assembly import current_with
from corridor_etl.jobs.cross_source import with_discrepancies
from corridor_etl.jobs.suggesting import with_suggestions
from corridor_etl.marts.weekly import weekly_marts
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Batch, Warehouse


def consequences(
    batch: Batch, warehouse: Warehouse, base: int, settings: Settings
) -> tuple[Batch, dict[str, pl.DataFrame]]:
    """The batch with suggestions and discrepancies, and all marts and the container trips, as they are once it is
    committed on ``base``."""
    current = current_with(batch, warehouse, base + 1)
    facts = corridor_facts(current, settings)
    batch = with_suggestions(batch, current, warehouse)
    batch = with_discrepancies(batch, current, settings, facts.trips)
    marts = weekly_marts(current, settings, facts)
    return batch, {**marts, "fct_container_trip": stored_trips(facts.trips)}
