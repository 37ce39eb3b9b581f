"""Headline and subject of an issue, made from its figures and never typed.

A verb of change is used only for a value outside its normal range. Each message is a whole clause, so that every
language orders its own words. Main points belong to ``points``; exceptions to ``attention``; what is said of charts and
tiles to ``verdicts``; of the data behind an issue to ``statements``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from corridor_etl.reports import formats
from corridor_etl.reports.counts import part_of
from corridor_etl.reports.figures import Figure
from corridor_etl.reports.language import N_, tr, tr_in

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
    return tr("%(fact)s; %(other)s", fact=level, other=both(signals)) if signals else level


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


def both(clauses: list[str]) -> str:
    """One clause, or two as one."""
    if len(clauses) < 2:
        return clauses[0]
    return tr_in("clauses", "%(first)s and %(second)s", first=clauses[0], second=clauses[1])


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words with an ellipsis."""
    if len(text) <= limit:
        return text
    words = text[: limit - 1].rsplit(" ", 1)[0] if " " in text[: limit - 1] else text[: limit - 1]
    return _DANGLING.sub("", words).rstrip(" ,;") + "…"
