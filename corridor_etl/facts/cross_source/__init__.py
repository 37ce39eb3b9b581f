"""What several documents say about one thing, side by side: the frame the cross-source rules are judged on.

One module per kind of subject; ``_sources`` prepares what they share. Nothing is judged here: a subject carries what
the documents say, and how far the other source reaches beyond it, so that a rule about something missing knows whether
it could have come. Pure functions of the current records: the order in which deliveries came leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor_etl.facts.cross_source import (
    consignments,
    declared,
    legs,
    mirrors,
    port_loads,
    reexports,
    trains,
    trips,
    visits,
)
from corridor_etl.facts.cross_source._sources import Sources, sources
from corridor_etl.model import CROSS_SCHEMA
from corridor_etl.settings import Settings

__all__ = ["Sources", "cross_subjects", "sources", "subjects_of"]

_MAKERS = (trips, legs, visits, declared, consignments, reexports, port_loads, trains, mirrors)


def cross_subjects(
    current: Mapping[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per subject, columns ``CROSS_SCHEMA`` and ``row_id``, sorted by subject and key.

    ``current`` holds the rows in force by record kind; a missing kind has no rows. ``trips`` are
    ``facts.trips.container_trips`` of the same records where they are at hand. Errors as there.
    """
    return subjects_of(sources(current, settings, trips))


def subjects_of(known: Sources) -> pl.DataFrame:
    """The same of records already prepared."""
    made = sorted((maker.subjects(known) for maker in _MAKERS), key=_kind)
    ordered = [_conformed(subjects.sort("subject_key")) for subjects in made]
    return pl.concat(ordered).with_row_index("row_id").cast({"row_id": pl.Int64})


def _kind(subjects: pl.DataFrame) -> str:
    """The kind all rows of a maker have; of one without rows it does not matter."""
    return str(subjects["subject"][0]) if subjects.height else ""


def _conformed(subjects: pl.DataFrame) -> pl.DataFrame:
    present = set(subjects.columns)
    return subjects.select(
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in CROSS_SCHEMA.items()
    )
