"""Moves and stays of a whole port, week by week: those of the weeks that a batch changes, or of all.

A stay belongs to the week in which it ends. What is read of the boxes that were moved in a week belongs to
``port_moves``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain

import polars as pl

from corridor_etl.facts.corridor import Facts, PortFacts, corridor_facts
from corridor_etl.facts.terminal_stops import stop_moves
from corridor_etl.jobs import port_moves
from corridor_etl.jobs.current import Current
from corridor_etl.jobs.port_events import EVENTS, has_many, touched_boxes
from corridor_etl.jobs.port_visits import JudgedVisits
from corridor_etl.marts.weekly import mart_rows, members_by_mart
from corridor_etl.reference.calendar import shifted
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Content, SomeWeeks
from corridor_etl.warehouse.by_box import BOX

STOPS = "terminal_visit"
_OF_A_STAY = (
    "out_week", "facility", "stay", "in_at_utc", "out_at_utc", "is_by_rail", "is_inspected", "is_vgm_known",
)  # fmt: skip
"""What the mart of stays is made from; the stays of a whole port fill the memory twice with the other columns."""
_SEEDS, _NOW = (1, 2), "_now"
MOVES, STAYS = "mart_port_move_week", "mart_port_stay_week"
PORT_TABLES = frozenset({MOVES, STAYS})


def tables(
    current: Current,
    settings: Settings,
    among: Collection[str],
    *,
    is_standing: bool,
    visits: JudgedVisits | None = None,
) -> dict[str, Content]:
    """:data:`PORT_TABLES`, if they are ``among`` some; none where all events can be read at once.

    Where what is stored stands, in the weeks that the batch changes, else whole. The ``visits`` of the boxes that are
    read for it are judged on the way.
    """
    if PORT_TABLES.isdisjoint(among) or not has_many(current):
        return {}
    listed = stop_moves(current[STOPS])
    nothing = corridor_facts({}, settings)
    if not is_standing:
        return dict(_marts(nothing, settings, port_moves.of_all(current, listed, visits)))
    weeks = sorted(_changed(current, listed, visits))
    ports = chain.from_iterable(port_moves.of_weeks(current, listed, run) for run in _runs(weeks))
    return {n: SomeWeeks(tuple(weeks), rows) for n, rows in _marts(nothing, settings, ports).items()}


def _runs(weeks: Sequence[str]) -> list[list[str]]:
    """Weeks in groups of such as follow one another."""
    runs: list[list[str]] = []
    for week in weeks:
        if runs and shifted(runs[-1][-1], 1) == week:
            runs[-1].append(week)
        else:
            runs.append([week])
    return runs


def _marts(nothing: Facts, settings: Settings, ports: Iterable[PortFacts]) -> dict[str, pl.DataFrame]:
    """The tables of some boxes after others: moves are added up, stays brought together. Beside ``nothing``."""
    moves, stays = [mart_rows(MOVES, nothing, settings)], [nothing.port_visits.select(_OF_A_STAY)]
    for port in ports:
        moves.append(mart_rows(MOVES, replace(nothing, port_moves=port.moves), settings))
        stays.append(port.visits.select(_OF_A_STAY))
    together = replace(nothing, port_visits=pl.concat(stays))
    return {MOVES: _added_up(MOVES, moves), STAYS: mart_rows(STAYS, together, settings)}


def _added_up(name: str, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One row for each group of a mart, of which every part may have one."""
    (kpi,) = members_by_mart()[name]
    groups = pl.concat(parts).group_by(kpi.dimensions)
    return groups.agg(pl.col(kpi.columns).sum()).sort(kpi.dimensions)


def _changed(current: Current, listed: pl.DataFrame, visits: JudgedVisits | None) -> set[str]:
    """The weeks in which moves or stays are others than before the batch; the boxes in question are read once."""
    before = stop_moves(current.before(STOPS)) if current.added(STOPS).height else listed
    told_of = touched_boxes(current) if visits is None or visits.of is None else visits.of
    boxes = pl.concat([told_of, _differing(before, listed, BOX)]).unique()
    weeks: set[str] = set()
    for part in port_moves.parts(current, boxes):
        weeks |= _changed_of(current, (before, listed), part, visits)
    return weeks


def _changed_of(
    current: Current, listed: tuple[pl.DataFrame, pl.DataFrame], boxes: pl.Series, visits: JudgedVisits | None
) -> set[str]:
    events = current.before_and_after(EVENTS, boxes, port_moves.columns_for(visits))
    if visits is not None:
        visits.judge(events[1])
    was, now = (
        PortFacts.of(known, port_moves.of_part(stops, boxes))
        for known, stops in zip(events, listed, strict=True)
    )
    return {*_differing(was.moves, now.moves, "move_week"), *_differing(was.visits, now.visits, "out_week")}


def _differing(before: pl.DataFrame, after: pl.DataFrame, column: str) -> pl.Series:
    """The values that a column has in rows that came or went, also where there are more or fewer of the same."""
    was, now = _digests(before, column), _digests(after, column)
    both = was.join(now, on=column, how="full", coalesce=True, nulls_equal=True, suffix=_NOW)
    is_other = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}{_NOW}")) for name in was.columns if name != column
    )
    return both.filter(is_other)[column]


def _digests(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """For each value of a column a digest of its rows in any order: sums of two hashes of 64 bits of each row."""
    hashes = {f"hash_{seed}": rows.hash_rows(seed).cast(pl.Int128) for seed in _SEEDS}
    return rows.select(column, **hashes).group_by(column).agg(pl.col(*hashes).sum())
