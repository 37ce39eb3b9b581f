"""The six tiles of an issue: value, on week, on year, and its normal range or target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from corridor_etl.reports import formats, wording
from corridor_etl.reports.content import Tile
from corridor_etl.reports.figures import Change, Figure
from corridor_etl.settings import Settings

ON_TIME = "departures.on_time"
_NAMES = {
    "transit.door_to_door_days": "Door to door, mean",
    "trade.value_cny_westbound": "Trade, westbound",
    "trade.value_cny_eastbound": "Trade, eastbound",
    "match.declared_pct": "Boxes declared",
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
    verdict, tone = wording.verdict(figure), "bad" if figure.is_outside else ""
    if figure.address == "transit.door_to_door_days" and wording.misses_target(figure, target_days):
        verdict, tone = f"Target of {wording.plain(target_days)} missed", "bad"
    return Tile(
        name=_NAMES.get(figure.address, figure.name),
        value=figure.text,
        unit="" if figure.value is None else figure.shown_unit,
        lines=(_line(figure, figure.on_week, "on week"), _line(figure, figure.on_year, "on year")),
        verdict=verdict,
        tone=tone,
        is_provisional=figure.maturity == "p" and figure.value is not None,
    )


def _line(figure: Figure, change: Change, base: str) -> str:
    if change.value is None:
        return f"{base.capitalize()}: not available"
    size = change.text.lstrip(f"+{formats.MINUS}")
    if size[-1].isdigit():
        size = f"{size} {figure.shown_unit}"
    return f"{change.arrow} {size} {base}" if change.arrow else f"{size} {base}"


def _on_time(
    figures: Mapping[str, Figure], settings: Settings, late: Sequence[tuple[str, date, int]]
) -> Tile:
    on_time, timed, trains = (figures[f"departures.{n}"] for n in ("on_time", "timed", "trains"))
    window = formats.lateness(int(settings.thresholds.departure_on_time_minutes * 60))
    lines = [
        f"{formats.counted(trains.value, 'train')} departed" if trains.value else "No departure recorded"
    ]
    if late:
        train_no, _, delay_s = late[0]
        lines.append(f"{train_no}: {formats.lateness(delay_s)} {'late' if delay_s > 0 else 'early'}")
    elif timed.value:
        untimed = formats.number((trains.value or 0) - timed.value)
        is_all = timed.value == trains.value
        lines.append(
            "On time" if trains.value == 1 else "All on time" if is_all else f"{untimed} without times"
        )
    is_known = bool(timed.value)
    tone = "bad" if is_known and on_time.value != timed.value else ""
    value = f"{on_time.text}/{timed.text}" if is_known else formats.NOT_AVAILABLE
    return Tile("Departures on time", value, "", tuple(lines), f"Target: all within {window}", tone)
