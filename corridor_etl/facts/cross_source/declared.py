"""The declared container as subject: one container on one released rail declaration, and the train it went by."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._sources import Sources, by_direction, key
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.trips import ISO_WEEK

RAIL = "3"


def subjects(known: Sources) -> pl.DataFrame:
    """One row per Chinese declaration released for rail and container; ``train_gap_days`` null without a train."""
    released = linking.declared_containers(known).filter(
        pl.col("released_on_local").is_not_null(), pl.col("transport_mode") == RAIL
    )
    trips = known.trips.select("trip_no", "train_no", list_delivery_id="delivery_id")
    trains = linking.links(known).select(
        "declared_no", "trip_no",
        (pl.col("departure_on_local") - pl.col("released_on_local")).dt.total_days().alias("train_gap_days"),
    ).join(trips, on="trip_no", how="left")  # fmt: skip
    found = beside(released, trains, "declared_no")
    # a train to China leaves long before its import is released
    ahead = by_direction(known.list_reach(), pl.col("released_on_local"), {"W": 0, "E": linking.IMPORT_DAYS})
    return found.with_columns(
        lists_after_release_days=ahead,
        subject=pl.lit("declared"),
        subject_key=key("regime", "declaration_no", "container_no"),
        record_kind=pl.lit("declaration_item"),
        record_key=key("regime", "declaration_no", "item_no"),
        iso_week=pl.col("released_on_local").dt.strftime(ISO_WEEK),
        container_nos=pl.col("container_no"),
    )
