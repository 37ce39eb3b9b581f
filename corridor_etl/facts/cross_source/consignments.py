"""The consignment as subject: the boxes that share declarations, with what lists and declarations say of them all.

A declaration covers several boxes and a box several declarations, so only the sums over a whole group can agree. A
group is compared when it is complete: every box its declarations name is on a train, and every declaration its lists
name has come.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._groups import total, with_group
from corridor_etl.facts.cross_source._sources import Sources, listed


def subjects(known: Sources) -> pl.DataFrame:
    """One row per complete group: gross weights (kg), packages and commodity chapters of both sides."""
    linked = with_group(linking.links(known), "declaration_no", "trip_id")
    groups = _complete(linked, known)
    lists, declarations = _lists(linked, known), _declarations(linked, known)
    return groups.join(declarations, on="group").join(lists, on="group").with_columns(
        subject=pl.lit("consignment"),
        subject_key=pl.concat_str(pl.lit("CN"), "group", separator="|"),
        record_kind=pl.lit("declaration_item"),
        record_key=pl.concat_str(pl.lit("CN"), "group", pl.col("item_no").cast(pl.String), separator="|"),
    )  # fmt: skip


def _complete(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    """The groups in which nothing is missing on either side."""
    boxes = linking.declared_containers(known).join(
        linked.select("regime", "declaration_no", "group").unique(), on=["regime", "declaration_no"]
    )
    loose = boxes.join(linked, on=["regime", "declaration_no", "container_no"], how="anti")
    trips = known.trips.select("trip_id", linking.named_numbers()).join(
        linked.select("trip_id", "group").unique(), on="trip_id"
    )
    named = trips.explode("named_nos", empty_as_null=True).drop_nulls("named_nos")
    missing = named.join(
        linked, left_on=["group", "named_nos"], right_on=["group", "declaration_no"], how="anti"
    )
    incomplete = pl.concat([loose.select("group"), missing.select("group")]).unique()
    return linked.select("group").unique().join(incomplete, on="group", how="anti")


def _lists(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    of_trip = (
        linked.select("group", "trip_id").unique().join(known.trips, on="trip_id").sort("group", "trip_id")
    )
    chapters = pl.when(pl.col("hs_chapter") != "").then("hs_chapter")
    return of_trip.group_by("group", maintain_order=True).agg(
        total("cargo_gross_kg").alias("listed_gross_kg"),
        total("packages").alias("listed_packages"),
        listed(chapters).alias("listed_chapters"),
        listed(pl.col("container_no")).alias("container_nos"),
        pl.col("train_no").first(),
        pl.col("departure_week").min().alias("iso_week"),
        pl.col("delivery_id").first().alias("list_delivery_id"),
    )


def _declarations(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    of_item = linked.select("group", "regime", "declaration_no").unique().join(
        known.declarations, on=["regime", "declaration_no"]
    ).sort("group", "declaration_no", "item_no")  # fmt: skip
    whole = of_item.unique(["group", "declaration_no"], keep="first", maintain_order=True)
    sums = whole.group_by("group", maintain_order=True).agg(
        total("gross_kg").alias("declared_gross_kg"),
        total("packages").alias("declared_packages"),
        *(pl.col(name).first() for name in ("item_no", "delivery_id", "line_no")),
    )
    chapters = of_item.group_by("group").agg(listed(pl.col("hs_code").str.head(2)).alias("declared_chapters"))
    return sums.join(chapters, on="group")
