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
from corridor_etl.reports.figures import Figure, figure
from corridor_etl.reports.series import Series
from corridor_etl.settings import Thresholds

LIMIT = 5
NONE = "Nothing outside its range this week."

OWNERS = {
    "throughput.teu": "train operator",
    "throughput.cargo_t": "train operator",
    "throughput.loaded_eastbound_pct": "train operator",
    "trade.value_cny": "customs broker",
    "transit.border_hours": "rail operations",
    "transit.door_to_door_days": "corridor operations desk",
    "departures": "train operator",
    "declarations": "customs broker",
    "sources": "data team",
    "quarantine": "data team",
    "corrections": "data team",
    "discrepancies": "corridor operations desk",
}
_UNITS = {"%": "%", "CNY m": " m", "h": " h", "days": " days", "t": " t", "TEU": " TEU"}


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
    unit = _UNITS[found.shown_unit]
    prefix = "CNY " if found.unit == "CNY" else ""
    text = f"{prefix}{found.text}{unit}, normal {found.range_text}."
    crossings = s.figures["transit.border_trips"].value
    if address == "transit.border_hours" and crossings:
        text = f"Mean {text[:-1]}; {formats.counted(crossings, 'container')}."
    return Exception_(f"{found.name} is outside its normal range", text, OWNERS[address], _since(s, address))


def _since(s: Situation, address: str) -> str:
    weeks, week = 1, shifted(s.week, -1)
    while weeks < s.thresholds.range_weeks and _side(s, address, week) == _side(s, address, s.week):
        weeks, week = weeks + 1, shifted(week, -1)
    return "New this week." if weeks == 1 else f"{weeks} weeks in a row outside the range."


def _side(s: Situation, address: str, week: str) -> str:
    return figure(s.series[address], week, s.thresholds).range_class


def _over_target(s: Situation) -> list[Exception_]:
    door = s.figures["transit.door_to_door_days"]
    if not wording.misses_target(door, s.target_days):
        return []
    inside, trips = (s.figures[f"transit.{n}"].value or 0 for n in ("within_target", "door_to_door_trips"))
    kept = f"{formats.part_of(inside, trips, 'container')} {formats.verb(inside, trips, 'was', 'were')}"
    text = f"Mean {door.text} days; {kept} within the target."
    return [
        Exception_(
            f"Door-to-door time is over {wording.plain(s.target_days)} days", text, OWNERS[door.address]
        )
    ]


def _late_trains(s: Situation) -> list[Exception_]:
    return [
        Exception_(
            f"Train {train_no} left {formats.lateness(delay_s)} {'late' if delay_s > 0 else 'early'}",
            f"Departed {formats.day(departed_on)}; the plan allows "
            f"{formats.lateness(int(s.thresholds.departure_on_time_minutes * 60))} either way.",
            OWNERS["departures"],
        )
        for train_no, departed_on, delay_s in s.late_trains
    ]  # fmt: skip


def _undeclared(s: Situation) -> list[Exception_]:
    laden, declared = (s.figures[f"match.{n}_boxes"].value for n in ("laden", "declared"))
    if not laden or laden == declared:
        return []
    count = laden - (declared or 0)
    some = declared or 0
    text = f"{formats.part_of(some, laden, 'loaded container')} {formats.verb(some, laden, 'is', 'are')} declared."
    title = f"{formats.counted(count, 'loaded container')} without a declaration"
    return [Exception_(title, text, OWNERS["declarations"], "Goods not declared are in no trade value.")]


def _missing_sources(s: Situation) -> list[Exception_]:
    return [
        Exception_(
            f"{name}: files are missing", f"{received} of {expected} expected files.", OWNERS["sources"]
        )
        for name, received, expected in s.missing
    ]


def _held_back(s: Situation) -> list[Exception_]:
    if not s.quarantine_open:
        return []
    title = f"{formats.counted(s.quarantine_open, 'row')} held back"
    text = "In quarantine, over all weeks; in no figure until corrected."
    return [Exception_(title, text, OWNERS["quarantine"])]


def _corrections_refused(s: Situation) -> list[Exception_]:
    refused = s.corrections_refused
    if len(refused) < 2:
        return [
            Exception_(f"Correction {r.correction_id} was not applied", r.text, OWNERS["corrections"])
            for r in refused
        ]
    text = " ".join(f"{r.correction_id}: {r.text}" for r in refused)
    return [Exception_(f"{len(refused)} corrections were not applied", text, OWNERS["corrections"])]


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
    title = f"{formats.counted(count, 'contradiction')} between documents"
    text = f"Trains, ports and customs differ; {formats.number(len(s.critical_weeks))} open in all."
    return [Exception_(title, text, OWNERS["discrepancies"], f"The oldest is of week {s.critical_weeks[0]}.")]


def _unsettled(s: Situation) -> list[Exception_]:
    return list(s.unsettled)


RULES: Mapping[str, Callable[[Situation], list[Exception_]]] = {
    # figures that somebody mended by hand and that are mended no longer are in doubt themselves
    "corrections": _corrections_refused,
    "outside": _outside,
    "target": _over_target,
    "trains": _late_trains,
    "declarations": _undeclared,
    "contradictions": _disagreeing,
    "unsettled": _unsettled,
    "sources": _missing_sources,
    "quarantine": _held_back,
}
"""The rules by name, most urgent first."""
