"""The booked departure: what was booked on one train, and how fast its slots went.

Planned departures only: whether the train left, and with what, is the trips' business.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.departures import TRAIN
from corridor_etl.facts.records import records
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.settings import Settings


def booked_departures(bookings: pl.DataFrame | None, settings: Settings) -> pl.DataFrame:
    """One row per train with a confirmed booking, sorted by service_id, direction, train_no, departure_on_local.

    departure_week (planned), bookings, booked_teu_x100, capacity_teu_x100, and sell_out_s: seconds from the first
    booking to the one that filled the train, null where slots are left. ``SettingsError`` for an unknown service.
    """
    confirmed = records("booking", bookings).filter(pl.col("booking_status") == "confirmed")
    filled_at = pl.col("booked_at_utc").filter(pl.col("so_far_x100") >= pl.col("capacity_teu_x100")).min()
    return (
        confirmed.sort("booked_at_utc", "booking_no")
        .join(_capacities(confirmed, settings), on="service_id", how="left", maintain_order="left")
        .with_columns(scaled("teu", 2).alias("teu_x100"))
        .with_columns(pl.col("teu_x100").cum_sum().over(TRAIN).alias("so_far_x100"))
        .group_by(TRAIN)
        .agg(
            pl.col("departure_on_local").first().dt.strftime(ISO_WEEK).alias("departure_week"),
            pl.len().cast(pl.Int64).alias("bookings"),
            pl.col("teu_x100").sum().alias("booked_teu_x100"),
            pl.col("capacity_teu_x100").first(),
            (filled_at - pl.col("booked_at_utc").min()).dt.total_seconds().alias("sell_out_s"),
        )
        .sort(TRAIN)
    )


def _capacities(bookings: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    ids = bookings["service_id"].unique().sort()
    rows = [(service_id, settings.service(service_id).capacity_teu * 100) for service_id in ids]
    return pl.DataFrame(
        rows, schema={"service_id": pl.String(), "capacity_teu_x100": pl.Int64()}, orient="row"
    )
