"""The current events of some boxes without reading those of all others.

The number of the box is part of an event's key, so its own rows say what is current, and one thing more: that a
document, in which others may be named, was replaced by one that leaves the box out. What wins is decided in
``versions``.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.warehouse import versions
from corridor_etl.warehouse.lake import Lake

BOX, AT = "container_no", "event_at_utc"
Between = tuple[datetime, datetime]


def current(
    lake: Lake,
    rows: pl.LazyFrame,
    record_kind: RecordKind,
    boxes: pl.Series,
    between: Between | None = None,
) -> pl.DataFrame:
    """The current record of each key of some boxes, sorted by key; ``rows`` are all versions of all boxes.

    The same as the current records of all boxes, of which those of these boxes are taken, and where it is given those
    of events ``between`` two instants, which are part of the key as well.
    """
    is_mine = pl.col(BOX).is_in(boxes.implode())
    if between is not None:
        is_mine &= pl.col(AT).is_between(*between)
    mine = lake.gathered(rows.filter(is_mine))
    replacing = lake.gathered(versions.replacing(mine, rows.filter(~is_mine), record_kind))
    if replacing.is_empty():
        return versions.current(mine, record_kind)
    return versions.current(pl.concat([mine, replacing]), record_kind).filter(is_mine)
