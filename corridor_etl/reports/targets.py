"""Words about progress to the yearly targets; the progress itself is ``kpis.target_progress``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from corridor_etl.kpis.target_progress import TargetProgress
from corridor_etl.reference.calendar import weeks_in_year, weeks_so_far
from corridor_etl.reports import formats, units
from corridor_etl.reports.content import Target
from corridor_etl.reports.language import N_, tr
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

    @property
    def gone(self) -> str:
        """That part as readers see it: ``88.5%``."""
        return formats.per_cent(formats.number(self.gone_pct, 1))

    @property
    def sentence(self) -> str:
        """How much of the year is gone."""
        return tr("%(part)s of the year has passed.", part=self.gone)


def year_of(week: str) -> Year:
    """The year a week belongs to."""
    weeks = weeks_so_far(f"{week[:4]}-W{weeks_in_year(int(week[:4])):02d}")
    return Year(tuple(w for w in weeks if w <= week), tuple(weeks))


def targets(progress: TargetProgress, series: Mapping[str, Series], settings: Settings) -> tuple[Target, ...]:
    """Cargo weight, trade value and weeks within the transit target, this year so far."""
    cargo_t = Decimal(str(settings.targets.cargo_t_per_year))
    trade_cny = Decimal(str(settings.targets.added_trade_cny_per_year))
    cargo = _Amount(
        N_("Cargo weight, target %(amount)s"), "t", Decimal(progress.cargo_g_ytd) / 10**6, cargo_t
    )
    trade = _Amount(
        N_("Trade, target %(amount)s"), "CNY", Decimal(progress.trade_cny_fen_ytd) / 100, trade_cny
    )
    return (
        _amount(cargo, series["throughput.cargo_t"], progress.week),
        _amount(trade, series["trade.value_cny"], progress.week),
        _weeks_within(progress, settings.targets.door_to_door_days),
    )


@dataclass(frozen=True)
class _Amount:
    """One yearly amount in ``unit``; ``name`` is a message with the target as ``amount``."""

    name: str
    unit: str
    reached: Decimal
    target: Decimal

    @property
    def done_pct(self) -> Decimal:
        """The reached part of the target, exact: it is rounded once, where it is shown."""
        return 100 * self.reached / self.target

    def text(self, amount: Decimal, *, is_long: bool = False) -> str:
        """An amount as readers see it."""
        scale = units.scale(self.unit, amount)
        return scale.with_unit(scale.number(amount), is_long=is_long)


def _amount(amount: _Amount, series: Series, week: str) -> Target:
    name = tr(amount.name, amount=units.target_amount(amount.unit, amount.target))
    if not amount.reached:
        return Target(name, formats.NOT_AVAILABLE, 0, tr("No data this year."))
    year = year_of(week)
    done = formats.per_cent(formats.number(amount.done_pct, 1))
    state = f"{amount.text(amount.reached)} · {done}"
    filled = min(int(amount.done_pct), 100)
    if amount.done_pct >= 100:
        in_week = _reached_in(series, year, amount.target)
        return Target(name, state, filled, tr("Reached in week %(week)s.", week=in_week), "good")
    ahead = amount.reached - amount.target * year.gone_pct / 100
    side = (
        N_("Ahead of the even path by %(amount)s.")
        if ahead >= 0
        else N_("Behind the even path by %(amount)s.")
    )
    return Target(name, state, filled, tr(side, amount=amount.text(abs(ahead), is_long=True)), "")


def _reached_in(series: Series, year: Year, target: Decimal) -> int:
    total = Decimal(0)
    for week in year.so_far:
        total += series.value(week) or 0
        if total >= target:
            return int(week[-2:])
    return int(year.so_far[-1][-2:])


def _weeks_within(progress: TargetProgress, days: float) -> Target:
    name = tr("Westbound weeks within %(days)s days", days=formats.plain(days))
    kept, timed = progress.weeks_within_target, progress.weeks_timed
    if not timed:
        return Target(name, formats.NOT_AVAILABLE, 0, tr("No delivery with complete records this year."))
    filled = int(100 * kept / timed)
    tone = "good" if kept == timed else "bad" if filled < 50 else ""
    return Target(
        name,
        tr("%(part)s of %(whole)s", part=kept, whole=timed),
        filled,
        tr("Target: every week's mean."),
        tone,
    )


def trade_target_point(progress: TargetProgress, settings: Settings) -> str:
    """Trade of the year so far beside its target."""
    if not progress.trade_cny_fen_ytd:
        return tr("No trade is recorded this year.")
    target = Decimal(str(settings.targets.added_trade_cny_per_year))
    reached = Decimal(progress.trade_cny_fen_ytd) / 100
    scale = units.scale("CNY", reached)
    return tr(
        "Trade this year reached %(reached)s, %(done)s of the annual target of %(target)s, with %(gone)s of the year "
        "gone.",
        reached=scale.with_unit(scale.number(reached), is_long=True),
        done=formats.per_cent(formats.number(100 * reached / target, 1)),
        target=units.target_amount("CNY", target),
        gone=year_of(progress.week).gone,
    )


def cargo_point(progress: TargetProgress, settings: Settings) -> str:
    """Cargo of the year so far beside its target."""
    if not progress.cargo_g_ytd:
        return tr("No cargo is recorded this year.")
    target, reached = Decimal(str(settings.targets.cargo_t_per_year)), Decimal(progress.cargo_g_ytd) / 10**6
    return tr(
        "Cargo this year reached %(reached)s, %(done)s of the annual target of %(target)s, with %(gone)s of the "
        "year gone.",
        reached=units.scale("t").with_unit(formats.number(reached), is_long=True),
        done=formats.per_cent(formats.number(100 * reached / target, 1)),
        target=units.target_amount("t", target),
        gone=year_of(progress.week).gone,
    )
