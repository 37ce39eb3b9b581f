"""Moves and stays of a whole port, week by week: those of the weeks that a batch changes, or of all.

A stay belongs to the week in which it ends. What is read of the boxes that were moved in a week belongs to
``port_moves``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import polars as pl

from corridor_etl.facts.corridor import Facts, PortFacts, corridor_facts
from corridor_etl.facts.terminal_stops import stop_moves
from corridor_etl.jobs import port_moves
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import has_many, touched
from corridor_etl.marts.weekly import mart_rows, members_by_mart
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Content, SomeWeeks
from corridor_etl.warehouse.by_box import AT, BOX, Between

_END = datetime(9999, 1, 1, tzinfo=UTC)
STOPS = "terminal_visit"
MOVES, STAYS = "mart_port_move_week", "mart_port_stay_week"
PORT_TABLES = frozenset({MOVES, STAYS})


def tables(
    current: Current, settings: Settings, among: Collection[str], *, is_standing: bool
) -> dict[str, Content]:
    """:data:`PORT_TABLES`, if they are ``among`` some; none where all events can be read at once.

    Where what is stored stands, in the weeks that the batch changes, else whole.
    """
    if PORT_TABLES.isdisjoint(among) or not has_many(current):
        return {}
    listed = stop_moves(current[STOPS])
    marts = partial(_marts, corridor_facts({}, settings), settings)
    if not is_standing:
        return dict(marts(port_moves.of_all(current, listed)))
    weeks = sorted(_changed(current, listed))
    made = [marts([]), *(marts(port_moves.of_week(current, listed, week)) for week in weeks)]
    return {n: SomeWeeks(tuple(weeks), pl.concat(some[n] for some in made)) for n in PORT_TABLES}


def _marts(nothing: Facts, settings: Settings, ports: Iterable[PortFacts]) -> dict[str, pl.DataFrame]:
    """The tables of some boxes after others: moves are added up, stays brought together. Beside ``nothing``."""
    moves, stays = [mart_rows(MOVES, nothing, settings)], [nothing.port_visits]
    for port in ports:
        moves.append(mart_rows(MOVES, replace(nothing, port_moves=port.moves), settings))
        stays.append(port.visits)
    together = replace(nothing, port_visits=pl.concat(stays))
    return {MOVES: _added_up(MOVES, moves), STAYS: mart_rows(STAYS, together, settings)}


def _added_up(name: str, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One row for each group of a mart, of which every part may have one."""
    (kpi,) = members_by_mart()[name]
    groups = pl.concat(parts).group_by(kpi.dimensions)
    return groups.agg(pl.col(kpi.columns).sum()).sort(kpi.dimensions)


def _changed(current: Current, listed: pl.DataFrame) -> set[str]:
    """The weeks in which moves or stays are others than before the batch."""
    before = stop_moves(current.before(STOPS)) if current.added(STOPS).height else listed
    told = touched(current)
    stops, at = _differing(before, listed, BOX), _differing(before, listed, "moved_at_utc")
    around = port_moves.around(pl.concat([told[AT], at]))
    between = None if around is None else (around[0], _END)
    weeks: set[str] = set()
    for part in port_moves.parts(current, pl.concat([told[BOX], stops]).unique()):
        weeks |= _changed_of(current, (before, listed), part, between)
    return weeks


def _changed_of(
    current: Current, listed: tuple[pl.DataFrame, pl.DataFrame], boxes: pl.Series, between: Between | None
) -> set[str]:
    was, now = (
        port_moves.of_boxes(current, stops, boxes, between=between, is_before=is_before)
        for stops, is_before in zip(listed, (True, False), strict=True)
    )
    weeks = {*_differing(was.moves, now.moves, "move_week"), *_differing(was.visits, now.visits, "out_week")}
    if between is None:
        return weeks
    again = port_moves.begun_before(boxes, zip((was, now), listed, strict=True), between[0])
    return weeks | _changed_of(current, listed, again, None) if again.len() else weeks


def _differing(before: pl.DataFrame, after: pl.DataFrame, column: str) -> pl.Series:
    """The values that a column has in rows that came or went, also where there are more or fewer of the same."""
    was, now = (rows.group_by(rows.columns).len() for rows in (before, after))
    on = was.columns
    came, gone = (
        one.join(other, on=on, how="anti", nulls_equal=True) for one, other in ((now, was), (was, now))
    )
    return pl.concat([came[column], gone[column]]).unique()
