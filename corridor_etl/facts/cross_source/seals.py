"""The seals of a trip in the order of time, and how often they changed without anybody opening the box officially.

A box may carry several seals of which a document names only some: two readings agree if they share one.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source._sources import words

_RESEALS = ("INSP", "RSEA")


def changes(trips: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """trip_no, ``seal_changes`` and ``seal_trail`` of trips whose seals were read more than once.

    Where every reading is the same there is no trail to tell.
    """
    readings = pl.concat([_read(events), _loaded(trips)])
    said = (
        readings.filter(pl.col("said").str.contains(r"\S"))
        .select("trip_no", "said")
        .sort("trip_no")
        .with_columns(_is_other().alias("is_other"))
        .group_by("trip_no", maintain_order=True)
        .agg((~pl.col("is_other").any()).alias("is_constant"), pl.len().alias("readings"))
    )
    constant = said.filter(pl.col("is_constant"), pl.col("readings") > 1).select(
        "trip_no",
        pl.lit(0, dtype=pl.Int64).alias("seal_changes"),
        pl.lit(None, dtype=pl.String).alias("seal_trail"),
    )
    varied = readings.join(said.filter(~pl.col("is_constant")), on="trip_no", how="semi")
    return pl.concat([constant, _followed(varied)])


def _is_other() -> pl.Expr:
    """Whether a reading differs from that before it of the same trip: if none does, all are the same."""
    said, trip = pl.col("said"), pl.col("trip_no")
    return ((said != said.shift(1)) & (trip == trip.shift(1))).fill_null(False)


def _followed(readings: pl.DataFrame) -> pl.DataFrame:
    """The same of trips whose readings differ, one after the other."""
    readings = readings.with_columns(words("said").alias("seals")).sort("trip_no", "at", "source", "said")
    opened = readings.with_columns(
        pl.col("is_reseal").cast(pl.Int64).cum_sum().over("trip_no").alias("reseals")
    ).filter(pl.col("seals").list.len() > 0)
    before = pl.col("seals").shift(1).over("trip_no")
    is_other = pl.col("seals").list.set_intersection(before).list.len() == 0
    is_unexplained = pl.col("reseals") == pl.col("reseals").shift(1).over("trip_no")
    shown = pl.concat_str("source", pl.col("seals").list.join("+"), separator=" ")
    return (
        opened.with_columns((is_other & is_unexplained).alias("is_change"), shown.alias("shown"))
        .group_by("trip_no", maintain_order=True)
        .agg(
            pl.col("is_change").sum().cast(pl.Int64).alias("seal_changes"),
            pl.col("shown").str.join(" > ").alias("seal_trail"),
            pl.len().alias("readings"),
        )
        .filter(pl.col("readings") > 1)
        .drop("readings")
    )


def _read(events: pl.DataFrame) -> pl.DataFrame:
    """What events say between the first gate and the last one, and where a box was opened."""
    start = pl.coalesce("trip_gate_in_at_utc", pl.col("left_on_utc") - pl.duration(days=2))
    end = pl.coalesce("trip_delivered_at_utc", "trip_arrived_at_utc", "left_on_utc")
    is_reseal = pl.col("event_code").is_in(_RESEALS)
    own = events.lazy().filter(
        pl.col("event_at_utc").is_between(start, end), is_reseal | pl.col("seal_nos").is_not_null()
    )
    return own.select(
        "trip_no", at="event_at_utc", source="event_code", said="seal_nos", is_reseal=is_reseal
    ).collect()


def _loaded(trips: pl.DataFrame) -> pl.DataFrame:
    return (
        trips.select("trip_no", "left_on_utc", "seal_nos")
        .drop_nulls("seal_nos")
        .select("trip_no", at="left_on_utc", source=pl.lit("list"), said="seal_nos", is_reseal=pl.lit(False))
    )
