"""What several documents say about one thing, side by side: the frame the cross-source rules are judged on.

One module per kind of subject; ``_sources`` prepares what they share. Nothing is judged here: a subject carries what
the documents say, and how far the other source reaches beyond it, so that a rule about something missing knows whether
it could have come. Pure functions of the current records: the order in which deliveries came leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
from corridor_etl.facts.cross_source._sources import EVENT_COLUMNS, Sources, prepared, sources
from corridor_etl.facts.records import columns_of, records
from corridor_etl.model import CROSS_SCHEMA
from corridor_etl.settings import Settings

__all__ = ["EVENT_COLUMNS", "Sources", "Subjects", "cross_subjects", "sources", "subjects_of", "visits_of"]

_MAKERS = (trips, legs, visits, declared, consignments, reexports, port_loads, trains, mirrors)


@dataclass(frozen=True)
class Subjects:
    """The subjects, kind by kind in alphabetical order, each kind by key and with the columns it says something in.

    A subject speaks of a fifth of the columns. All kinds in one frame are mostly nulls, which at the scale of a port
    are more than everything else a commit holds: :meth:`together` makes them while a query runs.
    """

    kinds: tuple[pl.DataFrame, ...]

    @property
    def height(self) -> int:
        """How many subjects there are."""
        return sum(kind.height for kind in self.kinds)

    def of(self, kind: str) -> pl.LazyFrame:
        """The subjects of one kind, columns ``CROSS_SCHEMA`` and ``row_id``."""
        mine = [subjects for subjects in self.kinds if _kind(subjects) == kind]
        return _conformed(mine[0] if mine else pl.DataFrame(schema={"row_id": pl.Int64()}))

    def together(self) -> pl.LazyFrame:
        """One row per subject, columns ``CROSS_SCHEMA`` and ``row_id``, which counts them."""
        return pl.concat(map(_conformed, self.kinds))


def cross_subjects(
    current: Mapping[str, pl.DataFrame], settings: Settings, trips: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per subject, columns ``CROSS_SCHEMA`` and ``row_id``, sorted by subject and key.

    ``current`` holds the rows in force by record kind; a missing kind has no rows. ``trips`` are
    ``facts.trips.container_trips`` of the same records where they are at hand. Errors as there.
    """
    return subjects_of(sources(current, settings, trips)).together().collect()


def subjects_of(known: Sources, *, with_visits: bool = True) -> Subjects:
    """The same of records already prepared; without visits where these are made of other events, or not asked for."""
    return _numbered(maker.subjects(known) for maker in _MAKERS if with_visits or maker is not visits)


def visits_of(events: pl.DataFrame) -> Subjects:
    """The visits alone, of the current events of some boxes."""
    return _numbered([visits.visits(prepared(records("port_event", events)))])


def _numbered(subjects_by_kind: Iterable[pl.DataFrame]) -> Subjects:
    made = sorted(subjects_by_kind, key=_kind)
    kinds, first = [], 0
    for subjects in made:
        row_id = pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("row_id")
        own = {name: dtype for name, dtype in CROSS_SCHEMA.items() if name in subjects.columns}
        told = subjects.select(columns_of(own, own))
        kinds.append(told.sort("subject_key").with_columns(row_id))
        first += subjects.height
    return Subjects(tuple(kinds))


def _kind(subjects: pl.DataFrame) -> str:
    """The kind all rows of a maker have; of one without rows it does not matter."""
    return str(subjects["subject"][0]) if subjects.height else ""


def _conformed(subjects: pl.DataFrame) -> pl.LazyFrame:
    return subjects.lazy().select("row_id", *columns_of(CROSS_SCHEMA, subjects.columns))
