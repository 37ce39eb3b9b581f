"""Everything one weekly issue says, as frozen data: built from marts and ledger frames, stored as JSON.

Headline figures are those of the live service, both directions. Templates only place what is here; a rebuild from
the same data gives the same context.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from corridor_etl import __version__
from corridor_etl.kpis.target_progress import TargetProgress, target_progress
from corridor_etl.reference.calendar import monday
from corridor_etl.reports import (
    attention,
    chart_data,
    corrections,
    flows_table,
    formats,
    goods,
    tables,
    tiles,
    wording,
)
from corridor_etl.reports.content import Chart, Exception_, Table, Target, Tile
from corridor_etl.reports.figures import Figure, figures
from corridor_etl.reports.measures import TRADE
from corridor_etl.reports.notes import notes
from corridor_etl.reports.report_data import ReportData
from corridor_etl.reports.series import Series, history, service_series
from corridor_etl.reports.targets import cargo_point, targets, year_of
from corridor_etl.reports.unsettled import unsettled
from corridor_etl.settings import Settings

EDITION = "weekly"
TEMPLATE_VERSION = "1"
FINAL_AFTER_DAYS = 30  # declarations of a week are taken as complete this long after its end


@dataclass(frozen=True)
class WeeklyContext:
    """One issue of the weekly edition. ``history``: address of a figure -> week -> its value as known now."""

    edition: str
    week: str
    revision: int
    language: str
    issue_no: int
    snapshot: int
    published_at: datetime
    next_issue_on: date
    corridor_name: str
    operator: str
    contact: str
    dates: str
    notice: str
    partial: str
    headline: str
    subject: str
    points: tuple[str, ...]
    tiles: tuple[Tile, ...]
    attention: tuple[Exception_, ...]
    attention_more: int
    year_gone: str
    targets: tuple[Target, ...]
    figures: tuple[Figure, ...]
    tables: Mapping[str, Table]
    charts: tuple[Chart, ...]
    match: str
    quality: str
    corrections: str
    balance: str
    notes: tuple[str, ...]
    history: Mapping[str, Mapping[str, Decimal | None]]
    package_version: str = __version__
    template_version: str = TEMPLATE_VERSION

    @property
    def report_key(self) -> str:
        """``weekly/2025-W24/r0/en``: edition, week, revision and language."""
        return f"{self.edition}/{self.week}/r{self.revision}/{self.language}"

    @property
    def preheader(self) -> str:
        """What a mail program shows beside the subject."""
        return self.headline

    def figure(self, address: str) -> Figure:
        """The figure of an address."""
        return next(f for f in self.figures if f.address == address)

    def chart(self, chart_id: str) -> Chart:
        """The chart of an id."""
        return next(c for c in self.charts if c.id == chart_id)

    def to_json(self) -> str:
        """The context as JSON with sorted keys; decimals as exact text, instants in ISO 8601."""
        return json.dumps(
            dataclasses.asdict(self), default=_plain, ensure_ascii=False, sort_keys=True, indent=1
        )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"a context holds a {type(value).__name__}")


@dataclass(frozen=True)
class _Known:
    """One week's data, worked out once."""

    week: str
    data: ReportData
    settings: Settings
    series: Mapping[str, Series]
    numbers: Mapping[str, Figure]
    provisional: tuple[str, ...]
    late: list[tuple[str, date, int]]

    @property
    def live(self) -> str:
        return self.settings.live_service.id

    @property
    def is_final(self) -> bool:
        return self.week not in self.provisional

    @property
    def progress(self) -> TargetProgress:
        return target_progress(self.data.marts, self.live, self.week, self.settings)

    @property
    def target_days(self) -> float:
        return self.settings.targets.door_to_door_days


def weekly_context(
    week: str,
    data: ReportData,
    settings: Settings,
    *,
    issue_no: int,
    revision: int,
    published_at: datetime,
    snapshot: int,
) -> WeeklyContext:
    """The issue of a week. ``published_at`` is the scheduled instant, shown in the report's zone."""
    published_at = published_at.astimezone(settings.report_zone)
    known = _known(week, data, settings, published_at.date())
    return WeeklyContext(
        edition=EDITION,
        week=week,
        revision=revision,
        language="en",
        issue_no=issue_no,
        snapshot=snapshot,
        published_at=published_at,
        next_issue_on=published_at.date() + timedelta(weeks=1),
        corridor_name=settings.corridor.name,
        operator=settings.corridor.operator,
        contact=settings.corridor.contact,
        dates=formats.days_of_week(monday(week)),
        notice=wording.notice(revision, is_final=known.is_final),
        subject=wording.subject(known.numbers, week, revision),
        notes=notes(settings, published_at, f"{EDITION}/{week}/r{revision}"),
        **_words(known),
        **_blocks(known),
    )


