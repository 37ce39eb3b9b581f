"""Goods that are not Chinese on an export declaration, and what shows how they came into the country."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source._sources import Sources, key, reach, words
from corridor_etl.facts.trips import ISO_WEEK

HEADING_DIGITS = 4
TRANSIT_DAYS = 60


def subjects(known: Sources) -> pl.DataFrame:
    """One row per item of an export declaration whose origin is stated and is not China."""
    chinese = known.declarations.filter(pl.col("regime") == "CN")
    items = chinese.filter(pl.col("ie_flag") == "E", pl.col("origin_country") != "CN").with_columns(
        _heading()
    )
    imports = chinese.filter(pl.col("ie_flag") == "I")
    ahead = reach(imports["declared_on_local"]).ahead_days(pl.col("declared_on_local"))
    return (
        items.join(_imported(items, imports), on=["declaration_no", "item_no"], how="left")
        .join(_in_transit(items, known.declarations), on=["declaration_no", "item_no"], how="left")
        .with_columns(
            pl.col("is_transit").fill_null(False),
            imports_ahead_days=ahead,
            subject=pl.lit("reexport"),
            subject_key=key("regime", "declaration_no", "item_no"),
            record_kind=pl.lit("declaration_item"),
            record_key=key("regime", "declaration_no", "item_no"),
            iso_week=pl.coalesce("released_on_local", "declared_on_local").dt.strftime(ISO_WEEK),
        )
    )


def _heading() -> pl.Expr:
    return pl.col("hs_code").str.head(HEADING_DIGITS).alias("heading")


def _imported(items: pl.DataFrame, imports: pl.DataFrame) -> pl.DataFrame:
    """``import_gap_days`` to the last import of the same origin and heading that was not later."""
    came = imports.select(
        "origin_country", _heading(), came_on="declared_on_local", declaration_delivery_id="delivery_id"
    )
    days = (pl.col("declared_on_local") - pl.col("came_on")).dt.total_days()
    found = items.select("declaration_no", "item_no", "origin_country", "heading", "declared_on_local").join(
        came.unique(), on=["origin_country", "heading"]
    )
    nearest = found.with_columns(days.alias("import_gap_days")).filter(pl.col("import_gap_days") >= 0)
    return (
        nearest.sort("import_gap_days", "declaration_delivery_id")
        .unique(["declaration_no", "item_no"], keep="first", maintain_order=True)
        .select("declaration_no", "item_no", "import_gap_days", "declaration_delivery_id")
    )


def _in_transit(items: pl.DataFrame, declarations: pl.DataFrame) -> pl.DataFrame:
    transit = declarations.filter(pl.col("ie_flag") == "T").select(
        words("container_nos").alias("container_no"), transit_on="declared_on_local"
    )
    boxes = items.select(
        "declaration_no", "item_no", "declared_on_local", words("container_nos").alias("container_no")
    )
    near = (pl.col("declared_on_local") - pl.col("transit_on")).dt.total_days().abs() <= TRANSIT_DAYS
    return (
        boxes.explode("container_no", empty_as_null=True)
        .join(transit.explode("container_no", empty_as_null=True), on="container_no")
        .filter(near)
        .select("declaration_no", "item_no", pl.lit(True).alias("is_transit"))
        .unique()
    )
