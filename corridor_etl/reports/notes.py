"""The notes of a weekly issue: how weeks, ranges, targets and flags are to be read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from corridor_etl.kpis import kpis
from corridor_etl.reports import formats
from corridor_etl.reports.language import listed, spoken, tr
from corridor_etl.reports.measures import BY_ADDRESS
from corridor_etl.reports.outside import NOTE
from corridor_etl.reports.range import LIMIT_FACTOR
from corridor_etl.settings import Service, Settings

CAVEATS_OF = ("balance", "declared_share")
"""The KPIs whose caveat a reader of headline figures must know; the dictionary has those of all."""


def notes(settings: Settings, published_at: datetime, issue: str) -> tuple[str, ...]:
    """One sentence or two each, in reading order. ``issue`` is what the addresses of its figures begin with,
    empty for readers who cannot follow them."""
    planned = [_planned(s) for s in settings.services if s.status == "planned"]
    return (
        _week(published_at),
        _normal_range(settings),
        tr(
            "Cargo weight is the gross weight of goods and packaging without the container. Door to door runs from "
            "the gate-in at the origin to the gate-out at the destination, with a target of %(days)s days; empty "
            "containers are not in transit times.",
            days=formats.plain(settings.targets.door_to_door_days),
        ),
        tr(
            "A departure is on time within %(window)s of its plan.",
            window=formats.lateness(int(settings.thresholds.departure_on_time_minutes * 60)),
        ),
        tr(
            "TEU: twenty-foot equivalent unit. p: provisional. pp: percentage points. “:” not available, which is not "
            "zero. Totals are computed before rounding."
        ),
        *_caveats(),
        _explained(issue) if issue else tr(NOTE),
        *planned,
    )


def redefined(addresses: Collection[str], shown: Sequence[str]) -> tuple[str, ...]:
    """The note on those of the figures ``shown`` that the issue before computed otherwise; nothing where none is."""
    names = [BY_ADDRESS[a].said_name for a in shown if a in addresses]
    if not names:
        return ()
    return (
        tr(
            "Computed otherwise than in the issue before, and not compared with what that said: %(figures)s.",
            figures=listed(names),
        ),
    )


def _week(published_at: datetime) -> str:
    return tr(
        "Week: Monday to Sunday (ISO 8601). Throughput counts by the local date of departure, trade by the date of "
        "release, transit by the date of delivery or of leaving the border. Figures as of %(date)s, %(time)s %(zone)s.",
        date=formats.long_date(published_at.date()),
        time=f"{published_at:%H:%M}",
        zone=_offset(published_at),
    )


def _normal_range(settings: Settings) -> str:
    limits = settings.thresholds
    return tr(
        "Normal range: natural process limits (mean ± %(factor)s × mean moving range) of the previous %(weeks)s weeks, "
        "at least %(least)s of them; where they have a trend, about its line carried on by a week. A value inside it "
        "is no evidence of change, whatever its weekly percentage.",
        factor=formats.number(LIMIT_FACTOR, 2),
        weeks=limits.range_weeks,
        least=limits.range_min_weeks,
    )


def _caveats() -> list[str]:
    known = kpis()
    return [
        tr("%(name)s: %(caveat)s", name=kpi.title.into(spoken()), caveat=kpi.caveat.into(spoken()))
        for kpi in (known[name] for name in CAVEATS_OF)
    ]


def _explained(issue: str) -> str:
    return tr(
        "Where a number comes from: %(command)s ends at the lines of the files it was made of. The addresses of "
        "all figures are in figures.csv beside this page.",
        command=f"corridor explain {issue}#throughput.teu",
    )


def _planned(service: Service) -> str:
    return tr("%(service)s: planned, no data yet.", service=service.name_in(spoken()))


def _offset(instant: datetime) -> str:
    text = f"{instant:%z}"
    hours, minutes = int(text[:3]), text[3:5]
    return f"UTC{'+' if hours >= 0 else formats.MINUS}{abs(hours)}{'' if minutes == '00' else ':' + minutes}"
