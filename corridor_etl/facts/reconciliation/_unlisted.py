"""The items no loading list has: boxes loaded on rail at a port, and boxes on declarations for rail."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import Sources, Subjects
from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source._sources import by_direction, instant, key
from corridor_etl.facts.cross_source.declared import RAIL
from corridor_etl.facts.numbered import beside
from corridor_etl.facts.reconciliation.outcomes import with_outcomes
from corridor_etl.facts.trade_lines import NO_SERVICE
from corridor_etl.facts.trips import ISO_WEEK
from corridor_etl.quality.checks.cross_source import came_within
from corridor_etl.settings import Settings

_OF_DECLARATION = ("declaration_nos", "declaration_delivery_id", "in_declaration")


def unlisted_items(known: Sources, subjects: Subjects, linked: pl.DataFrame) -> pl.DataFrame:
    """One row per box: loaded at a port, declared, or both, where loading and release are near each other."""
    declared, loaded = _declared(known, linked), _loaded(known, subjects)
    pairs = _pairs(loaded, declared)
    of_load = pairs.select("subject_key", *_OF_DECLARATION)
    loads = loaded.join(of_load, on="subject_key", how="left").with_columns(
        pl.col("in_declaration").fill_null(False)
    )
    alone = declared.join(pairs, left_on="subject_key", right_on="declared_key", how="anti")
    return pl.concat([loads, alone], how="diagonal")


def _pairs(loaded: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """The declaration of each loaded box, the nearest one first; each is of one loading only."""
    theirs = declared.filter(direction="W").select(
        "container_nos", *_OF_DECLARATION, declared_key="subject_key", declared_on="moved_on_local"
    )
    mine = loaded.select("subject_key", "container_nos", "moved_on_local")
    days = (pl.col("moved_on_local") - pl.col("declared_on")).dt.total_days().abs()
    near = mine.join(theirs, on="container_nos").filter(days <= linking.LINKED_DAYS)
    ordered = near.sort(days, "declared_key", "subject_key")
    once = ordered.unique("declared_key", keep="first", maintain_order=True)
    return once.unique("subject_key", keep="first", maintain_order=True)


def _loaded(known: Sources, subjects: Subjects) -> pl.DataFrame:
    settings = known.settings.reconciliation
    within = {"days": settings.manifested_within_days, "further_days": settings.manifests_late_days}
    came = came_within(pl.col("list_gap_days"), pl.col("lists_after_loading_days"), **within)
    names = ("subject", "subject_key", "iso_week", "container_nos", "train_no", "list_gap_days")
    said = subjects.of("port_load").select(
        *names, "lists_after_loading_days", port_delivery_id="delivery_id"
    )  # fmt: skip
    loads = said.filter(~came.fill_null(False)).collect()
    loads = beside(loads, _loadings(known), "subject_key")
    items = loads.with_columns(
        _service_of(loads["train_no"], known.settings),
        direction=pl.lit("W"),
        in_manifest=pl.lit(False),
        in_port_record=pl.lit(True),
        due_on=pl.col("moved_on_local") + pl.duration(days=sum(within.values())),
    )
    name = "moved_not_manifested"
    opened = {name: pl.col("moved_on_local") + pl.duration(days=settings.manifested_within_days)}
    return with_outcomes(items, {name: ~came}, opened, came.is_null())


def _loadings(known: Sources) -> pl.DataFrame:
    """What the event of each loading on rail says of the box."""
    loads = known.events.lazy().filter(pl.col("event_code") == "RAIL_LOAD").sort("delivery_id", "line_no")
    told = loads.select(
        key("container_no", instant("event_at_utc"), "facility_code").alias("subject_key"),
        moved_on_local="event_on_local",
        port_seals="seal_nos",
        port_size_type="size_type",
        port_full_empty="full_empty",
    )
    return told.unique("subject_key", keep="first", maintain_order=True).collect()


def _service_of(trains: pl.Series, settings: Settings) -> pl.Expr:
    """The service of each train; its number is looked up once."""
    services = {name: settings.service_of_train(name) or NO_SERVICE for name in trains.drop_nulls().unique()}
    return (
        pl.col("train_no")
        .replace_strict(services, default=NO_SERVICE, return_dtype=pl.String)
        .alias("service_id")
    )


def _declared(known: Sources, linked: pl.DataFrame) -> pl.DataFrame:
    settings = known.settings.reconciliation
    box, item = ["regime", "declaration_no", "container_no"], ["regime", "declaration_no", "item_no"]
    boxes = linking.declared_containers(known).filter(pl.col("transport_mode") == RAIL)
    trains = known.declarations.select(*item, pl.col("service_id").fill_null(NO_SERVICE), "train_no")
    day, released = pl.coalesce("released_on_local", "declared_on_local"), pl.col("released_on_local")
    unlinked = boxes.join(linked, on="declared_no", how="anti").join(trains, on=item, how="left")
    items = unlinked.with_columns(
        subject=pl.lit("declared"),
        subject_key=key(*box),
        iso_week=day.dt.strftime(ISO_WEEK),
        moved_on_local=day,
        container_nos="container_no",
        declaration_nos="declaration_no",
        in_manifest=pl.lit(False),
        in_declaration=released.is_not_null(),
        in_port_record=pl.lit(False),
        due_on=released + pl.duration(days=settings.moved_within_days),
        declaration_delivery_id="delivery_id",
    )
    ahead = by_direction(known.list_reach(), released, {"W": 0, "E": linking.IMPORT_DAYS})
    name, missed = "declared_not_moved", ahead > settings.moved_within_days
    return with_outcomes(items, {name: missed}, {name: pl.col("due_on")}, ~missed.fill_null(False))
