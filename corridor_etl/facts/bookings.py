"""The confirmed booking beside the timetable of its train. What a whole train sold is ``booked_departures``."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.departures import TRAIN
from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import scaled


def confirmed_bookings(bookings: pl.DataFrame | None, departures: pl.DataFrame) -> pl.DataFrame:
    """One row per confirmed booking, sorted by booking_no: its train, departure_week (planned), booking_no, teu_x100,
    and lead_s from the booking to the planned departure; null where no loading list tells the timetable."""
    lead = pl.col("planned_departure_at_utc") - pl.col("booked_at_utc")
    return (
        records("booking", bookings)
        .filter(pl.col("booking_status") == "confirmed")
        .join(departures.select(*TRAIN, "planned_departure_at_utc"), on=TRAIN, how="left")
        .select(
            *TRAIN,
            pl.col("departure_on_local").dt.strftime(ISO_WEEK).alias("departure_week"),
            "booking_no",
            scaled("teu", 2).alias("teu_x100"),
            lead.dt.total_seconds().alias("lead_s"),
        )
        .sort("booking_no")
    )
