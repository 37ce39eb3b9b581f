"""The notes of a weekly issue: how weeks, ranges, targets and flags are to be read."""

from __future__ import annotations

from datetime import datetime

from corridor_etl.reports import formats, wording
from corridor_etl.reports.outside import NOTE
from corridor_etl.reports.range import LIMIT_FACTOR
from corridor_etl.settings import Service, Settings


def notes(settings: Settings, published_at: datetime, issue: str) -> tuple[str, ...]:
    """One sentence or two each, in reading order. ``issue`` is what the addresses of its figures begin with,
    empty for readers who cannot follow them."""
    limits, target = settings.thresholds, wording.plain(settings.targets.door_to_door_days)
    planned = [_planned(s) for s in settings.services if s.status == "planned"]
    return (
        "Week: Monday to Sunday (ISO 8601). Throughput counts by the local date of departure, trade by the date of "
        "release, transit by the date of delivery or of leaving the border. Figures as of "
        f"{formats.long_date(published_at.date())}, {published_at:%H:%M} {_offset(published_at)}.",
        f"Normal range: natural process limits (mean ± {LIMIT_FACTOR} × mean moving range) of the previous "
        f"{limits.range_weeks} weeks, at least {limits.range_min_weeks} of them; where they have a trend, about "
        f"its line "
        "carried on by a week. A value inside it is no evidence of change, whatever its weekly percentage.",
        "Cargo weight is the gross weight of goods and packaging without the container. Door to door runs from the "
        f"gate-in at the origin to the gate-out at the destination, with a target of {target} days; empty "
        "containers are not in transit times.",
        f"A departure is on time within {formats.lateness(int(limits.departure_on_time_minutes * 60))} of its plan.",
        "TEU: twenty-foot equivalent unit. p: provisional. pp: percentage points. “:” not available, which is not "
        "zero. Totals are computed before rounding.",
        *([_explained(issue)] if issue else [NOTE]),
        *planned,
    )


def _explained(issue: str) -> str:
    return (
        f"Where a number comes from: corridor explain {issue}#throughput.teu ends at the lines of the files it was "
        "made of. The addresses of all figures are in figures.csv beside this page."
    )


def _planned(service: Service) -> str:
    return f"{service.name}: planned, no data yet."


def _offset(instant: datetime) -> str:
    text = f"{instant:%z}"
    hours, minutes = int(text[:3]), text[3:5]
    return f"UTC{'+' if hours >= 0 else formats.MINUS}{abs(hours)}{'' if minutes == '00' else ':' + minutes}"
