"""A container loaded on rail at a port as subject, and the train list it should be on some days later."""

from __future__ import annotations

import re

import polars as pl

from corridor_etl.facts.cross_source._sources import Sources, instant, key
from corridor_etl.facts.cross_source.trips import seaports

SOUGHT_DAYS = 60


def subjects(known: Sources) -> pl.DataFrame:
    """One row per container loaded on rail at a seaport; events that name a train of nobody's service are left out.

    ``list_gap_days`` is to the container's next westbound departure, null where it is on no later list.
    """
    loads = known.events.filter(
        pl.col("event_code") == "RAIL_LOAD", pl.col("facility_node").is_in(seaports()), _is_ours(known)
    ).sort("container_no", "event_at_utc", "facility_code", "delivery_id", "line_no")
    loads = loads.unique(["container_no", "event_at_utc", "facility_code"], keep="first", maintain_order=True)
    trips = known.trips.filter(direction="W").select(
        "container_no", "departed_on_local", list_delivery_id="delivery_id"
    )
    days = (pl.col("departed_on_local") - pl.col("event_on_local")).dt.total_days()
    identity = ["container_no", "event_at_utc", "facility_code"]
    later = (
        loads.select(*identity, "event_on_local")
        .join(trips, on="container_no")
        .select(*identity, days.alias("list_gap_days"), "list_delivery_id")
        .filter(pl.col("list_gap_days").is_between(0, SOUGHT_DAYS))
        .sort("list_gap_days", "list_delivery_id")
        .unique(identity, keep="first", maintain_order=True)
    )
    own = loads.select(*identity, "event_code", "event_on_local", "delivery_id", "line_no", "conveyance_name")
    return own.join(later, on=identity, how="left").with_columns(
        lists_after_loading_days=known.list_reach()["W"].ahead_days(pl.col("event_on_local")),
        subject=pl.lit("port_load"),
        subject_key=key("container_no", instant("event_at_utc"), "facility_code"),
        record_kind=pl.lit("port_event"),
        record_key=key("container_no", "event_code", instant("event_at_utc"), "facility_code"),
        iso_week=pl.col("event_on_local").dt.strftime("%G-W%V"),
        container_nos=pl.col("container_no"),
        train_no=pl.col("conveyance_name"),
    )


def _is_ours(known: Sources) -> pl.Expr:
    """Whether the event names no train or one of a service; at a port most trains go elsewhere."""
    ours = "|".join(f"(?:{service.train_no_pattern})" for service in known.settings.services)
    names = known.events["conveyance_name"].drop_nulls().unique().to_list()
    foreign = sorted(name for name in names if not re.fullmatch(ours, name))
    return pl.col("conveyance_name").is_in(foreign).not_().fill_null(True)
