"""The records that marts and facts are made from: all of them, or of many port events those that matter.

Which events matter is decided in ``port_events``. Moves and stays of a port with many events belong to ``port_weeks``,
its visits to ``port_visits``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from corridor_etl.facts.corridor import Facts, PortFacts, corridor_facts
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, corridor_events, has_many
from corridor_etl.settings import Settings


@dataclass(frozen=True)
class Material:
    """``records`` by kind, and whether all port events are among them."""

    records: dict[str, pl.DataFrame]
    has_all_events: bool = True

    @classmethod
    def of(cls, current: Current, settings: Settings, kinds: Collection[str]) -> Material:
        """Of some kinds what facts and reconciled items are made from."""
        if EVENTS not in kinds or not has_many(current):
            return cls(current.given(kinds))
        events = corridor_events(current, settings)
        others = current.given(kind for kind in kinds if kind != EVENTS)
        return cls({**others, EVENTS: events}, has_all_events=False)

    def facts(self, settings: Settings) -> Facts:
        """The facts; without moves and stays where not all events are here."""
        return corridor_facts(self.records, settings, None if self.has_all_events else PortFacts.none())
