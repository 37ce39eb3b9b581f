"""The current events of some boxes without reading those of all others.

The number of the box is part of an event's key, so its own rows say what is current, and one thing more: that a
document, in which others may be named, was replaced by one that leaves the box out. What wins is decided in
``versions``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from corridor_etl.model import RecordKind
from corridor_etl.warehouse import versions
from corridor_etl.warehouse.lake import Lake

BOX, AT = "container_no", "event_at_utc"
Between = tuple[datetime, datetime]


@dataclass(frozen=True)
class OfBoxes:
    """All versions of the records of some boxes, and of others those that replace a document in which they are."""

    kind: RecordKind
    is_mine: pl.Expr
    mine: pl.DataFrame
    replacing: pl.DataFrame

    def current(self) -> pl.DataFrame:
        """The current record of each key of the boxes, sorted by key."""
        if self.replacing.is_empty():
            return versions.current(self.mine, self.kind)
        return versions.current(pl.concat([self.mine, self.replacing]), self.kind).filter(self.is_mine)

    def current_before(self, snapshot: int, now: pl.DataFrame) -> pl.DataFrame:
        """What was current before a snapshot, in no order; ``now`` is what :meth:`current` gives."""
        is_known = pl.col("snapshot") < snapshot
        if self.replacing.height or (self.mine["action"] == versions.REPLACE).any():
            mine, replacing = (rows.filter(is_known) for rows in (self.mine, self.replacing))
            return replace(self, mine=mine, replacing=replacing).current()
        # Where no document is replaced only records of which something was said since were others.
        key = list(self.kind.key)
        since = self.mine.filter(~is_known).select(key).unique()
        of_these = self.mine.filter(is_known).join(since, on=key, how="semi", nulls_equal=True)
        others = now.join(since, on=key, how="anti", nulls_equal=True)
        return pl.concat([others, versions.current(of_these, self.kind)])


def read(
    lake: Lake,
    rows: pl.LazyFrame,
    record_kind: RecordKind,
    boxes: pl.Series,
    between: Between | None = None,
) -> OfBoxes:
    """What says which records of some boxes are current; ``rows`` are all versions of all boxes.

    They are the same as those among the current records of all boxes; of events ``between`` two instants, which are
    part of the key as well, where these are given.
    """
    is_mine = pl.col(BOX).is_in(boxes.implode())
    if between is not None:
        is_mine &= pl.col(AT).is_between(*between)
    mine = lake.gathered(rows.filter(is_mine))
    replacing = lake.gathered(versions.replacing(mine, rows.filter(~is_mine), record_kind))
    return OfBoxes(record_kind, is_mine, mine, replacing)
