"""Moves and stays of some of a port's boxes, from no more of their events than it takes.

A stay begins whenever its box came, mostly some days before it ends. So the events of some weeks are read first, and
earlier ones only of boxes that must have come before these. Which weeks are made belongs to ``port_weeks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from corridor_etl.facts.corridor import PortFacts
from corridor_etl.facts.port_visits import EVENT_COLUMNS, MOVES_OUT
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, are_few, in_parts
from corridor_etl.jobs.port_visits import JudgedVisits
from corridor_etl.warehouse.by_box import AT, BOX, Between

USUAL_STAY, LONG_STAY = timedelta(days=28), timedelta(days=112)
"""How long nearly all boxes stay, and nearly all of the others."""
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
_SAME_DAY = timedelta(days=2)  # on the calendar of a place, whatever its zone


def of_weeks(current: Current, listed: pl.DataFrame, weeks: Sequence[str]) -> Iterator[PortFacts]:
    """All moves of some weeks that follow one another, and all stays that ended in them."""
    moved = _moved(current, listed, weeks)
    first, last = moved["first"].min(), moved["last"].max()
    if not (isinstance(first, datetime) and isinstance(last, datetime)):
        return  # nothing was moved
    boxes = moved[BOX]
    for since in (first - USUAL_STAY, first - LONG_STAY, _EVER):
        if since == first - LONG_STAY and are_few(boxes):
            continue  # to read all that was ever said of them takes no longer
        longer = [boxes.clear()]
        for part in parts(current, boxes, (since, last)):
            found = _between(current, listed, part, (since, last))
            longer.append(begun_before(part, found, listed, since))
            is_whole = ~pl.col(BOX).is_in(longer[-1].implode())
            yield PortFacts(
                found.moves.filter(is_whole, pl.col("move_week").is_in(weeks)),
                found.visits.filter(is_whole, pl.col("out_week").is_in(weeks)),
            )
        boxes = pl.concat(longer)


def _moved(current: Current, listed: pl.DataFrame, weeks: Sequence[str]) -> pl.DataFrame:
    """The boxes moved in some weeks, by any version of an event, with the ``first`` and the ``last`` instant."""
    reported = current.all_versions(EVENTS, columns=[BOX, AT], weeks=weeks).select(BOX, at=AT)
    stops = listed.lazy().filter(week_moved().is_in(weeks)).select(BOX, at="moved_at_utc")
    of_boxes = pl.concat([reported, stops]).group_by(BOX)
    return of_boxes.agg(first=pl.col("at").min(), last=pl.col("at").max()).collect(engine="streaming")


def begun_before(boxes: pl.Series, recent: PortFacts, listed: pl.DataFrame, since: datetime) -> pl.Series:
    """Those of some boxes that may have come before an instant, by what is known of them since and the listed moves:
    whose first move somewhere is one out, or who have a stop about it, whose move may be reported on the same day. None
    before all time."""
    if since == _EVER:
        return boxes.clear()
    near = pl.col("moved_at_utc").is_between(since - _SAME_DAY, since + _SAME_DAY)
    first = recent.moves.unique(["facility", BOX], keep="first", maintain_order=True)
    longer = pl.concat([first.filter(pl.col("move").is_in(MOVES_OUT))[BOX], listed.filter(near)[BOX]])
    return boxes.filter(boxes.is_in(longer.implode()))


def of_all(current: Current, listed: pl.DataFrame, visits: JudgedVisits | None = None) -> Iterator[PortFacts]:
    """Moves and stays of all boxes, part by part; their visits are judged on the way."""
    columns = columns_for(visits)
    for part in _with_silent(in_parts(current), listed[BOX].unique()):
        events = current.of_boxes(EVENTS, part, columns=columns)
        if visits is not None:
            visits.judge(events)
        yield PortFacts.of(events, of_part(listed, part))


def columns_for(visits: JudgedVisits | None) -> Collection[str]:
    """Of port events the columns that moves and stays are made from, and visits where they are judged."""
    return {*EVENT_COLUMNS, *(() if visits is None else visits.columns)}


def _between(current: Current, listed: pl.DataFrame, boxes: pl.Series, window: Between) -> PortFacts:
    """Moves of some boxes between two instants, and stays that began and ended between them."""
    events = current.of_boxes(EVENTS, boxes, columns=EVENT_COLUMNS, between=window)
    stops = of_part(listed, boxes).filter(pl.col("moved_at_utc").is_between(*window))
    return PortFacts.of(events, stops)


def of_part(listed: pl.DataFrame, boxes: pl.Series) -> pl.DataFrame:
    """The listed moves of some boxes."""
    return listed.filter(pl.col(BOX).is_in(boxes.implode()))


def parts(current: Current, boxes: pl.Series, between: Between | None = None) -> list[pl.Series]:
    """Boxes in parts that fit into memory, by their events of all time or ``between`` two instants."""
    return _with_silent(in_parts(current, boxes, between), boxes)


def _with_silent(found: list[pl.Series], boxes: pl.Series) -> list[pl.Series]:
    """Parts of boxes, and those of ``boxes`` without any event, as of stops, as one more."""
    silent = boxes.filter(~boxes.is_in(pl.concat([boxes.clear(), *found]).implode()))
    return [*found, silent] if silent.len() else found


def week_moved() -> pl.Expr:
    """The ISO week of a listed move."""
    return pl.col("moved_on_local").dt.strftime(ISO_WEEK).alias("iso_week")