def _known(week: str, data: ReportData, settings: Settings, published_on: date) -> _Known:
    live, limits = settings.live_service.id, settings.thresholds
    series = service_series(data.marts, live)
    provisional = _provisional_weeks([*series["trade.value_cny"].weeks, week], published_on)
    return _Known(
        week=week,
        data=data,
        settings=settings,
        series=series,
        numbers=figures(series, week, limits, is_final=week not in provisional),
        provisional=provisional,
        late=tables.late_trains(data.departures, live, week, limits),
    )


def _words(known: _Known) -> dict[str, Any]:
    numbers = known.numbers
    found, more = attention.exceptions(_situation(known))
    return {
        "headline": wording.headline(numbers, known.week, known.target_days),
        "points": _points(known),
        "partial": wording.partial(numbers, known.settings.thresholds.match_rate_min_pct),
        "attention": found,
        "attention_more": more,
        "year_gone": f"{formats.number(year_of(known.week).gone_pct, 1)}% of the year has passed.",
        "match": wording.match(numbers),
        "balance": wording.balance(**dataclasses.asdict(known.data.balance)),
        "corrections": corrections.sentence(known.data.corrections, known.week),
        "quality": tables.quality_sentence(known.data.checks, known.data.quarantine_open),
    }


def _situation(known: _Known) -> attention.Situation:
    return attention.Situation(
        week=known.week,
        figures=known.numbers,
        series=known.series,
        thresholds=known.settings.thresholds,
        target_days=known.target_days,
        late_trains=known.late,
        missing=tables.sources(known.data.coverage, known.week, known.settings)[1],
        quarantine_open=known.data.quarantine_open,
        corrections_refused=corrections.refused(known.data.corrections, known.week),
        critical_weeks=attention.critical_weeks(known.data.discrepancies, known.week),
        unsettled=unsettled(known.data.discrepancies, known.week),
    )


def _blocks(known: _Known) -> dict[str, Any]:
    week, series, numbers = known.week, known.series, known.numbers
    limits = known.settings.thresholds
    return {
        "tiles": tiles.tiles(numbers, known.settings, known.late),
        "targets": targets(known.progress, series, known.settings),
        "figures": tuple(numbers.values()),
        "history": history(series, week, {address: f.value for address, f in numbers.items()}),
        "tables": _tables(known),
        "charts": (
            chart_data.throughput_chart(series, numbers, week, limits),
            chart_data.legs_chart(series, numbers, week, limits, known.target_days),
            chart_data.trade_chart(series, numbers, week, provisional=known.provisional),
        ),
    }


def _provisional_weeks(weeks: Iterable[str], published_on: date) -> tuple[str, ...]:
    # A week without a declaration so far is as provisional as any: the papers may still come.
    still = {w for w in weeks if monday(w) + timedelta(days=7 + FINAL_AFTER_DAYS) > published_on}
    return tuple(sorted(still))


def _tables(known: _Known) -> dict[str, Table]:
    data, week, limits = known.data, known.week, known.settings.thresholds
    found = (
        tables.key_figures(known.series, known.numbers, week, limits),
        tables.departures(data.departures, known.live, week, limits),
        tables.legs(known.series, known.numbers, week, limits),
        tables.comparison(data.marts, week, known.settings),
        flows_table.flows(data.marts[TRADE], known.live, week),
        goods.goods(data.marts[TRADE], known.live, week, is_final=known.is_final),
        tables.sources(data.coverage, week, known.settings)[0],
    )
    present = [t for t in found if t is not None]
    return {t.id: dataclasses.replace(t, number=n) for n, t in enumerate(present, start=1)}


def _points(known: _Known) -> tuple[str, ...]:
    largest = goods.largest(known.data.marts[TRADE], known.live, known.week)
    return (
        wording.throughput_point(known.numbers, known.week),
        wording.trade_point(known.numbers, known.week, largest),
        cargo_point(known.progress, known.settings),
        wording.transit_point(known.numbers, known.target_days),
    )
