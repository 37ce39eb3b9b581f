"""The items of loading lists: each container trip, and each consignment of several of them."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import Sources, Subjects
from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._sources import listed_by
from corridor_etl.facts.cross_source.trips import seaports
from corridor_etl.facts.milestones import INSTANTS
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.reconciliation._sides import goods_gap, grams, heads, with_chosen
from corridor_etl.facts.reconciliation.outcomes import with_outcomes
from corridor_etl.quality.checks.cross_source import is_declared, ratio_is_within, weights_agree
from corridor_etl.quality.checks.sequences import cycle_is_possible
from corridor_etl.settings import Reconciliation

_OF_SUBJECT = (
    "subject_key", "is_transit", "declared_gap_days", "declarations_ahead_days", "port_exit_hours", "port_ahead_days",
    "gross_gross_kg", "port_full_empty", "port_size_type", "port_seal_nos", "port_weighed_kg", "port_delivery_id",
    "seal_changes", "laden_gap_days",
)  # fmt: skip
_OF_FIRST = ("service_id", "direction", "train_no", "list_delivery_id", "list_line_no")
_OF_SEVERAL = (
    *_OF_FIRST, "iso_week", "moved_on_local", "departed_on_local", "in_port_record", "container_nos", "manifest_hs",
)  # fmt: skip
_SEEN = (*INSTANTS, "port_exit_hours", "port_delivery_id")


def trip_items(
    known: Sources, subjects: Subjects, linked: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """One row per container trip. The sums of a consignment are compared here where it is this box alone."""
    settings = known.settings.reconciliation
    said = subjects.of("trip").select(_OF_SUBJECT).rename({"subject_key": "trip_id"})
    items = beside(known.trips.drop("declaration_nos"), said.collect(), "trip_id")
    own = linked.select("trip_no", "group_no").unique().join(groups, on="group_no")
    items = beside(beside(items, own, "trip_no"), _through_port(known), ["service_id", "direction"])
    items = with_chosen(_sided(items, settings.declared_within_days), settings)
    declared = is_declared(
        pl.col("full_empty"), pl.col("declared_gap_days"), pl.col("is_transit"), pl.col("declarations_ahead_days"),
        days=settings.declared_within_days,
    )  # fmt: skip
    is_awaited = pl.col("is_via_port") & pl.col("port_exit_hours").is_null()
    applies = {"manifested_not_declared": ~declared, **_moved(settings, is_awaited), **_gaps(settings)}
    applies["weight_gap"] = applies["weight_gap"].fill_null(False) | _weighed_apart(settings)
    opened = {**dict.fromkeys(_moved(settings, is_awaited), pl.col("departed_on_local")), **_both_since()}
    opened["manifested_not_declared"] = pl.col("due_on")
    is_undeclared_yet = (pl.col("full_empty") == "F") & declared.is_null()
    return with_outcomes(items, applies, opened, is_undeclared_yet | is_awaited)


def _moved(settings: Reconciliation, is_awaited: pl.Expr) -> dict[str, pl.Expr]:
    """What lists and port records say differently of a box."""
    return {
        "manifested_not_moved": is_awaited & (pl.col("port_ahead_days") > 0),
        "duplicate": ~cycle_is_possible(pl.col("laden_gap_days"), days=settings.duplicate_days),
        "seal_changed": pl.col("seal_changes") > 0,
        "status_mismatch": pl.col("manifest_full_empty") != pl.col("port_full_empty"),
        "size_mismatch": pl.col("manifest_size_type") != pl.col("port_size_type"),
    }


def _sided(trips: pl.DataFrame, days: int) -> pl.DataFrame:
    """The values of each side in the columns of the item."""
    is_alone = (pl.col("trips") == 1) & pl.col("is_complete")
    whole = ("declared_gross_g", "declared_packages", "export_value_cent", "import_value_cent", "declared_hs")
    mine = pl.when(pl.col("trips") == 1)
    return trips.with_columns(
        *(pl.when(is_alone).then(name).alias(name) for name in whole[:2]),
        *(mine.then(name).alias(name) for name in whole[2:]),
        subject=pl.lit("trip"),
        subject_key="trip_id",
        iso_week="departure_week",
        container_nos="container_no",
        moved_on_local="departed_on_local",
        in_manifest=pl.lit(True),
        in_declaration=(pl.col("declared_gap_days").is_not_null() | pl.col("is_transit")).fill_null(False),
        in_port_record=pl.any_horizontal(pl.col(_SEEN).is_not_null()),
        due_on=linking.anchor_on() + pl.duration(days=days),
        manifest_gross_g=grams("cargo_gross_kg"),
        port_gross_g=grams("port_weighed_kg") - grams("tare_kg"),
        manifest_packages="packages",
        manifest_hs=pl.when(pl.col("full_empty").ne_missing("E")).then(heads("listed_hs_code")),
        manifest_seals="seal_nos",
        port_seals="port_seal_nos",
        manifest_size_type="size_type",
        manifest_full_empty="full_empty",
        list_delivery_id="delivery_id",
        list_line_no="line_no",
    )


def _through_port(known: Sources) -> pl.DataFrame:
    doors = known.places.filter(pl.col("role") == "door_origin", pl.col("node").is_in(seaports()))
    return doors.select("service_id", "direction", is_via_port=pl.lit(True))


def consignment_items(
    known: Sources, linked: pl.DataFrame, groups: pl.DataFrame, trips: pl.DataFrame
) -> pl.DataFrame:
    """One row per consignment of several boxes; ``trips`` are the items of the trips."""
    settings = known.settings.reconciliation
    several = groups.filter(pl.col("trips") > 1)
    of_trip = (
        linked.select("group_no", "trip_no")
        .unique()
        .join(several.select("group_no"), on="group_no")
        .join(trips.select("trip_no", *_OF_SEVERAL), on="trip_no")
        .sort("group_no", "trip_no")
    )
    lists = of_trip.group_by("group_no", maintain_order=True).agg(
        *(pl.col(name).first() for name in _OF_FIRST),
        *(pl.col(name).min() for name in ("iso_week", "moved_on_local", "departed_on_local")),
        pl.col("in_port_record").all(),
    )  # fmt: skip
    said = listed_by(of_trip, "group_no", {name: name for name in ("container_nos", "manifest_hs")})
    items = (
        several.join(lists, on="group_no")
        .join(said, on="group_no")
        .with_columns(
            subject=pl.lit("consignment"),
            subject_key="consignment_key",
            in_manifest=pl.lit(True),
            in_declaration="is_released",
            due_on=pl.lit(None, dtype=pl.Date),
            manifest_gross_g="listed_gross_g",
            manifest_packages="listed_packages",
            **_NOT_OF_SEVERAL,
        )
    )
    return with_outcomes(
        with_chosen(items, settings), _gaps(settings), _both_since(), pl.col("is_complete").is_null()
    )


_NOT_OF_SEVERAL = {
    "port_gross_g": pl.lit(None, dtype=pl.Int64),
    **{
        f"{side}_{name}": pl.lit(None, dtype=pl.String)
        for side in ("manifest", "port")
        for name in ("seals", "size_type", "full_empty")
    },
}


def _gaps(settings: Reconciliation) -> dict[str, pl.Expr]:
    """Where loading lists and declarations, or those of both sides of the border, differ too much."""
    agree = weights_agree(
        pl.col("manifest_gross_g"), pl.col("declared_gross_g"),
        share=settings.weight_pct / 100, tolerance_kg=settings.weight_kg * 1000,
    )  # fmt: skip
    plausible = ratio_is_within(
        pl.col("export_value_cent"), pl.col("import_value_cent"),
        lowest=settings.value_ratio_lowest, highest=settings.value_ratio_highest,
    )  # fmt: skip
    return {
        "weight_gap": ~agree,
        "package_gap": pl.col("manifest_packages") != pl.col("declared_packages"),
        "value_gap": ~plausible,
        "hs_gap": pl.col("is_complete") & goods_gap(settings.hs_digits),
    }


def _weighed_apart(settings: Reconciliation) -> pl.Expr:
    share = settings.weighed_pct / 100
    return ~weights_agree(pl.col("gross_gross_kg"), pl.col("port_weighed_kg"), share=share, tolerance_kg=0)


def _both_since() -> dict[str, pl.Expr]:
    """The day the later of both documents is about."""
    day = pl.max_horizontal("departed_on_local", "declared_on_local")
    return dict.fromkeys(("weight_gap", "package_gap", "value_gap", "hs_gap"), day)
