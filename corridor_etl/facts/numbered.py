"""Trips and boxes by number: whole numbers are joined on faster than texts, and narrow rows faster than wide ones.

Numbers are good within one run only: they never leave the facts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

TRIP, BOX = "trip_number", "box_number"


def numbered_trips(trips: pl.DataFrame) -> pl.DataFrame:
    """``trips`` with ``trip_number``, their place in the frame, and ``box_number``, the same for trips of one box."""
    return trips.with_row_index(TRIP).with_columns(pl.col("container_no").rank("dense").alias(BOX))


def box_events(trips: pl.DataFrame, events: pl.DataFrame, codes: Collection[str]) -> pl.DataFrame:
    """Actual events with one of the ``codes`` of boxes that have a trip.

    box_number, facility_node, event_code, event_at_utc, event_on_local, and ``box_load``: F, E or null by the event.
    """
    boxes = trips.lazy().select("container_no", BOX).unique(BOX)
    return (
        events.lazy()
        .filter(pl.col("classifier") == "ACT", pl.col("event_code").is_in(sorted(codes)))
        .select(
            "container_no", "facility_node", "event_code", "event_at_utc", "event_on_local", box_load="full_empty"
        )
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
