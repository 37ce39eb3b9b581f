"""The consignment as subject: the boxes that share declarations, with what lists and declarations say of them all.

A declaration covers several boxes and a box several declarations, so only the sums over a whole group can agree. A
group is compared when it is complete: every box its declarations name is on a train, and every declaration its lists
name has come.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._groups import total
from corridor_etl.facts.cross_source._sources import Sources, listed_by
from corridor_etl.facts.numbered import beside


def subjects(known: Sources) -> pl.DataFrame:
    """One row per complete group: gross weights (kg), packages and commodity chapters of both sides."""
    linked = linking.grouped(known)
    groups = _complete(linked, known)
    lists, declarations = _lists(linked, known), _declarations(linked, known)
    both = groups.join(declarations, on="group_no").join(lists, on="group_no")
    return both.with_columns(
        subject=pl.lit("consignment"),
        subject_key=pl.concat_str(pl.lit("CN"), "group", separator="|"),
        record_kind=pl.lit("declaration_item"),
        record_key=pl.concat_str(pl.lit("CN"), "group", pl.col("item_no").cast(pl.String), separator="|"),
    )


def _complete(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    """The groups in which nothing is missing on either side."""
    boxes = linking.declared_containers(known).join(linked, on="declared_no", how="anti")
    groups = linked.select("regime", "declaration_no", "group_no").unique()
    loose = boxes.join(groups, on=["regime", "declaration_no"])
    trips = known.trips.select("trip_no", "declaration_nos").drop_nulls("declaration_nos")
    named = (
        linked.select("trip_no", "group_no")
        .unique()
        .join(trips.select("trip_no", linking.named_numbers()), on="trip_no")
        .explode("named_nos", empty_as_null=True)
        .drop_nulls("named_nos")
    )
    missing = named.join(
        linked, left_on=["group_no", "named_nos"], right_on=["group_no", "declaration_no"], how="anti"
    )
    incomplete = pl.concat([loose.select("group_no"), missing.select("group_no")]).unique()
    return linked.select("group_no", "group").unique("group_no").join(incomplete, on="group_no", how="anti")


def _lists(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    chapter = pl.when(pl.col("hs_chapter") != "").then("hs_chapter").alias("hs_chapter")
    trips = known.trips.select(
        "trip_no", "container_no", "cargo_gross_kg", "packages", "train_no", "departure_week", "delivery_id", chapter
    )  # fmt: skip
    of_trip = (
        linked.select("group_no", "trip_no").unique().join(trips, on="trip_no").sort("group_no", "trip_no")
    )
    sums = of_trip.group_by("group_no", maintain_order=True).agg(
        total("cargo_gross_kg").alias("listed_gross_kg"),
        total("packages").alias("listed_packages"),
        pl.col("train_no").first(),
        pl.col("departure_week").min().alias("iso_week"),
        pl.col("delivery_id").first().alias("list_delivery_id"),
    )
    named = {"hs_chapter": "listed_chapters", "container_no": "container_nos"}
    return beside(sums, listed_by(of_trip, "group_no", named), "group_no")


def _declarations(linked: pl.DataFrame, known: Sources) -> pl.DataFrame:
    of_item = linked.lazy().select("group_no", "regime", "declaration_no").unique().join(
        known.declarations.lazy().select(
            "regime", "declaration_no", "item_no", "gross_kg", "packages", "hs_code", "delivery_id", "line_no"
        ),
        on=["regime", "declaration_no"],
    ).collect().sort("group_no", "declaration_no", "item_no")  # fmt: skip
    whole = of_item.filter(_is_first())
    sums = whole.group_by("group_no", maintain_order=True).agg(
        total("gross_kg").alias("declared_gross_kg"),
        total("packages").alias("declared_packages"),
        *(pl.col(name).first() for name in ("item_no", "delivery_id", "line_no")),
    )
    chapters = of_item.select("group_no", chapter=pl.col("hs_code").str.head(2))
    return beside(sums, listed_by(chapters, "group_no", {"chapter": "declared_chapters"}), "group_no")


def _is_first() -> pl.Expr:
    """Whether an item is the first of its declaration, in their order."""
    number, group = pl.col("declaration_no"), pl.col("group_no")
    return ((number != number.shift(1)) | (group != group.shift(1))).fill_null(True)
