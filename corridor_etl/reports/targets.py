"""Progress to the yearly targets of the live service. The weekly figures themselves belong to ``figures``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from corridor_etl.reference.calendar import weeks_between
from corridor_etl.reports import formats, wording
from corridor_etl.reports.content import Target
from corridor_etl.reports.series import Series
from corridor_etl.settings import Settings


@dataclass(frozen=True)
class Year:
    """The ISO year of an issue: its weeks so far and all of them."""

    so_far: tuple[str, ...]
    weeks: tuple[str, ...]

    @property
    def gone_pct(self) -> Decimal:
        """The part of the year that has passed, in per cent."""
        return 100 * Decimal(len(self.so_far)) / len(self.weeks)


def year_of(week: str) -> Year:
    """The year a week belongs to."""
    last = date(int(week[:4]), 12, 28).isocalendar().week
    weeks = weeks_between(f"{week[:4]}-W01", f"{week[:4]}-W{last:02d}")
    return Year(tuple(w for w in weeks if w <= week), tuple(weeks))


def targets(series: Mapping[str, Series], week: str, settings: Settings) -> tuple[Target, ...]:
    """Cargo weight, trade value and weeks within the transit target, this year so far."""
    year = year_of(week)
    cargo = Decimal(str(settings.targets.cargo_t_per_year))
    trade = Decimal(str(settings.targets.added_trade_cny_per_year))
    return (
        _amount(series["throughput.cargo_t"], year, cargo, f"Cargo weight: {formats.number(cargo)} t", "t", 1),
        _amount(series["trade.value_cny"], year, trade, f"Trade value: CNY {formats.number(trade / 10**6)} million",
                "million", 10**6),
        _weeks_within(series["transit.door_to_door_days"], year, settings.targets.door_to_door_days),
    )  # fmt: skip


def _amount(series: Series, year: Year, target: Decimal, name: str, unit: str, per: int) -> Target:
    reached = series.over_weeks(year.so_far)
    if reached is None:
        return Target(name, formats.NOT_AVAILABLE, 0, "No data this year.")
    done = 100 * reached / target
    state = f"{formats.number(reached / per)} {'t · ' if unit == 't' else 'm · '}{formats.number(done, 1)}%"
    note = _pace(series, year, target, reached, unit, per)
    return Target(name, state, min(int(done), 100), note, "good" if done >= 100 else "")


def _pace(series: Series, year: Year, target: Decimal, reached: Decimal, unit: str, per: int) -> str:
    if reached >= target:
        return f"Reached in week {_reached_in(series, year, target)}."
    ahead = (reached - target * year.gone_pct / 100) / per
    side = "Ahead of" if ahead >= 0 else "Behind"
    return f"{side} the even path by {formats.number(abs(ahead))} {unit}."


def _reached_in(series: Series, year: Year, target: Decimal) -> int:
    total = Decimal(0)
    for week in year.so_far:
        total += series.value(week) or 0
        if total >= target:
            return int(week[-2:])
    return int(year.so_far[-1][-2:])


def _weeks_within(series: Series, year: Year, days: float) -> Target:
    name = f"Weeks within {wording.plain(days)} days door to door"
    values = series.values(year.so_far)
    if not values:
        return Target(name, formats.NOT_AVAILABLE, 0, "No delivery with complete records this year.")
    kept = sum(formats.rounded(v, 2) <= Decimal(str(days)) for v in values)
    mean = formats.number(series.over_weeks(year.so_far), 2)
    filled = int(100 * kept / len(values))
    tone = "good" if kept == len(values) else "bad" if filled < 50 else ""
    return Target(
        name, f"{kept} of {len(values)}", filled, f"Target: every week. Mean this year {mean} days.", tone
    )


def cargo_point(cargo: Series, week: str, settings: Settings) -> str:
    """Cargo of the year so far beside its target."""
    year = year_of(week)
    reached = cargo.over_weeks(year.so_far)
    target = Decimal(str(settings.targets.cargo_t_per_year))
    if reached is None:
        return "No cargo is recorded this year."
    return (
        f"Cargo this year reached {formats.number(reached)} tonnes, {formats.share(reached, target)} of the "
        f"{formats.number(target)}-tonne annual target with {formats.number(year.gone_pct, 1)}% of the year gone."
    )
