"""A container loaded on rail at a port as subject, and the train list it should be on some days later."""

from __future__ import annotations

import re

import polars as pl

from corridor_etl.facts.cross_source._sources import Sources, instant, key
from corridor_etl.facts.cross_source.trips import seaports
from corridor_etl.facts.numbered import beside

SOUGHT_DAYS = 60
_OF_LOAD = (
    "box_no", "container_no", "event_at_utc", "facility_code", "event_code", "event_on_local", "delivery_id", "line_no",
    "conveyance_name",
)  # fmt: skip


def subjects(known: Sources) -> pl.DataFrame:
    """One row per container loaded on rail at a seaport; events that name a train of nobody's service are left out.

    ``list_gap_days`` is to the container's next westbound departure, null where it is on no later list.
    """
    loads = known.events.lazy().filter(
        pl.col("event_code") == "RAIL_LOAD", pl.col("facility_node").is_in(seaports())
    ).select(_OF_LOAD).collect()  # fmt: skip
    loads = loads.filter(_is_ours(loads, known)).sort(
        "box_no", "event_at_utc", "facility_code", "delivery_id", "line_no"
    )
    identity = ["box_no", "event_at_utc", "facility_code"]
    loads = loads.unique(identity, keep="first", maintain_order=True).with_row_index("load_no")
    trips = known.trips.lazy().filter(direction="W").select(
        "box_no", "departed_on_local", list_delivery_id="delivery_id"
    )  # fmt: skip
    days = (pl.col("departed_on_local") - pl.col("event_on_local")).dt.total_days()
    later = (
        loads.lazy()
        .select("load_no", "box_no", "event_on_local")
        .join(trips, on="box_no")
        .select("load_no", days.alias("list_gap_days"), "list_delivery_id")
        .filter(pl.col("list_gap_days").is_between(0, SOUGHT_DAYS))
        .collect()
        .sort("load_no", "list_gap_days", "list_delivery_id")
        .unique("load_no", keep="first", maintain_order=True)
    )
    at = loads.select(instant("event_at_utc")).to_series()
    return beside(loads, later, "load_no").with_columns(
        lists_after_loading_days=known.list_reach()["W"].ahead_days(pl.col("event_on_local")),
        subject=pl.lit("port_load"),
        subject_key=key("container_no", pl.lit(at), "facility_code"),
        record_kind=pl.lit("port_event"),
        record_key=key("container_no", "event_code", pl.lit(at), "facility_code"),
        iso_week=pl.col("event_on_local").dt.strftime("%G-W%V"),
        container_nos=pl.col("container_no"),
        train_no=pl.col("conveyance_name"),
    )


def _is_ours(loads: pl.DataFrame, known: Sources) -> pl.Expr:
    """Whether the event names no train or one of a service; at a port most trains go elsewhere."""
    ours = "|".join(f"(?:{service.train_no_pattern})" for service in known.settings.services)
    names = loads["conveyance_name"].drop_nulls().unique().to_list()
    foreign = sorted(name for name in names if not re.fullmatch(ours, name))
    return pl.col("conveyance_name").is_in(foreign).not_().fill_null(True)
