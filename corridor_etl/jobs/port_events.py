"""Which port events are read for the facts of the corridor, and which for the visits that are judged.

A corridor's own boxes are some in a hundred of those of a port, and all figures of the corridor are made of them alone.
So where a lake has many events those of the corridor are read, and for visits, which are of every box, those of the
boxes that a batch says something of. Where there are few events all are read, which is simpler and costs less. What
comes out is the same. Moves and stays of a port belong to ``port_weeks``.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.needed_boxes import is_reach_told, needed_boxes
from corridor_etl.jobs.current import Current
from corridor_etl.settings import Settings
from corridor_etl.warehouse.by_box import AT, BOX, Between
from corridor_etl.warehouse.versions import REPLACE

EVENTS = "port_event"
MANY_EVENTS = 1_000_000
"""From so many versions of events of other boxes on they are not read all at once."""
OF_A_TRIP = 20
"""More events than this a trip of the corridor has rarely."""
PART_EVENTS = 2_000_000
"""So many of them are in memory where boxes go through in parts."""
MOST_OF_A_BOX = 200
"""More events than this a box has so rarely that a few boxes need not be counted."""


def has_many(current: Current) -> bool:
    """Whether there are too many events, beside those of the corridor's own boxes, to read them all at once."""
    return current.row_count(EVENTS) >= MANY_EVENTS + OF_A_TRIP * current.row_count("manifest_container")


def corridor_events(current: Current, settings: Settings) -> pl.DataFrame:
    """Of many current events those that the facts of the corridor are made from, all but moves, stays and visits."""
    rows = current.all_versions(EVENTS)
    needed = needed_boxes(rows, current["manifest_container"], settings)
    found = current.of_boxes(EVENTS, needed.boxes)
    if is_reach_told(rows, needed, found, settings):
        return found
    return current[EVENTS]  # what many boxes did on the first or last days has been taken back


def touched_boxes(current: Current) -> pl.Series:
    """The boxes of events that the batch adds, and of those it may take from a document by replacing it, sorted."""
    added = current.added(EVENTS)
    replaced = added.filter(pl.col("action") == REPLACE)["document_key"].drop_nulls().unique()
    boxes = added[BOX]
    if replaced.len():
        known = current.all_versions(EVENTS, is_before=True)
        dropped = known.filter(pl.col("document_key").is_in(replaced.implode())).select(pl.col(BOX).unique())
        boxes = pl.concat([boxes, dropped.collect(engine="streaming")[BOX]])
    return boxes.unique().sort()


def are_few(boxes: pl.Series) -> bool:
    """Whether all events of some boxes fit into memory without counting them."""
    return boxes.len() <= PART_EVENTS // MOST_OF_A_BOX


def in_parts(
    current: Current, boxes: pl.Series | None = None, between: Between | None = None
) -> list[pl.Series]:
    """Boxes, all unless some are given, in parts whose events fit into memory, of all time or ``between`` two instants;
    each box that has any is in one of them."""
    if boxes is not None and are_few(boxes):
        return [boxes] if boxes.len() else []
    rows = current.all_versions(EVENTS)
    if between is not None:
        rows = rows.filter(pl.col(AT).is_between(*between))
    if boxes is not None:
        rows = rows.filter(pl.col(BOX).is_in(boxes.implode()))
    counted = rows.select(BOX).group_by(BOX).len().collect(engine="streaming").sort(BOX)
    part = (pl.col("len").cum_sum() - 1) // PART_EVENTS
    return [
        some[BOX]
        for some in counted.with_columns(part.alias("part")).partition_by("part", maintain_order=True)
    ]
