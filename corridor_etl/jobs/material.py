"""The records that marts and facts are made from: all of them, or of many port events those that matter.

Which events matter is decided in ``port_events``. Moves and stays of a port with many events belong to ``port_weeks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import polars as pl

from corridor_etl.facts.corridor import Facts, PortFacts, corridor_facts
from corridor_etl.facts.cross_source import EVENT_COLUMNS, Subjects, visits_of
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, corridor_events, has_many, in_parts, touched_boxes
from corridor_etl.settings import Settings


@dataclass(frozen=True)
class Material:
    """``records`` by kind; where they have not all events ``visits``, which are judged apart, of the boxes
    ``visits_of``, None for all."""

    records: dict[str, pl.DataFrame]
    has_all_events: bool = True
    visits: Iterable[Subjects] = ()
    visits_of: pl.Series | None = None

    @classmethod
    def of(cls, current: Current, settings: Settings, kinds: Collection[str]) -> Material:
        """Of some kinds what facts and reconciled items are made from; of many events no visits."""
        if EVENTS not in kinds or not has_many(current):
            return cls(current.given(kinds))
        events = corridor_events(current, settings)
        others = current.given(kind for kind in kinds if kind != EVENTS)
        return cls({**others, EVENTS: events}, has_all_events=False)

    @classmethod
    def with_visits(
        cls, current: Current, settings: Settings, kinds: Collection[str], *, is_standing: bool
    ) -> Material:
        """The same with the visits: where what is stored stands those of the batch's boxes, else all."""
        found = cls.of(current, settings, kinds)
        if found.has_all_events:
            return found
        touched = touched_boxes(current) if is_standing else None
        visits = (
            visits_of(current.of_boxes(EVENTS, boxes, columns=EVENT_COLUMNS))
            for boxes in in_parts(current, touched)
        )
        return replace(found, visits=visits, visits_of=touched)

    def facts(self, settings: Settings) -> Facts:
        """The facts; without moves and stays where not all events are here."""
        return corridor_facts(self.records, settings, None if self.has_all_events else PortFacts.none())
