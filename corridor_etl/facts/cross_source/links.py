"""Which declaration covers which trip: the container it names, on the train nearest to it.

A container travels again and again, so a declaration belongs to one trip only: the one whose loading list names its
number, else the one that left (or, coming to China, crossed the border) nearest to the days between acceptance and
release.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source._groups import with_group
from corridor_etl.facts.cross_source._sources import Sources, once, words
from corridor_etl.facts.flows import declared_direction

LINKED_DAYS = 14  # further apart they are about another trip of the container
IMPORT_DAYS = 30  # how long an import may be declared after a train whose crossing nobody reported
_DECLARATION = ("regime", "declaration_no")


@once
def declared_containers(known: Sources) -> pl.DataFrame:
    """One row per Chinese declaration of an export or import and container it names.

    direction, declared_on_local, released_on_local, transport_mode, delivery_id, line_no (of its first item), and
    ``declared_no``, which counts the rows in the order of regime and declaration.
    """
    return (
        known.declarations.lazy()
        .filter((pl.col("regime") == "CN") & pl.col("ie_flag").is_in(["E", "I"]))
        .select(
            *_DECLARATION, "declared_on_local", "released_on_local", "transport_mode", "item_no", "delivery_id",
            "line_no", declared_direction().alias("direction"), words("container_nos").alias("container_no"),
        )
        .sort(*_DECLARATION, "item_no")
        .explode("container_no", empty_as_null=True)
        .filter(pl.col("container_no").is_not_null())
        .unique([*_DECLARATION, "container_no"], keep="first", maintain_order=True)
        .select(
            *_DECLARATION, "container_no", "direction", "declared_on_local", "released_on_local", "transport_mode",
            "item_no", "delivery_id", "line_no",
        )
        .with_row_index("declared_no")
        .collect()
    )  # fmt: skip


@once
def links(known: Sources) -> pl.DataFrame:
    """One row per declaration and container whose trip is known: trip_id and ``gap_days`` (never below 0)."""
    anchored = _anchored(known.trips).lazy().rename({"direction": "way"})
    found = declared_containers(known).lazy().join(anchored, on="container_no")
    is_named = pl.col("declaration_no").is_in("named_nos", nulls_equal=False).fill_null(False)
    return (
        found.filter(pl.col("direction") == pl.col("way"))
        .drop("way")
        .with_columns(_gap_days().alias("gap_days"), is_named.alias("is_named"))
        .filter((pl.col("gap_days") <= LINKED_DAYS) | pl.col("is_named"))
        .collect()
        .sort(
            "declared_no",
            pl.col("is_named").not_(),
            "gap_days",
            (pl.col("departure_on_local") - pl.col("declared_on_local")).abs(),
            "trip_no",
            nulls_last=True,
        )
        .unique("declared_no", keep="first", maintain_order=True)
    )


@once
def grouped(known: Sources) -> pl.DataFrame:
    """The links with ``group``: declarations and trips that share boxes, by way of others too."""
    return with_group(links(known), "declaration_no", "trip_no")


def _anchored(trips: pl.DataFrame) -> pl.DataFrame:
    return trips.select(
        "trip_id", "trip_no", "container_no", "direction", "departure_on_local", anchor_on(), named_numbers(),
        trip_delivery_id="delivery_id",
    )  # fmt: skip


def anchor_on() -> pl.Expr:
    """The day a trip's declaration belongs to: leaving for the west, crossing the border for the east."""
    east = pl.when(pl.col("direction") == "E").then(pl.col("border_departed_on_local"))
    west = pl.when(pl.col("direction") == "W").then(pl.col("departed_on_local"))
    return pl.coalesce(west, east).alias("anchor_on")


def named_numbers() -> pl.Expr:
    """The declaration numbers a loading list names."""
    return words("declaration_nos").alias("named_nos")


def _gap_days() -> pl.Expr:
    """Days between the anchor and the span from acceptance to release; without an anchor 0 within the import days."""
    declared, anchor = pl.col("declared_on_local"), pl.col("anchor_on")
    released = pl.coalesce("released_on_local", "declared_on_local")
    apart = pl.max_horizontal(
        (declared - anchor).dt.total_days(), (anchor - released).dt.total_days(), pl.lit(0)
    )
    since = (declared - pl.col("departure_on_local")).dt.total_days()
    return pl.when(anchor.is_not_null()).then(apart).when(since.is_between(0, IMPORT_DAYS)).then(pl.lit(0))
