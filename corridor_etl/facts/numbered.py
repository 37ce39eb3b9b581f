"""Trips and boxes by number: whole numbers are joined on faster than texts, and narrow rows faster than wide ones.

Numbers are good within one run only: they never leave the facts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

TRIP, BOX, SPOT = "trip_number", "box_number", "spot_number"


@dataclass(frozen=True)
class Spots:
    """What happens where, as one whole number: an event code at a node of the corridor."""

    nodes: pl.Enum
    codes: pl.Enum

    @classmethod
    def of(cls, nodes: pl.Series, codes: Collection[str]) -> Spots:
        """Those of some nodes and event codes."""
        return cls(pl.Enum(nodes.unique().sort()), pl.Enum(sorted(codes)))

    def number(self, node: str, code: str) -> pl.Expr:
        """The number of what two columns say, called :data:`SPOT`; null elsewhere."""
        place, event = (
            pl.col(name).cast(dtype, strict=False).to_physical().cast(pl.UInt32)
            for name, dtype in ((node, self.nodes), (code, self.codes))
        )
        return (place * len(self.codes.categories) + event).alias(SPOT)


def numbered_trips(trips: pl.DataFrame) -> pl.DataFrame:
    """``trips`` with ``trip_number``, their place in the frame, and ``box_number``, the same for trips of one box."""
    return trips.with_row_index(TRIP).with_columns(pl.col("container_no").rank("dense").alias(BOX))


def box_events(trips: pl.DataFrame, events: pl.DataFrame, spots: Spots) -> pl.DataFrame:
    """Actual events with one of the codes of ``spots`` of boxes that have a trip.

    box_number, spot_number, event_code (among those of ``spots``), event_at_utc, event_on_local, and ``box_load``: F, E
    or null by the event.
    """
    boxes = trips.lazy().select("container_no", BOX).unique(BOX)
    return (
        events.lazy()
        .filter(pl.col("classifier") == "ACT")
        .select(
            "container_no", spots.number("facility_node", "event_code"),
            pl.col("event_code").cast(spots.codes, strict=False), "event_at_utc", "event_on_local",
            box_load="full_empty",
        )
        .drop_nulls("event_code")
        .join(boxes, on="container_no")
        .drop("container_no")
        .collect()
    )  # fmt: skip


def beside(
    rows: pl.DataFrame, found: pl.DataFrame, on: str | Sequence[str], *, nulls_equal: bool = False
) -> pl.DataFrame:
    """``rows`` in their order with the columns of ``found``, which has ``on`` once; null where it does not.

    The same as a left join, which would copy every column of wide rows to no end. ``ShapeError`` where ``found`` has
    one of ``on`` twice, ``DuplicateError`` where ``rows`` has a column of it already.
    """
    keys = [on] if isinstance(on, str) else list(on)
    told = rows.select(keys).join(found, on=keys, how="left", maintain_order="left", nulls_equal=nulls_equal)
    return rows.hstack(told.drop(keys))
