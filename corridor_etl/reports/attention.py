"""What needs attention in an issue: at most five exceptions, each with an owner, most urgent first.

Only facts: no cause is given that nobody recorded. The normal range decides what is unusual, not the percentage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from corridor_etl.reference.calendar import shifted
from corridor_etl.reports import formats, wording
from corridor_etl.reports.content import Exception_
from corridor_etl.reports.corrections import Refusal
from corridor_etl.reports.counts import counted, part_of
from corridor_etl.reports.figures import Figure, figure
from corridor_etl.reports.language import N_, NP_, tr, tr_in, tr_n
from corridor_etl.reports.planned import NONE as NO_TRAINS
from corridor_etl.reports.planned import Planned, not_left
from corridor_etl.reports.series import Series
from corridor_etl.settings import Thresholds

LIMIT = 5
NONE = N_("Nothing outside its range this week.")

OWNERS = {
    "throughput.teu": NP_("owner", "train operator"),
    "throughput.cargo_t": NP_("owner", "train operator"),
    "throughput.loaded_eastbound_pct": NP_("owner", "train operator"),
    "trade.value_cny": NP_("owner", "customs broker"),
    "transit.border_hours": NP_("owner", "rail operations"),
    "transit.door_to_door_days": NP_("owner", "corridor operations desk"),
    "departures": NP_("owner", "train operator"),
    "declarations": NP_("owner", "customs broker"),
    "sources": NP_("owner", "data team"),
    "quarantine": NP_("owner", "data team"),
    "corrections": NP_("owner", "data team"),
    "discrepancies": NP_("owner", "corridor operations desk"),
}


@dataclass(frozen=True)
class Situation:
    """What the exceptions are judged from: ``rules`` are names of :data:`RULES`, ``watched`` addresses of figures."""

    week: str
    rules: Sequence[str]
    watched: Sequence[str]
    figures: Mapping[str, Figure]
    series: Mapping[str, Series]
    thresholds: Thresholds
    target_days: float
    late_trains: Sequence[tuple[str, date, int]] = ()
    planned: Planned = NO_TRAINS
    missing: Sequence[tuple[str, int, int]] = ()
    quarantine_open: int = 0
    corrections_refused: Sequence[Refusal] = ()
    critical_weeks: Sequence[str] = ()
    unsettled: Sequence[Exception_] = ()


def exceptions(situation: Situation) -> tuple[tuple[Exception_, ...], int]:
    """The first five exceptions and how many more there are."""
    found = [e for name, rule in RULES.items() if name in situation.rules for e in rule(situation)]
    return tuple(found[:LIMIT]), max(len(found) - LIMIT, 0)


def _outside(s: Situation) -> list[Exception_]:
    return [_out_of_range(s, address) for address in s.watched if s.figures[address].is_outside]


def _out_of_range(s: Situation, address: str) -> Exception_:
    found = s.figures[address]
    crossings = s.figures["transit.border_trips"].value
    text = tr("%(value)s, normal %(range)s.", value=found.with_unit(), range=found.range_text)
    if address == "transit.border_hours" and crossings:
        text = tr("Mean %(value)s, normal %(range)s; %(containers)s.", value=found.with_unit(), range=found.range_text,
                  containers=counted(crossings, "container"))  # fmt: skip
    title = tr("%(figure)s is outside its normal range", figure=found.name)
    return Exception_(title, text, _owner(address), _since(s, address))


def _owner(of: str) -> str:
    return tr_in("owner", OWNERS[of])


def _since(s: Situation, address: str) -> str:
    weeks, week = 1, shifted(s.week, -1)
    while weeks < s.thresholds.range_weeks and _side(s, address, week) == _side(s, address, s.week):
        weeks, week = weeks + 1, shifted(week, -1)
    if weeks == 1:
        return tr("New this week.")
    return tr_n(
        "%(count)s week in a row outside the range.", "%(count)s weeks in a row outside the range.", weeks
    )


def _side(s: Situation, address: str, week: str) -> str:
    return figure(s.series[address], week, s.thresholds).range_class


def _over_target(s: Situation) -> list[Exception_]:
    door = s.figures["transit.door_to_door_days"]
    if not wording.misses_target(door, s.target_days):
        return []
    inside, trips = (s.figures[f"transit.{n}"].value or 0 for n in ("within_target", "door_to_door_trips"))
    text = tr(
        "Mean %(value)s; within the target: %(containers)s.",
        value=door.with_unit(is_long=True),
        containers=part_of(inside, trips, "container"),
    )
    return [Exception_(over_target_title(s.target_days), text, _owner(door.address))]


def over_target_title(target_days: float) -> str:
    """The title of the exception of a mean door-to-door time over its target."""
    return tr("Door-to-door time is over %(days)s days", days=formats.plain(target_days))


def _late_trains(s: Situation) -> list[Exception_]:
    window = formats.lateness(int(s.thresholds.departure_on_time_minutes * 60))
    return [
        Exception_(
            _late_title(train_no, delay_s),
            tr(
                "Departed %(day)s; the plan allows %(window)s either way.", day=formats.day(on), window=window
            ),
            _owner("departures"),
        )
        for train_no, on, delay_s in s.late_trains
    ]


def _late_title(train_no: str, delay_s: int) -> str:
    if delay_s > 0:
        return tr("Train %(train)s left %(delay)s late", train=train_no, delay=formats.lateness(delay_s))
    return tr("Train %(train)s left %(delay)s early", train=train_no, delay=formats.lateness(delay_s))


def _not_left(s: Situation) -> list[Exception_]:
    return not_left(s.planned, _owner("departures"))


def _undeclared(s: Situation) -> list[Exception_]:
    laden, declared = (s.figures[f"match.{n}_boxes"].value for n in ("laden", "declared"))
    if not laden or laden == declared:
        return []
    title = tr_n(
        "%(count)s loaded container without a declaration",
        "%(count)s loaded containers without a declaration",
        laden - (declared or 0),
    )
    text = tr("Declared: %(boxes)s.", boxes=part_of(declared or 0, laden, "loaded container"))
    return [Exception_(title, text, _owner("declarations"), tr("Goods not declared are in no trade value."))]


def _missing_sources(s: Situation) -> list[Exception_]:
    return [
        Exception_(
            tr("%(source)s: files are missing", source=name),
            tr("Received: %(files)s.", files=part_of(received, expected, "file")),
            _owner("sources"),
        )
        for name, received, expected in s.missing
    ]


def _held_back(s: Situation) -> list[Exception_]:
    if not s.quarantine_open:
        return []
    title = tr_n("%(count)s row held back", "%(count)s rows held back", s.quarantine_open)
    text = tr("In quarantine, over all weeks; in no figure until corrected.")
    return [Exception_(title, text, _owner("quarantine"))]


def _corrections_refused(s: Situation) -> list[Exception_]:
    refused = s.corrections_refused
    if len(refused) < 2:
        return [
            Exception_(
                tr("Correction %(correction)s was not applied", correction=r.correction_id),
                r.text,
                _owner("corrections"),
            )
            for r in refused
        ]
    text = " ".join(f"{r.correction_id}: {r.text}" for r in refused)
    title = tr_n(
        "%(count)s correction was not applied", "%(count)s corrections were not applied", len(refused)
    )
    return [Exception_(title, text, _owner("corrections"))]


def critical_weeks(discrepancies: pl.DataFrame | None, week: str) -> tuple[str, ...]:
    """The weeks of the critical open discrepancies up to ``week``, oldest first."""
    if discrepancies is None:
        return ()
    mine = discrepancies.filter(pl.col("severity") == "critical", pl.col("iso_week") <= week)
    return tuple(mine["iso_week"].sort())


def _disagreeing(s: Situation) -> list[Exception_]:
    """Open discrepancies of the week, with the age of the oldest of any week."""
    count = s.critical_weeks.count(s.week)
    if not count:
        return []
    title = tr_n(
        "%(count)s contradiction between documents", "%(count)s contradictions between documents", count
    )
    text = tr(
        "Trains, ports and customs differ; open in all: %(number)s.",
        number=formats.number(len(s.critical_weeks)),
    )
    since = tr("The oldest is of week %(week)s.", week=s.critical_weeks[0])
    return [Exception_(title, text, _owner("discrepancies"), since)]


def _unsettled(s: Situation) -> list[Exception_]:
    return list(s.unsettled)


RULES: Mapping[str, Callable[[Situation], list[Exception_]]] = {
    # figures that somebody mended by hand and that are mended no longer are in doubt themselves
    "corrections": _corrections_refused,
    "outside": _outside,
    "target": _over_target,
    "trains": lambda s: _not_left(s) + _late_trains(s),
    "declarations": _undeclared,
    "contradictions": _disagreeing,
    "unsettled": _unsettled,
    "sources": _missing_sources,
    "quarantine": _held_back,
}
"""The rules by name, most urgent first."""
