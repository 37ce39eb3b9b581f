"""Words about progress to the yearly targets; the progress itself is ``kpis.target_progress``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from corridor_etl.kpis.target_progress import TargetProgress
from corridor_etl.reference.calendar import weeks_in_year, weeks_so_far
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
    weeks = weeks_so_far(f"{week[:4]}-W{weeks_in_year(int(week[:4])):02d}")
    return Year(tuple(w for w in weeks if w <= week), tuple(weeks))


def targets(progress: TargetProgress, series: Mapping[str, Series], settings: Settings) -> tuple[Target, ...]:
    """Cargo weight, trade value and weeks within the transit target, this year so far."""
    cargo_t = Decimal(str(settings.targets.cargo_t_per_year))
    trade_cny = Decimal(str(settings.targets.added_trade_cny_per_year))
    cargo = _Amount(
        f"Cargo weight, target {formats.number(cargo_t)} t", Decimal(progress.cargo_g_ytd) / 10**6, cargo_t,
        "{} t", "{} t",
    )  # fmt: skip
    trade = _Amount(
        f"Trade, target CNY {formats.number(trade_cny / 10**6)} m",
        Decimal(progress.trade_cny_fen_ytd) / 10**8, trade_cny / 10**6, "CNY {} m", "CNY {} million",
    )  # fmt: skip
    return (
        _amount(cargo, series["throughput.cargo_t"], 1, progress.week),
        _amount(trade, series["trade.value_cny"], 10**6, progress.week),
        _weeks_within(progress, settings.targets.door_to_door_days),
    )


@dataclass(frozen=True)
class _Amount:
    """One yearly amount; the units hold ``{}`` where the number goes."""

    name: str
    reached: Decimal
    target: Decimal
    short_unit: str
    unit: str

    @property
    def done_pct(self) -> Decimal:
        """The reached part of the target, exact: it is rounded once, where it is shown."""
        return 100 * self.reached / self.target


def _amount(amount: _Amount, series: Series, per: int, week: str) -> Target:
    if not amount.reached:
        return Target(amount.name, formats.NOT_AVAILABLE, 0, "No data this year.")
    year = year_of(week)
    shown = amount.short_unit.format(formats.number(amount.reached))
    state = f"{shown} · {formats.number(amount.done_pct, 1)}%"
    filled = min(int(amount.done_pct), 100)
    if amount.done_pct >= 100:
        in_week = _reached_in(series, year, amount.target * per)
        return Target(amount.name, state, filled, f"Reached in week {in_week}.", "good")
    ahead = amount.reached - amount.target * year.gone_pct / 100
    side = "Ahead of" if ahead >= 0 else "Behind"
    note = f"{side} the even path by {amount.unit.format(formats.number(abs(ahead)))}."
    return Target(amount.name, state, filled, note, "")


def _reached_in(series: Series, year: Year, target: Decimal) -> int:
    total = Decimal(0)
    for week in year.so_far:
        total += series.value(week) or 0
        if total >= target:
            return int(week[-2:])
    return int(year.so_far[-1][-2:])


def _weeks_within(progress: TargetProgress, days: float) -> Target:
    name = f"Westbound weeks within {wording.plain(days)} days"
    kept, timed = progress.weeks_within_target, progress.weeks_timed
    if not timed:
        return Target(name, formats.NOT_AVAILABLE, 0, "No delivery with complete records this year.")
    filled = int(100 * kept / timed)
    tone = "good" if kept == timed else "bad" if filled < 50 else ""
    return Target(name, f"{kept} of {timed}", filled, "Target: every week's mean.", tone)


def trade_target_point(progress: TargetProgress, settings: Settings) -> str:
    """Trade of the year so far beside its target."""
    if not progress.trade_cny_fen_ytd:
        return "No trade is recorded this year."
    target = Decimal(str(settings.targets.added_trade_cny_per_year)) / 10**6
    reached = Decimal(progress.trade_cny_fen_ytd) / 10**8
    gone = formats.number(year_of(progress.week).gone_pct, 1)
    return (
        f"Trade this year reached CNY {formats.number(reached)} million, "
        f"{formats.number(100 * reached / target, 1)}% of the annual target of CNY {formats.number(target)} million "
        f"with {gone}% of the year gone."
    )


def cargo_point(progress: TargetProgress, settings: Settings) -> str:
    """Cargo of the year so far beside its target."""
    if not progress.cargo_g_ytd:
        return "No cargo is recorded this year."
    target, reached = Decimal(str(settings.targets.cargo_t_per_year)), Decimal(progress.cargo_g_ytd) / 10**6
    gone = formats.number(year_of(progress.week).gone_pct, 1)
    return (
        f"Cargo this year reached {formats.number(reached)} tonnes, "
        f"{formats.number(100 * reached / target, 1)}% of the {formats.number(target)}-tonne annual target "
        f"with {gone}% of the year gone."
    )
