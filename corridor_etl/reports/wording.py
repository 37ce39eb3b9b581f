"""Sentences of an issue, made from its figures and never typed: headline, subject, main points.

A verb of change is used only for a value outside its normal range; a comparison names its base. Each message is a whole
clause, so that every language orders its own words. Which figures there are belongs to ``figures``; exceptions to
``attention``; what is said of charts and tiles to ``verdicts``; of the data behind an issue to ``statements``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from corridor_etl.reports import formats
from corridor_etl.reports.counts import counted, part_of
from corridor_etl.reports.figures import Change, Figure
from corridor_etl.reports.language import N_, listed, tr, tr_in

HEADLINE_LIMIT = 120
SUBJECT_LIMIT = 70
ALT_LIMIT = 250

Figures = Mapping[str, Figure]

_DANGLING = re.compile(r"[ ,;]+(?:and|or|of|in|with|the)$")
_LEVEL = {
    "above": N_("%(teu)s TEU moved, above its normal range"),
    "below": N_("%(teu)s TEU moved, below its normal range"),
    "high": N_("%(teu)s TEU moved, high but within the normal range"),
    "low": N_("%(teu)s TEU moved, low but within the normal range"),
    "in line": N_("%(teu)s TEU moved, in line with recent weeks"),
    "none": N_("%(teu)s TEU moved"),
}
_RANGE_SENTENCE = {
    "above": N_("%(fact)s; this is above the range of normal weeks (%(range)s)"),
    "below": N_("%(fact)s; this is below the range of normal weeks (%(range)s)"),
    "high": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
    "low": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
    "in line": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
}
_BORDER = {
    "above": N_("border crossing slowed to %(hours)s hours"),
    "below": N_("border crossing sped up to %(hours)s hours"),
}
_BORDER_SHORT = {"above": N_("border slow"), "below": N_("border fast")}
_TARGET = {
    True: N_("door-to-door time missed its %(days)s-day target"),
    False: N_("door-to-door time met its %(days)s-day target"),
}
_TARGET_SHORT = {
    True: N_("the %(days)s-day target was missed"),
    False: N_("the %(days)s-day target was met"),
}


_WORTH = {
    "above": N_("Goods worth %(value)s, above the normal range"),
    "below": N_("Goods worth %(value)s, below the normal range"),
    "high": N_("Goods worth %(value)s, high but within the normal range"),
    "low": N_("Goods worth %(value)s, low but within the normal range"),
    "in line": N_("Goods worth %(value)s, in line with recent weeks"),
    "none": N_("Goods worth %(value)s"),
}


def headline(figures: Figures, week: str, target_days: float, *, lead: str = "throughput") -> str:
    """The level of what an edition leads with, whether it is normal, and the one signal beside it."""
    return _trade_headline(figures, week) if lead == "trade" else _moved_headline(figures, week, target_days)


def _moved_headline(figures: Figures, week: str, target_days: float) -> str:
    level = level_phrase(figures, week)
    border, target = border_phrase(figures), target_phrase(figures, target_days)
    short = target_phrase(figures, target_days, is_short=True)
    choices: tuple[list[str], ...] = ([border, target], [border, short], [border], [])
    texts = [_with_signals(level, [w for w in choice if w]) for choice in choices]
    return next(text for text in texts if len(text) <= HEADLINE_LIMIT)


def _with_signals(level: str, signals: list[str]) -> str:
    return tr("%(fact)s; %(other)s", fact=level, other=_both(signals)) if signals else level


def level_phrase(figures: Figures, week: str) -> str:
    """How much moved and whether it is normal."""
    teu = figures["throughput.teu"]
    if teu.value is None:
        number, year = int(week[-2:]), week[:4]
        return tr("No departure is recorded for week %(week)s of %(year)s", week=number, year=year)
    return tr(_LEVEL[teu.range_class], teu=teu.text)


def _trade_headline(figures: Figures, week: str) -> str:
    value, declared, laden = (
        figures[a] for a in ("trade.value_cny", "match.declared_boxes", "match.laden_boxes")
    )
    if value.value is None:
        level = tr(
            "No declaration was released in week %(week)s of %(year)s", week=int(week[-2:]), year=week[:4]
        )
    else:
        level = tr(_WORTH[value.range_class], value=value.with_unit(is_long=True))
    if not laden.value:
        return level
    boxes = part_of(declared.value or 0, laden.value, "loaded container")
    text = tr("%(fact)s; declared: %(boxes)s", fact=level, boxes=boxes)
    return text if len(text) <= HEADLINE_LIMIT else level


def border_phrase(figures: Figures) -> str:
    """The border crossing where it is outside its range, else nothing."""
    border = figures["transit.border_hours"]
    return tr(_BORDER[border.range_class], hours=border.text) if border.range_class in _BORDER else ""


def target_phrase(figures: Figures, target_days: float, *, is_short: bool = False) -> str:
    """Whether the mean door-to-door time kept its target; nothing without deliveries."""
    missed = misses_target(figures["transit.door_to_door_days"], target_days)
    if missed is None:
        return ""
    return tr((_TARGET_SHORT if is_short else _TARGET)[missed], days=formats.plain(target_days))


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
    """Week, edition, what it leads with and its change, and what else fits, in at most 70 characters.

    ``label`` is the message an edition is called by.
    """
    pattern = (
        N_("Corrected: %(week)s %(edition)s: %(facts)s")
        if revision
        else N_("%(week)s %(edition)s: %(facts)s")
    )
    parts = _trade_subject(figures) if lead == "trade" else _moved_subject(figures)
    texts = [
        tr(
            pattern,
            week=week,
            edition=tr_in("subject", label),
            facts=tr("%(first)s, %(second)s", first=a, second=b) if b else a,
        )
        for a, b in _shorter_and_shorter(parts)
    ]
    return next((text for text in texts if len(text) <= SUBJECT_LIMIT), texts[-1])


def _moved_subject(figures: Figures) -> list[str]:
    teu, value = figures["throughput.teu"], figures["trade.value_cny"]
    parts = [tr("no departure recorded") if teu.value is None else _with_change(teu, teu.with_unit())]
    if value.value is not None:
        parts.append(_worth(value))
    signal = _BORDER_SHORT.get(figures["transit.border_hours"].range_class)
    return [*parts, tr(signal)] if signal else parts


def _trade_subject(figures: Figures) -> list[str]:
    value, declared = figures["trade.value_cny"], figures["match.declared_pct"]
    parts = [tr("no declaration released") if value.value is None else _with_change(value, _worth(value))]
    if declared.value is not None:
        parts.append(tr("%(share)s declared", share=formats.per_cent(declared.text)))
    return parts


def _with_change(figure: Figure, amount: str) -> str:
    if figure.on_week.value is None:
        return amount
    return tr("%(amount)s (%(change)s)", amount=amount, change=figure.on_week.text)


def _worth(value: Figure) -> str:
    return f"{value.with_unit()}{' p' if value.maturity == 'p' else ''}"


def _shorter_and_shorter(parts: list[str]) -> list[tuple[str, str]]:
    """(first part, the others in one text): all of them, then one less and one less."""
    found = []
    for count in range(len(parts), 0, -1):
        rest = ""
        for part in reversed(parts[1:count]):
            rest = tr("%(first)s, %(second)s", first=part, second=rest) if rest else part
        found.append((parts[0], rest))
    return found


def throughput_point(figures: Figures, week: str) -> str:
    """How much moved, against the week before and the same week last year, and its range."""
    teu, boxes, trains = (figures[a] for a in ("throughput.teu", "throughput.boxes", "departures.trains"))
    if teu.value is None:
        return tr(
            "No train of the service has a recorded departure in this week; throughput is not available."
        )
    containers = counted(boxes.value or 0, "container")
    if trains.value:
        moved = tr("%(teu)s TEU moved in %(containers)s on %(trains)s", teu=teu.text, containers=containers,
                   trains=counted(trains.value, "train"))  # fmt: skip
    else:
        moved = tr("%(teu)s TEU moved in %(containers)s", teu=teu.text, containers=containers)
    text = _compared(moved, teu, week)
    inside = _RANGE_SENTENCE.get(teu.range_class)
    return formats.closed(tr(inside, fact=text, range=teu.range_text) if inside else text)


def trade_point(figures: Figures, week: str, largest: Mapping[str, str]) -> str:
    """What the goods were worth and the largest chapters; ``largest`` is direction -> goods."""
    value = figures["trade.value_cny"]
    if value.value is None:
        return tr("No customs declaration was released in this week; the trade value is not available.")
    worth = N_("Goods were worth %(value)s")
    if value.maturity == "p":
        worth = N_("Goods were worth %(value)s (provisional)")
    text = _compared(tr(worth, value=value.with_unit(is_long=True)), value, week)
    goods = [_goods_of_direction(direction, name) for direction, name in largest.items()]
    if len(goods) == 1:
        text = tr("%(fact)s; the largest group was %(goods)s", fact=text, goods=goods[0])
    elif goods:
        text = tr("%(fact)s; the largest groups were %(goods)s", fact=text, goods=listed(goods))
    return formats.closed(text)


_GOODS_OF_DIRECTION = {"W": N_("%(goods)s westbound"), "E": N_("%(goods)s eastbound")}


def _goods_of_direction(direction: str, name: str) -> str:
    pattern = _GOODS_OF_DIRECTION.get(direction)
    return tr(pattern, goods=name) if pattern else f"{name} ({formats.clean(direction)})"


def transit_point(figures: Figures, target_days: float) -> str:
    """Door to door against its target, and the border against its range."""
    door, border = figures["transit.door_to_door_days"], figures["transit.border_hours"]
    text = _door_to_door(figures, target_days)
    if border.value is None:
        if door.value is None:
            text = tr("%(fact)s; transit time is not available", fact=text)
        return formats.closed(text)
    if border.range_class == "none":
        text = tr("%(fact)s; border crossing averaged %(hours)s hours", fact=text, hours=border.text)
    else:
        text = tr("%(fact)s; border crossing averaged %(hours)s hours (normal %(range)s)", fact=text,
                  hours=border.text, range=border.range_text)  # fmt: skip
    return formats.closed(text)


_ALL_ONE_WAY = {
    "westbound": N_(
        "Door-to-door transport averaged %(days)s days, all westbound, against a target of %(target)s"
    ),
    "eastbound": N_(
        "Door-to-door transport averaged %(days)s days, all eastbound, against a target of %(target)s"
    ),
}


def _door_to_door(figures: Figures, target_days: float) -> str:
    door, target = figures["transit.door_to_door_days"], formats.plain(target_days)
    if door.value is None:
        return tr("No container with complete gate records was delivered in this week")
    ways = {d: figures[f"transit.door_to_door_days_{d}"] for d in ("westbound", "eastbound")}
    known = {d: way.text for d, way in ways.items() if way.value is not None}
    if len(known) == 1:
        return tr(_ALL_ONE_WAY[next(iter(known))], days=door.text, target=target)
    if known:
        return tr(
            "Door-to-door transport averaged %(days)s days (westbound %(westbound)s, eastbound %(eastbound)s) "
            "against a target of %(target)s",
            days=door.text, target=target, **known,
        )  # fmt: skip
    return tr("Door-to-door transport averaged %(days)s days against a target of %(target)s", days=door.text,
              target=target)  # fmt: skip


def _compared(fact: str, figure: Figure, week: str) -> str:
    """A fact with how much more or less it is than in the week before and in the same week last year."""
    year = str(int(week[:4]) - 1)
    parts = [against_week_before(figure, figure.on_week), against_year_before(figure, figure.on_year, year)]
    found = [p for p in parts if p]
    return tr("%(fact)s, %(compared)s", fact=fact, compared=_both(found)) if found else fact


def _both(clauses: list[str]) -> str:
    if len(clauses) < 2:
        return clauses[0]
    return tr_in("clauses", "%(first)s and %(second)s", first=clauses[0], second=clauses[1])


def against_week_before(figure: Figure, change: Change) -> str:
    """``22% more than the week before``; ``about as much`` for no change; nothing where it is not known."""
    size = amount_of(figure, change)
    if size is None:
        return ""
    if not size:
        return tr("about as much as the week before")
    if change.value is not None and change.value > 0:
        return tr("%(amount)s more than the week before", amount=size)
    return tr("%(amount)s less than the week before", amount=size)


def against_year_before(figure: Figure, change: Change, year: str) -> str:
    """``62% more than the same week of 2024``, as :func:`against_week_before`."""
    size = amount_of(figure, change)
    if size is None:
        return ""
    if not size:
        return tr("about as much as the same week of %(year)s", year=year)
    if change.value is not None and change.value > 0:
        return tr("%(amount)s more than the same week of %(year)s", amount=size, year=year)
    return tr("%(amount)s less than the same week of %(year)s", amount=size, year=year)


def amount_of(figure: Figure, change: Change) -> str | None:
    """The size of a change without its sign and with its unit; empty where it is shown as zero, None if unknown."""
    if change.value is None:
        return None
    size = change.text.lstrip(f"+{formats.MINUS}")
    if not any(c in "123456789" for c in size):
        return ""
    return figure.scale.with_unit(size, is_long=True) if size[-1].isdigit() else size


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    words = text[: limit - 1].rsplit(" ", 1)[0] if " " in text[: limit - 1] else text[: limit - 1]
    return _DANGLING.sub("", words).rstrip(" ,;") + "…"
