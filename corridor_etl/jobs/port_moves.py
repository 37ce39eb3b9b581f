"""Moves and stays of some of a port's boxes, from no more of their events than it takes.

A stay begins whenever its box came, mostly some days before it ends. So the events of some weeks are read first, and
all events only of boxes that must have come before these. Which weeks are made belongs to ``port_weeks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import polars as pl

from corridor_etl.facts.corridor import PortFacts
from corridor_etl.facts.port_visits import EVENT_COLUMNS, MOVES_OUT
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, in_parts
from corridor_etl.warehouse.by_box import AT, BOX, Between

USUAL_STAY = timedelta(days=28)
_SAME_DAY = timedelta(days=2)  # on the calendar of a place, whatever its zone


def of_week(current: Current, listed: pl.DataFrame, week: str) -> Iterator[PortFacts]:
    """All moves of a week and all stays that ended in it."""
    reported = current.all_versions(EVENTS).filter(pl.col("iso_week") == week).select(BOX, at=AT)
    stops = listed.lazy().filter(week_moved() == week).select(BOX, at="moved_at_utc")
    moved = pl.concat([reported, stops]).collect(engine="streaming")
    for part in parts(current, moved[BOX].unique()):
        for port in _followed(current, listed, part, around(moved["at"])):
            yield PortFacts(port.moves.filter(move_week=week), port.visits.filter(out_week=week))


def around(instants: pl.Series) -> Between | None:
    """From a usual stay before the first instant to the last; None where there is none."""
    first, last = instants.min(), instants.max()
    if isinstance(first, datetime) and isinstance(last, datetime):
        return first - USUAL_STAY, last
    return None


def _followed(
    current: Current, listed: pl.DataFrame, boxes: pl.Series, between: Between | None
) -> list[PortFacts]:
    """Moves between two instants and stays that ended between; boxes that came before with all their moves."""
    recent = of_boxes(current, listed, boxes, between=between)
    if between is None:
        return [recent]
    again = begun_before(boxes, [(recent, listed)], between[0])
    is_whole = ~pl.col(BOX).is_in(again.implode())
    whole = PortFacts(recent.moves.filter(is_whole), recent.visits.filter(is_whole))
    return [whole, of_boxes(current, listed, again)] if again.len() else [whole]


def begun_before(
    boxes: pl.Series, recent: Iterable[tuple[PortFacts, pl.DataFrame]], since: datetime
) -> pl.Series:
    """Those of some boxes that may have come before an instant, by what is known of them since and the listed moves:
    whose first move somewhere is one out, or who have a stop about it, whose move may be reported on the same day."""
    near = pl.col("moved_at_utc").is_between(since - _SAME_DAY, since + _SAME_DAY)
    longer = [boxes.clear()]
    for port, listed in recent:
        first = port.moves.unique(["facility", BOX], keep="first", maintain_order=True)
        longer += [first.filter(pl.col("move").is_in(MOVES_OUT))[BOX], listed.filter(near)[BOX]]
    return boxes.filter(boxes.is_in(pl.concat(longer).implode()))


def of_all(current: Current, listed: pl.DataFrame) -> Iterator[PortFacts]:
    """Moves and stays of all boxes, part by part."""
    parts = _with_silent(in_parts(current), listed[BOX].unique())
    return (of_boxes(current, listed, part) for part in parts)


def of_boxes(
    current: Current,
    listed: pl.DataFrame,
    boxes: pl.Series,
    *,
    between: Between | None = None,
    is_before: bool = False,
) -> PortFacts:
    """Moves and stays of some boxes, of all time or ``between`` two instants, after the batch or before it."""
    events = current.of_boxes(EVENTS, boxes, is_before=is_before, columns=EVENT_COLUMNS, between=between)
    mine = listed.filter(pl.col(BOX).is_in(boxes.implode()))
    if between is not None:
        mine = mine.filter(pl.col("moved_at_utc").is_between(*between))
    return PortFacts.of(events, mine)


def parts(current: Current, boxes: pl.Series) -> list[pl.Series]:
    """Boxes in parts that fit into memory."""
    return _with_silent(in_parts(current, boxes), boxes)


def _with_silent(found: list[pl.Series], boxes: pl.Series) -> list[pl.Series]:
    """Parts of boxes, and those of ``boxes`` without any event, as of stops, as one more."""
    silent = boxes.filter(~boxes.is_in(pl.concat([boxes.clear(), *found]).implode()))
    return [*found, silent] if silent.len() else found


def week_moved() -> pl.Expr:
    """The ISO week of a listed move."""
    return pl.col("moved_on_local").dt.strftime(ISO_WEEK).alias("iso_week")
