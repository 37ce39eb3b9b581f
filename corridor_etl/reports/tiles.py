"""The six tiles of an issue: value, on week, on year, and its normal range or target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from corridor_etl.reports import formats, verdicts, wording
from corridor_etl.reports.content import Tile
from corridor_etl.reports.figures import Change, Figure
from corridor_etl.reports.language import N_, tr, tr_n
from corridor_etl.settings import Settings

ON_TIME = "departures.on_time"
_DOOR = "transit.door_to_door_days"
_NAMES = {
    _DOOR: N_("Door to door, mean"),
    "trade.value_cny_westbound": N_("Trade, westbound"),
    "trade.value_cny_eastbound": N_("Trade, eastbound"),
    "match.declared_pct": N_("Boxes declared"),
}


def tiles(
    addresses: Sequence[str],
    figures: Mapping[str, Figure],
    settings: Settings,
    late: Sequence[tuple[str, date, int]],
) -> tuple[Tile, ...]:
    """The tiles of figures, in the order of ``addresses``; that of departures on time also tells of late trains."""
    target = settings.targets.door_to_door_days
    return tuple(
        _on_time(figures, settings, late) if a == ON_TIME else _tile(figures[a], target) for a in addresses
    )


def _tile(figure: Figure, target_days: float) -> Tile:
    verdict, tone = verdicts.verdict(figure), "bad" if figure.is_outside else ""
    if figure.address == _DOOR and wording.misses_target(figure, target_days):
        verdict, tone = tr("Target of %(days)s missed", days=formats.plain(target_days)), "bad"
    return Tile(
        name=tr(_NAMES[figure.address]) if figure.address in _NAMES else figure.name,
        value=figure.text,
        unit="" if figure.value is None else figure.shown_unit,
        lines=(_on_week(figure), _on_year(figure)),
        verdict=verdict,
        tone=tone,
        is_provisional=figure.maturity == "p" and figure.value is not None,
    )


def _on_week(figure: Figure) -> str:
    if figure.on_week.value is None:
        return tr("On week: not available")
    return tr("%(change)s on week", change=_change(figure, figure.on_week))


def _on_year(figure: Figure) -> str:
    if figure.on_year.value is None:
        return tr("On year: not available")
    return tr("%(change)s on year", change=_change(figure, figure.on_year))


def _change(figure: Figure, change: Change) -> str:
    size = change.text.lstrip(f"+{formats.MINUS}")
    if size[-1].isdigit():
        size = figure.scale.with_unit(size)
    return f"{change.arrow} {size}" if change.arrow else size


def _on_time(
    figures: Mapping[str, Figure], settings: Settings, late: Sequence[tuple[str, date, int]]
) -> Tile:
    on_time, timed, trains = (figures[f"departures.{n}"] for n in ("on_time", "timed", "trains"))
    lines = [_departed(trains)]
    if late:
        lines.append(_late(*late[0]))
    elif timed.value:
        lines.append(_times_known(trains.value or Decimal(0), timed.value))
    is_known = bool(timed.value)
    return Tile(
        name=tr("Departures on time"),
        value=f"{on_time.text}/{timed.text}" if is_known else formats.NOT_AVAILABLE,
        unit="",
        lines=tuple(lines),
        verdict=tr(
            "Target: all within %(window)s",
            window=formats.lateness(int(settings.thresholds.departure_on_time_minutes * 60)),
        ),
        tone="bad" if is_known and on_time.value != timed.value else "",
    )


def _departed(trains: Figure) -> str:
    if not trains.value:
        return tr("No departure recorded")
    return tr_n("%(count)s train departed", "%(count)s trains departed", trains.value)


def _late(train_no: str, _departed_on: date, delay_s: int) -> str:
    if delay_s > 0:
        return tr("%(train)s: %(delay)s late", train=train_no, delay=formats.lateness(delay_s))
    return tr("%(train)s: %(delay)s early", train=train_no, delay=formats.lateness(delay_s))


def _times_known(trains: Decimal, timed: Decimal) -> str:
    if trains != timed:
        return tr("%(number)s without times", number=formats.number(trains - timed))
    return tr("On time") if trains == 1 else tr("All on time")
