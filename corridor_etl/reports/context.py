"""Builds everything one issue says from marts and ledger frames: which figures, sentences, tables and charts.

Which of them an edition has is said by ``editions``, what they are by ``content``. Headline figures are those of the
live service, both directions. A rebuild from the same data gives the same context.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from corridor_etl.kpis.target_progress import TargetProgress, target_progress
from corridor_etl.reference.calendar import monday
from corridor_etl.reports import (
    ahead,
    attention,
    chart_data,
    corrections,
    flows_table,
    formats,
    goods,
    outside,
    points,
    revisions,
    statements,
    tables,
    tiles,
    wording,
)
from corridor_etl.reports.content import Change, Chart, Table, WeeklyContext
from corridor_etl.reports.editions import INTERNAL, WEEKLY, Edition, edition
from corridor_etl.reports.figures import Figure, figures
from corridor_etl.reports.gate import Verdict, judge
from corridor_etl.reports.language import speaking, spoken, tr, tr_in
from corridor_etl.reports.measures import BOOKING, BY_ADDRESS, TRADE
from corridor_etl.reports.notes import notes, redefined
from corridor_etl.reports.planned import Planned, noted, planned
from corridor_etl.reports.report_data import ReportData
from corridor_etl.reports.series import Series, history
from corridor_etl.reports.targets import cargo_point, targets, trade_target_point, year_of
from corridor_etl.reports.unsettled import unsettled
from corridor_etl.settings import Settings

__all__ = ["WeeklyContext", "weekly_context"]

FINAL_AFTER_DAYS = 30  # declarations of a week are taken as complete this long after its end


@dataclass(frozen=True)
class _Known:
    """One week's data, worked out once."""

    edition: Edition
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
    def verdict(self) -> Verdict:
        """What the gate says of the week."""
        return judge(self.week, self.data, self.numbers, self.edition.gate, self.settings)

    @property
    def planned(self) -> Planned:
        """The trains of the timetable."""
        return planned(self.data.marts, self.live, self.week)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What a revision changes."""
        if self.data.correction is None:
            return ()
        published, since = self.data.correction.published, self.data.correction.changes
        told = {a: f for a, f in self.numbers.items() if f.maturity != outside.WITHHELD}
        return revisions.changed(self.week, published, told, since, self.live)

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
    edition_id: str = WEEKLY,
    audience: str = "internal",
    language: str = "en",
) -> WeeklyContext:
    """The issue of a week. ``published_at`` is the scheduled instant, shown in the report's zone.

    Every word of it is in ``language``; the figures' values and classes are the same in each.
    """
    published_at = published_at.astimezone(settings.report_zone)
    kind = edition(edition_id).seen_by(audience)
    seen = data if audience == INTERNAL else outside.for_others(data)
    with speaking(language):
        known = _known(kind, week, seen, settings, published_at.date())
        return WeeklyContext(
            edition=edition_id,
            audience=audience,
            week=week,
            revision=revision,
            language=language,
            languages=kind.made_in(settings.reports.languages),
            issue_no=issue_no,
            snapshot=snapshot,
            published_at=published_at,
            **_frame(known, published_at, revision, is_internal=audience == INTERNAL),
            **_words(known),
            **_blocks(known),
        )


def _frame(known: _Known, published_at: datetime, revision: int, *, is_internal: bool) -> dict[str, Any]:
    kind, week, settings = known.edition, known.week, known.settings
    name = settings.corridor.name_in(spoken())
    return {
        "next_issue_on": published_at.date() + timedelta(weeks=1),
        "title": tr(kind.title),
        "mast": tr("%(corridor)s %(edition)s", corridor=name, edition=tr_in("masthead", kind.label)),
        "blocks": kind.blocks,
        "corridor_name": name,
        "operator": settings.corridor.operator_in(spoken()),
        "contact": settings.corridor.contact,
        "dates": formats.days_of_week(monday(week)),
        "notice": statements.notice(
            revisions.notice(known.changes, revision), is_final=known.is_final or not is_internal
        ),
        "subject": wording.subject(known.numbers, week, revision, label=kind.label, lead=kind.headline),
        "notes": (
            *notes(settings, published_at, f"{kind.id}/{week}/r{revision}" if is_internal else ""),
            *redefined(known.data.past.redefined, kind.key_figures),
        ),
    }


def _known(kind: Edition, week: str, data: ReportData, settings: Settings, published_on: date) -> _Known:
    live, limits = settings.live_service.id, settings.thresholds
    series = data.series(live)
    provisional = _provisional_weeks([*series["trade.value_cny"].weeks, week], published_on)
    return _Known(
        edition=kind,
        week=week,
        data=data,
        settings=settings,
        series=series,
        numbers=outside.with_withheld(
            figures(series, week, limits, is_final=week not in provisional), kind.withheld
        ),
        provisional=provisional,
        late=tables.late_trains(data.departures, live, week, limits),
    )


def _words(known: _Known) -> dict[str, Any]:
    numbers = known.numbers
    blocks = known.edition.blocks
    found, more = attention.exceptions(_situation(known)) if "attention" in blocks else ((), 0)
    has_data = "data" in blocks
    return {
        "headline": wording.headline(numbers, known.week, known.target_days, lead=known.edition.headline),
        "points": _points(known),
        "partial": known.verdict.notice,
        "held": known.verdict.held,
        "changes": known.changes,
        "revised": revisions.quality(
            known.data.past, known.data.marts, known.live, known.edition.key_figures
        ),
        "triangle": revisions.triangle(known.data.past.vintages, known.week),
        "attention": found,
        "attention_more": more,
        "year_gone": year_of(known.week).sentence,
        "match": statements.match(numbers) if has_data else "",
        "balance": statements.balance(**dataclasses.asdict(known.data.balance)),
        "corrections": corrections.sentence(known.data.corrections, known.week) if has_data else "",
        "quality": tables.quality_sentence(known.data.checks, known.data.quarantine_open) if has_data else "",
    }


def _situation(known: _Known) -> attention.Situation:
    return attention.Situation(
        week=known.week,
        rules=known.edition.attention,
        watched=known.edition.watched,
        figures=known.numbers,
        series=known.series,
        thresholds=known.settings.thresholds,
        target_days=known.target_days,
        late_trains=known.late,
        planned=known.planned,
        missing=tables.sources(known.data.coverage, known.week, known.settings)[1],
        quarantine_open=known.data.quarantine_open,
        corrections_refused=corrections.refused(known.data.corrections, known.week),
        critical_weeks=attention.critical_weeks(known.data.discrepancies, known.week),
        unsettled=unsettled(known.data.discrepancies, known.week),
    )


def _blocks(known: _Known) -> dict[str, Any]:
    told = history(known.series, known.week, {a: f.value for a, f in known.numbers.items()})
    return {
        "tiles": tiles.tiles(known.edition.tiles, known.numbers, known.settings, known.late),
        "targets": targets(known.progress, known.series, known.settings)
        if "targets" in known.edition.blocks
        else (),
        "figures": tuple(known.numbers.values()),
        "history": told,
        "definitions": {address: BY_ADDRESS[address].formula for address in told},
        "tables": _tables(known, known.edition.tables),
        "background": _tables(known, known.edition.background),
        "charts": _charts(known),
    }


def _charts(known: _Known) -> tuple[Chart, ...]:
    week, series, numbers, limits = known.week, known.series, known.numbers, known.settings.thresholds
    makers: dict[str, Callable[[], Chart]] = {
        "throughput": lambda: chart_data.throughput_chart(series, numbers, week, limits),
        "legs": lambda: chart_data.legs_chart(series, numbers, week, limits, known.target_days),
        "trade": lambda: chart_data.trade_chart(series, numbers, week, provisional=known.provisional),
    }
    found = (makers[name]() for name in known.edition.charts)
    return tuple(dataclasses.replace(chart, number=n) for n, chart in enumerate(found, start=1))


def _provisional_weeks(weeks: Iterable[str], published_on: date) -> tuple[str, ...]:
    # A week without a declaration so far is as provisional as any: the papers may still come.
    still = {w for w in weeks if monday(w) + timedelta(days=7 + FINAL_AFTER_DAYS) > published_on}
    return tuple(sorted(still))


def _tables(known: _Known, names: Sequence[str]) -> dict[str, Table]:
    data, week, limits = known.data, known.week, known.settings.thresholds
    series, numbers, live = known.series, known.numbers, known.live
    makers: dict[str, Callable[[], Table | None]] = {
        "key": lambda: tables.key_figures(known.edition.key_figures, series, numbers, week, limits),
        "departures": lambda: noted(tables.departures(data.departures, live, week, limits), known.planned),
        "legs": lambda: tables.legs(series, numbers, week, limits),
        "comparison": lambda: tables.comparison(data.marts, week, known.settings),
        "flows": lambda: flows_table.flows(data.marts[TRADE], live, week, known.settings.corridor.fx_policy),
        "goods": lambda: goods.goods(data.marts[TRADE], live, week, is_final=known.is_final),
        "ahead": lambda: ahead.ahead(data.marts.get(BOOKING), live, week),
        "sources": lambda: tables.sources(data.coverage, week, known.settings)[0],
        "disclosed": lambda: outside.disclosed_table(data.disclosed),
        "changes": lambda: revisions.changes_table(known.changes),
        "revisions": lambda: revisions.revisions_table(_revised(known)),
    }
    present = [t for name in names if (t := makers[name]()) is not None]
    return {t.id: dataclasses.replace(t, number=n) for n, t in enumerate(present, start=1)}


def _revised(known: _Known) -> tuple[Change, ...]:
    kind = known.edition
    return revisions.since(known.data.past, known.data.marts, known.live, kind.key_figures, kind.revised_pct)


def _points(known: _Known) -> tuple[str, ...]:
    numbers = known.numbers
    makers: dict[str, Callable[[], str]] = {
        "throughput": lambda: points.throughput_point(numbers, known.week),
        "trade": lambda: points.trade_point(numbers, known.week, _largest(known)),
        "cargo": lambda: cargo_point(known.progress, known.settings),
        "trade_target": lambda: trade_target_point(known.progress, known.settings),
        "transit": lambda: points.transit_point(numbers, known.target_days),
        "declared": lambda: statements.match(numbers),
    }
    return tuple(makers[name]() for name in known.edition.points)


def _largest(known: _Known) -> dict[str, str]:
    return goods.largest(known.data.marts[TRADE], known.live, known.week)
