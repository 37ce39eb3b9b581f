"""Which declared goods went in which container: items and container trips, many to many, with value and net mass.

One box may hold the goods of several declarations, and one declaration goods in several boxes. Which trip a declaration
is about is told by ``cross_source.links``; adding up per train or week belongs to the KPIs.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor_etl.facts.allocation import allocated, with_estimated_weights
from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._sources import sources
from corridor_etl.facts.records import records
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.settings import Settings

TRIP, NO_TRIP, NO_CONTAINER = "TRIP", "NO_TRIP", "NO_CONTAINER"
ITEM = ("regime", "declaration_no", "item_no")
AMOUNTS = ("value_fen", "value_cent", "stat_value_fen", "stat_value_cent", "net_g")
COLUMNS = (
    *ITEM, "container_no", "trip_id", "allocation", "service_id", "direction", "flow", "hs_chapter", "release_week",
    *AMOUNTS, "delivery_id", "line_no",
)  # fmt: skip


def declared_containers(
    current: Mapping[str, pl.DataFrame], lines: pl.DataFrame, trips: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """One row per trade line and container it names, columns :data:`COLUMNS`, sorted by item and container.

    ``lines`` are ``trade_lines``, ``trips`` ``container_trips`` of the same records. The declared and the statistical
    value of a line (0.01 CNY, 0.01 USD) and its ``net_g`` are split over its containers by the gross weight of their
    trips, so that they add up to the line; a container whose weight is not known counts as the mean of the others.
    ``allocation``: TRIP; NO_TRIP for a container that no trip near the declaration has, with its share left there and
    ``trip_id`` null; NO_CONTAINER for a line that names none, with all of it.
    """
    documents = {
        kind: current[kind] for kind in ("manifest_container", "declaration_item") if kind in current
    }
    links = linking.links(sources(documents, settings, trips)).select(
        "regime", "declaration_no", "container_no", "trip_id"
    )
    parts = (
        _named(lines, records("declaration_item", current.get("declaration_item")))
        .join(links, on=["regime", "declaration_no", "container_no"], how="left")
        .join(trips.select("trip_id", weight=scaled("cargo_gross_kg", 3)), on="trip_id", how="left")
    )
    parts = allocated(
        with_estimated_weights(parts, "weight", ITEM), AMOUNTS, weight="weight", whole=ITEM, tie=["container_no"]
    )  # fmt: skip
    allocation = (
        pl.when(pl.col("trip_id").is_not_null())
        .then(pl.lit(TRIP))
        .when(pl.col("container_no").is_not_null())
        .then(pl.lit(NO_TRIP))
        .otherwise(pl.lit(NO_CONTAINER))
    )
    return parts.with_columns(allocation.alias("allocation")).select(COLUMNS)


def _named(lines: pl.DataFrame, declarations: pl.DataFrame) -> pl.DataFrame:
    """Lines with each container they name, once, and their amounts as whole numbers; one row where they name none."""
    boxes = declarations.select(
        *ITEM, pl.col("container_nos").str.extract_all(r"\S+").list.unique().alias("container_no")
    )
    return (
        lines.join(boxes, on=ITEM, how="left")
        .explode("container_no", empty_as_null=True)
        .with_columns(
            value_fen=scaled("value_cny", 2),
            value_cent=scaled("value_usd", 2),
            stat_value_fen=scaled("stat_value_cny", 2),
            stat_value_cent=scaled("stat_value_usd", 2),
        )
    )
