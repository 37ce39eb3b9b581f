"""The main points of an issue: throughput, trade and transit, one sentence each, made from its figures.

A comparison names its base. Those about targets belong to ``targets``; headline and subject to ``wording``.
"""

from __future__ import annotations

from collections.abc import Mapping

from corridor_etl.reports import formats
from corridor_etl.reports.counts import counted
from corridor_etl.reports.figures import Change, Figure
from corridor_etl.reports.language import N_, listed, tr
from corridor_etl.reports.wording import Figures, both

_RANGE_SENTENCE = {
    "above": N_("%(fact)s; this is above the range of normal weeks (%(range)s)"),
    "below": N_("%(fact)s; this is below the range of normal weeks (%(range)s)"),
    "high": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
    "low": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
    "in line": N_("%(fact)s; this is inside the range of normal weeks (%(range)s)"),
}


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
    return tr("%(fact)s, %(compared)s", fact=fact, compared=both(found)) if found else fact


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
