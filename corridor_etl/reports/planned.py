"""Trains that were planned for a week, and those of them that did not leave. What left belongs to ``tables``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from corridor_etl.reports.content import Exception_, Table
from corridor_etl.reports.counts import counted
from corridor_etl.reports.language import tr, tr_n
from corridor_etl.reports.measures import DEPARTURE


@dataclass(frozen=True)
class Planned:
    """Trains of the timetable of a week; ``not_left`` of them were cancelled or have no manifest so far."""

    trains: int = 0
    not_left: int = 0


NONE = Planned()


def planned(marts: Mapping[str, pl.DataFrame], service_id: str, week: str) -> Planned:
    """The trains planned for a week, both directions; none where they were not counted yet."""
    mine = marts[DEPARTURE].filter(iso_week=week, service_id=service_id)
    return Planned(*(int(mine[name].cast(pl.Int64).sum()) for name in ("trains_planned", "trains_not_left")))


def noted(departures: Table, of: Planned) -> Table:
    """The table of departures with what was planned said below it."""
    if not of.trains:
        return departures
    told = tr(
        "Planned for this week: %(planned)s; of them left: %(left)s; cancelled or without a manifest: %(missing)s.",
        planned=counted(of.trains, "train"),
        left=counted(of.trains - of.not_left, "train"),
        missing=counted(of.not_left, "train"),
    )
    return replace(departures, note=" ".join(part for part in (departures.note, told) if part))


def not_left(of: Planned, owner: str) -> list[Exception_]:
    """The exception of planned trains that did not leave."""
    if not of.not_left:
        return []
    title = tr_n(
        "%(count)s planned train did not leave", "%(count)s planned trains did not leave", of.not_left
    )
    return [Exception_(title, tr("Booked, but no manifest has come so far."), owner)]
