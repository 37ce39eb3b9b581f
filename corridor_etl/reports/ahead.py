"""What is booked on the trains of the coming weeks, as far as it is known. What was carried belongs to ``tables``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from corridor_etl.reference.calendar import shifted
from corridor_etl.reports import formats
from corridor_etl.reports.content import Cell, Table, columns, row
from corridor_etl.reports.language import tr, tr_in
from corridor_etl.reports.tables import direction_word

WEEKS = 3


def ahead(bookings: pl.DataFrame | None, service_id: str, week: str) -> Table | None:
    """Trains with bookings of the three weeks after ``week``, by week and direction; None where nothing is booked.

    ``bookings`` is the mart of bookings; TEU booked against capacity, and how many of the trains are sold out.
    """
    if bookings is None:
        return None
    coming = [shifted(week, n) for n in range(1, WEEKS + 1)]
    mine = bookings.filter(pl.col("iso_week").is_in(coming), service_id=service_id)
    if mine.is_empty():
        return None
    rows = mine.sort("iso_week", "direction", descending=[False, True]).iter_rows(named=True)
    heads = columns(
        tr("Week"), tr("Direction"), tr_in("measure", "Trains"), tr("Booked, TEU"), tr("Capacity, TEU"), tr("Share"),
        tr("Sold out"), words=2, minor=(4, 6),
    )  # fmt: skip
    note = tr("Confirmed bookings so far. A train nobody has booked is not among them.")
    return Table("ahead", 0, tr("Booked for the next three weeks"), heads, tuple(_row(r) for r in rows), note)


def _row(of: Mapping[str, Any]) -> tuple[Cell, ...]:
    booked, capacity = of["booked_teu_x100"], of["capacity_teu_x100"]
    return row(
        of["iso_week"],
        direction_word(of["direction"]),
        formats.number(of["departures"]),
        formats.number(Decimal(booked) / 100),
        formats.number(Decimal(capacity) / 100),
        formats.share(booked, capacity),
        formats.number(of["departures_sold_out"]),
    )
