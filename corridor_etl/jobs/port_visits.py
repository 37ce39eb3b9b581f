"""Visits of terminals (rule DT-002), judged while the events of their boxes are at hand.

Of a whole port their subjects are too many to be held, so they are judged some boxes at a time and let go of. Which
boxes are read belongs to ``port_weeks``; where all events are read at once visits are subjects like others.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from corridor_etl.facts.cross_source import EVENT_COLUMNS, visits_of
from corridor_etl.jobs.affected import ITEMS
from corridor_etl.jobs.cross_source import Judged, judged
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import has_many, touched_boxes
from corridor_etl.settings import Settings
from corridor_etl.warehouse.by_box import BOX


class JudgedVisits:
    """What was judged so far; ``of`` are the boxes whose visits are, None for all."""

    columns = EVENT_COLUMNS

    def __init__(self, settings: Settings, of: pl.Series | None) -> None:
        self._settings, self.of = settings, of
        self.parts: list[Judged] = []

    @classmethod
    def asked_for(
        cls, current: Current, settings: Settings, tables: Collection[str], *, is_standing: bool
    ) -> JudgedVisits | None:
        """None yet judged: where what is stored stands of the boxes the batch touches, else of all.

        No object where visits are not judged apart or not at all.
        """
        if ITEMS not in tables or not has_many(current):
            return None
        return cls(settings, touched_boxes(current) if is_standing else None)

    def judge(self, events: pl.DataFrame) -> None:
        """Judges the visits of boxes by all their current ``events``."""
        mine = events if self.of is None else events.filter(pl.col(BOX).is_in(self.of.implode()))
        if mine.height:
            self.parts.append(judged(visits_of(mine), self._settings))
