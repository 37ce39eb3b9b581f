"""The records that marts and facts are made from: all of them, or of many port events those that matter.

Which events matter is decided in ``port_events``. Moves and stays of a port with many events belong to ``port_weeks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from corridor_etl.facts.corridor import Facts, PortFacts, corridor_facts
from corridor_etl.facts.cross_source import EVENT_COLUMNS, Sources, Subjects, sources, visits_of
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, corridor_events, has_many, in_parts, touched_boxes
from corridor_etl.settings import Settings


@dataclass(frozen=True)
class Material:
    """``records`` by kind, and where they have not all events: ``visiting``, those of the boxes whose visits are
    judged with everything else, ``further`` visits to be judged apart, and ``visits_of``, the boxes whose visits are
    judged at all, None for all."""

    records: dict[str, pl.DataFrame]
    has_all_events: bool = True
    visiting: pl.DataFrame | None = None
    further: Iterable[Subjects] = ()
    visits_of: pl.Series | None = field(default=None, compare=False)

    @classmethod
    def of(cls, current: Current, settings: Settings, kinds: Collection[str]) -> Material:
        """Of some kinds what facts and reconciled items are made from; of many events no visits."""
        if EVENTS not in kinds or not has_many(current):
            return cls(current.given(kinds))
        events = corridor_events(current, settings)
        others = current.given(kind for kind in kinds if kind != EVENTS)
        return cls({**others, EVENTS: events}, has_all_events=False, visiting=events.clear())

    @classmethod
    def with_visits(
        cls, current: Current, settings: Settings, kinds: Collection[str], *, is_standing: bool
    ) -> Material:
        """The same with the visits: where what is stored stands those of the batch's boxes, else all."""
        found = cls.of(current, settings, kinds)
        if found.has_all_events:
            return found
        touched = touched_boxes(current) if is_standing else None
        some = ((EVENTS, boxes) for boxes in in_parts(current, touched))
        visits = (visits_of(current.of_boxes(*one, columns=EVENT_COLUMNS)) for one in some)
        return replace(found, further=visits, visits_of=touched)

    def facts(self, settings: Settings) -> Facts:
        """The facts; without moves and stays where not all events are here."""
        return corridor_facts(self.records, settings, None if self.has_all_events else PortFacts.none())

    def sources(self, settings: Settings, trips: pl.DataFrame) -> Sources:
        """What subjects and items are made from; ``trips`` are those of the same records."""
        return sources(self.records, settings, trips, visiting=self.visiting)
