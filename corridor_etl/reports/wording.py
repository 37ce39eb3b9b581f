"""Sentences of an issue, made from its figures and never typed.

A verb of change is used only for a value outside its normal range; a comparison names its base. Which figures
there are belongs to ``figures``; exceptions belong to ``attention``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from corridor_etl.reports import formats
from corridor_etl.reports.figures import Change, Figure

HEADLINE_LIMIT = 120
SUBJECT_LIMIT = 70
ALT_LIMIT = 250

Figures = Mapping[str, Figure]

_DANGLING = re.compile(r"[ ,;]+(?:and|or|of|in|with|the)$")
_LEVEL_TAIL = {
    "above": ", above its normal range",
    "below": ", below its normal range",
    "high": ", high but within the normal range",
    "low": ", low but within the normal range",
    "in line": ", in line with recent weeks",
    "none": "",
}
_RANGE_SENTENCE = {
    "above": "this is above the range of normal weeks",
    "below": "this is below the range of normal weeks",
    "high": "this is inside the range of normal weeks",
    "low": "this is inside the range of normal weeks",
    "in line": "this is inside the range of normal weeks",
}


def headline(figures: Figures, week: str, target_days: float, *, lead: str = "throughput") -> str:
    """The level of what an edition leads with, whether it is normal, and the one signal beside it."""
    return _trade_headline(figures, week) if lead == "trade" else _moved_headline(figures, week, target_days)


def _moved_headline(figures: Figures, week: str, target_days: float) -> str:
    teu = figures["throughput.teu"]
    level = f"{teu.text} TEU moved{_LEVEL_TAIL[teu.range_class]}"
    if teu.value is None:
        level = f"No departure is recorded for week {int(week[-2:])} of {week[:4]}"
    border, target = border_phrase(figures), target_phrase(figures, target_days)
    short = target_phrase(figures, target_days, is_short=True)
    choices: tuple[list[str], ...] = ([border, target], [border, short], [border], [])
    texts = [f"{level}; {' and '.join(t)}" if (t := [w for w in c if w]) else level for c in choices]
    return next(text for text in texts if len(text) <= HEADLINE_LIMIT)


def _trade_headline(figures: Figures, week: str) -> str:
    value, declared, laden = (
        figures[a] for a in ("trade.value_cny", "match.declared_boxes", "match.laden_boxes")
    )
    level = f"Goods worth CNY {value.text} million{_LEVEL_TAIL[value.range_class]}"
    if value.value is None:
        level = f"No declaration was released in week {int(week[-2:])} of {week[:4]}"
    if not laden.value:
        return level
    some = declared.value or 0
    part = formats.part_of(some, laden.value, "loaded container")
    return f"{level}; {part} {formats.verb(some, laden.value, 'is', 'are')} declared"


def border_phrase(figures: Figures) -> str:
    """The border crossing where it is outside its range, else nothing."""
    border = figures["transit.border_hours"]
    verb = {"above": "slowed to", "below": "sped up to"}.get(border.range_class)
    return f"border crossing {verb} {border.text} hours" if verb else ""


def target_phrase(figures: Figures, target_days: float, *, is_short: bool = False) -> str:
    """Whether the mean door-to-door time kept its target; nothing without deliveries."""
    missed = misses_target(figures["transit.door_to_door_days"], target_days)
    if missed is None:
        return ""
    verb, target = "missed" if missed else "met", f"{plain(target_days)}-day target"
    return f"the {target} was {verb}" if is_short else f"door-to-door time {verb} its {target}"


def misses_target(door: Figure, target_days: float) -> bool | None:
    """Whether the mean as shown is over the target; None without a value."""
    if door.value is None:
        return None
    return formats.rounded(door.value, 2) > Decimal(str(target_days))


def subject(
    figures: Figures,
    week: str,
    revision: int = 0,
    *,
    label: str = "corridor weekly",
    lead: str = "throughput",
) -> str:
    """Week, edition, what it leads with and its change, and what else fits, in at most 70 characters."""
    start = f"{'Corrected: ' if revision else ''}{week} {label}: "
    parts = _trade_subject(figures) if lead == "trade" else _moved_subject(figures)
    while len(parts) > 1 and len(start + ", ".join(parts)) > SUBJECT_LIMIT:
        parts.pop()
    return start + ", ".join(parts)


def _moved_subject(figures: Figures) -> list[str]:
    teu, border = figures["throughput.teu"], figures["transit.border_hours"]
    change = f" ({teu.on_week.text})" if teu.on_week.value is not None else ""
    moved = "no departure recorded" if teu.value is None else f"{teu.text} TEU{change}"
    signal = {"above": "border slow", "below": "border fast"}.get(border.range_class, "")
    return [part for part in (moved, _worth(figures["trade.value_cny"]), signal) if part]


def _trade_subject(figures: Figures) -> list[str]:
    value, declared = figures["trade.value_cny"], figures["match.declared_pct"]
    change = f" ({value.on_week.text})" if value.on_week.value is not None else ""
    worth = f"{_worth(value)}{change}" if value.value is not None else "no declaration released"
    return [worth, *([] if declared.value is None else [f"{declared.text}% declared"])]


def _worth(value: Figure) -> str:
    return "" if value.value is None else f"CNY {value.text} m{' p' if value.maturity == 'p' else ''}"


def throughput_point(figures: Figures, week: str) -> str:
    """How much moved, against the week before and the same week last year, and its range."""
    teu, boxes, trains = (figures[a] for a in ("throughput.teu", "throughput.boxes", "departures.trains"))
    if teu.value is None:
        return "No train of the service has a recorded departure in this week; throughput is not available."
    moved = f"{teu.text} TEU moved in {formats.counted(boxes.value or 0, 'container')}"
    if trains.value:
        moved += f" on {formats.counted(trains.value, 'train')}"
    compared = _compared(teu, week)
    inside = _RANGE_SENTENCE.get(teu.range_class)
    return f"{moved}{compared}{f'; {inside} ({teu.range_text})' if inside else ''}."


def trade_point(figures: Figures, week: str, largest: Mapping[str, str]) -> str:
    """What the goods were worth and the largest chapters; ``largest`` is direction word -> goods."""
    value = figures["trade.value_cny"]
    if value.value is None:
        return "No customs declaration was released in this week; the trade value is not available."
    mark = " (provisional)" if value.maturity == "p" else ""
    goods = " and ".join(f"{name} {direction}" for direction, name in largest.items())
    tail = f"; the largest group{'s were' if len(largest) > 1 else ' was'} {goods}" if goods else ""
    return f"Goods were worth CNY {value.text} million{mark}{_compared(value, week, 'CNY {} million')}{tail}."


def transit_point(figures: Figures, target_days: float) -> str:
    """Door to door against its target, and the border against its range."""
    door, border = figures["transit.door_to_door_days"], figures["transit.border_hours"]
    text = _door_to_door(figures, target_days)
    if border.value is None:
        return f"{text}{'; transit time is not available' if door.value is None else ''}."
    normal = f" (normal {border.range_text})" if border.range_class != "none" else ""
    return f"{text}; border crossing averaged {border.text} hours{normal}."


def _door_to_door(figures: Figures, target_days: float) -> str:
    door, target = figures["transit.door_to_door_days"], plain(target_days)
    if door.value is None:
        return "No container with complete gate records was delivered in this week"
    ways = {d: figures[f"transit.door_to_door_days_{d}"] for d in ("westbound", "eastbound")}
    known = {d: way.text for d, way in ways.items() if way.value is not None}
    text = f"Door-to-door transport averaged {door.text} days"
    if len(known) == 1:
        return f"{text}, all {next(iter(known))}, against a target of {target}"
    split = f" ({', '.join(f'{d} {days}' for d, days in known.items())})" if known else ""
    return f"{text}{split} against a target of {target}"


def _compared(figure: Figure, week: str, unit: str = "{} TEU") -> str:
    parts = [
        more_or_less(figure.on_week, unit, "the week before"),
        more_or_less(figure.on_year, unit, f"the same week of {int(week[:4]) - 1}"),
    ]
    found = [p for p in parts if p]
    return f", {' and '.join(found)}" if found else ""


def more_or_less(change: Change, unit: str, base: str) -> str:
    """``22% more than the week before``; ``as much as ...`` for no change; nothing where it is not known.

    ``unit`` holds ``{}`` where the number of a difference that is no percentage goes.
    """
    if change.value is None:
        return ""
    size = change.text.lstrip(f"+{formats.MINUS}")
    if not any(c in "123456789" for c in size):
        return f"about as much as {base}"
    amount = size if size.endswith("%") else unit.format(size)
    return f"{amount} {'more' if change.value > 0 else 'less'} than {base}"


def verdict(figure: Figure) -> str:
    """The last line of a tile: where the value lies in its range."""
    if figure.value is None:
        return "Not available"
    if figure.range_class == "none":
        return "No normal range yet"
    return f"{'Outside' if figure.is_outside else 'Normal'} ({figure.range_text})"


def chart_title(figure: Figure, what: str, *, is_highest: bool = False) -> str:
    """The finding of a weekly chart: ``what`` against its normal range."""
    if figure.value is None:
        return f"No {what} in this week"
    if figure.range_class == "none":
        return f"{what.capitalize()}: too few weeks of data for a normal range"
    if figure.is_outside:
        return f"{what.capitalize()} is {figure.range_class} its normal range"
    if is_highest:
        return f"Highest week shown for {what}, but within the normal range"
    return f"{what.capitalize()} is {_INSIDE[figure.range_class]}"


_INSIDE = {
    "high": "high but within the normal range",
    "low": "low but within the normal range",
    "in line": "in line with recent weeks",
}


def plain(value: float) -> str:
    """A setting as a reader writes it: 7 and not 7.0."""
    return f"{value:,g}" if value < 1_000_000 else f"{value:,.0f}"


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    words = text[: limit - 1].rsplit(" ", 1)[0] if " " in text[: limit - 1] else text[: limit - 1]
    return _DANGLING.sub("", words).rstrip(" ,;") + "…"


def notice(corrected: str, *, is_final: bool) -> str:
    """What the masthead says: the sentence on a correction, and that figures are provisional."""
    later = "" if is_final else "Figures marked p are provisional and will be revised."
    return " ".join(text for text in (corrected, later) if text)


def undeclared(numbers: Figures, least_pct: float) -> str:
    """That fewer containers than ``least_pct`` are declared, as shown; else nothing."""
    declared = numbers["match.declared_pct"]
    if declared.value is None or formats.rounded(declared.value, 1) >= Decimal(str(least_pct)):
        return ""
    return (
        f"{declared.text}% of loaded containers have a customs declaration, "
        f"{plain(least_pct)}% are expected. Trade figures are incomplete."
    )


def match(numbers: Figures) -> str:
    """How many loaded containers are matched to a declaration."""
    declared, laden, rate = (numbers[f"match.{n}"] for n in ("declared_boxes", "laden_boxes", "declared_pct"))
    if rate.value is None:
        return "No loaded container departed, so none is matched to a customs declaration."
    some, most = declared.value or 0, laden.value or 0
    part = f"{formats.part_of(some, most, 'loaded container')} ({rate.text}%)"
    return f"{part} {formats.verb(some, most, 'is', 'are')} matched to a customs declaration."


def balance(
    *,
    files_read: int,
    files_rejected: int,
    rows_read: int,
    rows_loaded: int,
    rows_quarantined: int,
    rows_duplicate: int,
) -> str:
    """What became of every row received so far; the sum is a constraint of the ledger, not of this sentence."""
    if not files_read and not files_rejected:
        return "No delivery is recorded."
    rejected = f"; {formats.counted(files_rejected, 'file')} rejected as a whole" if files_rejected else ""
    return (
        f"All deliveries: {formats.number(rows_read)} rows read in {formats.counted(files_read, 'file')} = "
        f"{formats.number(rows_loaded)} loaded + {formats.number(rows_quarantined)} held back + "
        f"{formats.number(rows_duplicate)} duplicate{rejected}."
    )
