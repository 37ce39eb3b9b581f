"""Loading list, declaration and port record side by side: one item per container trip, box of one source, consignment.

A pure function of the current records and of ``corridor.toml``: the order in which deliveries came leaves no trace, and
what can still come is pending and not missing. Which document belongs to which trip, and how far each source reaches,
is decided by ``facts.cross_source``; what happened to an item over time is in the ledger of discrepancies, whose
subjects have the same keys.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import Sources, Subjects
from corridor_etl.facts.reconciliation._consignments import linked_declarations, of_groups
from corridor_etl.facts.reconciliation._sides import with_chosen
from corridor_etl.facts.reconciliation._trips import consignment_items, trip_items
from corridor_etl.facts.reconciliation._unlisted import unlisted_items
from corridor_etl.facts.reconciliation.outcomes import (
    ALL_OUTCOMES,
    BY_NAME,
    MATCHED,
    OPEN_OUTCOMES,
    OUTCOME_OF_RULE,
    OUTCOMES,
    PENDING,
    Outcome,
)
from corridor_etl.facts.records import columns_of
from corridor_etl.model import RECONCILED_SCHEMA

__all__ = [
    "ALL_OUTCOMES", "BY_NAME", "MATCHED", "OPEN_OUTCOMES", "OUTCOMES", "OUTCOME_OF_RULE", "PENDING", "Outcome",
    "reconciled",
]  # fmt: skip


def reconciled(known: Sources, subjects: Subjects) -> pl.DataFrame:
    """The items, columns ``RECONCILED_SCHEMA``, sorted by subject and key.

    ``known`` are ``facts.cross_source.sources`` of the current records and ``subjects`` its ``subjects_of`` them.
    """
    linked = linked_declarations(known)
    groups = of_groups(linked, subjects, known)
    trips = trip_items(known, subjects, linked, groups)
    several = consignment_items(known, linked, groups, trips)
    unlisted = _items(unlisted_items(known, subjects, linked))
    loose = with_chosen(unlisted, known.settings.reconciliation)
    made = [_items(found) for found in (trips, several, loose)]
    # Trips are in the order of their keys, and come last.
    return pl.concat([pl.concat(made[1:]).sort("subject", "subject_key"), made[0]])


def _items(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(columns_of(RECONCILED_SCHEMA, found.columns))
