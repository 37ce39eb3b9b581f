"""The trip as subject: what port, customs and the loading list say of one container on one train."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source import links as linking
from corridor_etl.facts.cross_source import seals
from corridor_etl.facts.cross_source._sources import Sources, by_direction, listed_by, reach, words
from corridor_etl.facts.numbered import beside
from corridor_etl.model import CROSS_SCHEMA
from corridor_etl.reference.place import nodes

DECLARED_DAYS = 7
PORT_DAYS = 7  # the port must have reported for so long before a departure to be missed there
_MARGIN = pl.duration(hours=1)
EXITS = ("GTOT", "RAIL_LOAD")
_WEIGHED = ("vgm_kg", "gross_gross_kg")
_BEFORE = (
    "trip_no", "event_at_utc", "tie_no", "left_on_utc", "full_empty", "size_type", *_WEIGHED, "seal_nos", "delivery_id",
)  # fmt: skip
_USED = {
    *CROSS_SCHEMA, "trip_id", "trip_no", "service_id", "direction", "container_no", "departure_week", "tare_kg",
    "departed_on_local", "border_departed_on_local", "cargo_gross_kg",
}  # fmt: skip


def subjects(known: Sources) -> pl.DataFrame:
    """One row per trip. Columns about other documents are null where there is nothing to compare."""
    events = known.trip_events()
    names = [name for name in known.trips.columns if name in _USED and name != "origin_country"]
    found = known.trips.select(*names, linking.anchor_on())
    for part in (
        _declared(known),
        _transit(known),
        _before_departure(events),
        _milestones(known, events),
        _port_exits(known, events),
        seals.changes(known.trips, events),
    ):
        found = beside(found, part, "trip_no")
    return _named(_with_reach(_with_gap(found), known))


def _named(trips: pl.DataFrame) -> pl.DataFrame:
    cargo, tare = pl.col("cargo_gross_kg"), pl.col("tare_kg")
    return trips.with_columns(
        pl.lit("trip").alias("subject"),
        pl.col("trip_id").alias("subject_key"),
        pl.lit("manifest_container").alias("record_kind"),
        pl.col("trip_id").alias("record_key"),
        pl.col("departure_week").alias("iso_week"),
        pl.col("container_no").alias("container_nos"),
        (cargo + tare).alias("gross_gross_kg"),
        pl.col("is_transit").fill_null(False),
    )


def _declared(known: Sources) -> pl.DataFrame:
    released = linking.links(known).filter(pl.col("released_on_local").is_not_null())
    nearest = released.sort("trip_no", "gap_days", "declaration_no", nulls_last=True)
    return nearest.group_by("trip_no", maintain_order=True).agg(
        pl.col("gap_days").first().fill_null(0).alias("declared_gap_days"),
        pl.col("delivery_id").first().alias("declaration_delivery_id"),
    )


def _transit(known: Sources) -> pl.DataFrame:
    named = known.declarations.filter(pl.col("ie_flag") == "T").select(
        words("container_nos").alias("container_no"), "declared_on_local"
    )
    boxes = named.explode("container_no", empty_as_null=True)
    near = (pl.col("declared_on_local") - pl.col("departure_on_local")).dt.total_days().abs()
    trips = known.trips.select("trip_no", "container_no", "departure_on_local")
    found = trips.join(boxes, on="container_no").filter(near <= linking.IMPORT_DAYS)
    return found.select("trip_no", pl.lit(True).alias("is_transit")).unique()


def _before_departure(events: pl.DataFrame) -> pl.DataFrame:
    """Load status and size from the gate to the destination, and the weight at the port before the train left."""
    start = pl.coalesce("trip_gate_in_at_utc", pl.col("left_on_utc") - pl.duration(days=2))
    end = pl.coalesce("trip_arrived_at_utc", pl.col("left_on_utc") + _MARGIN)
    at = pl.col("event_at_utc")
    early = at <= pl.col("left_on_utc") + _MARGIN
    own = (
        events.lazy()
        .filter(at.is_between(start, end))
        .select(_BEFORE)
        .with_columns(pl.when(early).then(pl.col(name)).alias(name) for name in _WEIGHED)
        .drop("left_on_utc")
        .collect()
        .sort("trip_no", "event_at_utc", "tie_no")
    )
    said = listed_by(own, "trip_no", {"full_empty": "port_full_empty", "size_type": "port_size_type"})
    last = own.group_by("trip_no", maintain_order=True).agg(
        pl.coalesce(pl.col(name).last(ignore_nulls=True) for name in _WEIGHED).alias("port_weighed_kg"),
        pl.col("seal_nos").last(ignore_nulls=True).alias("port_seal_nos"),
        pl.col("delivery_id").first().alias("port_delivery_id"),
    )
    return beside(last, said, "trip_no")


def _milestones(known: Sources, events: pl.DataFrame) -> pl.DataFrame:
    """Instants that are no milestones of a trip: booked, and handed back empty wherever and whenever."""
    at = pl.col("event_at_utc")
    is_returned = (pl.col("event_code") == "DROP") & (pl.col("full_empty") == "E")
    is_after = is_returned & (at > pl.col("left_on_utc"))
    found = events.filter(is_after).group_by("trip_no").agg(at.min().alias("returned_at_utc"))
    booked = known.bookings.select("booking_no", "booked_at_utc", booking_delivery_id="delivery_id")
    trips = known.trips.select("trip_no", "booking_no").join(
        booked, on="booking_no", how="left", maintain_order="left"
    )
    return beside(trips.drop("booking_no"), found, "trip_no")


def _port_exits(known: Sources, events: pl.DataFrame) -> pl.DataFrame:
    """Hours from the last exit of the port before the train left, else from the first one after it (below 0)."""
    at, left = pl.col("event_at_utc"), pl.col("left_on_utc")
    ports = known.places.filter(pl.col("role") == "door_origin").filter(pl.col("node").is_in(seaports()))
    way = ["service_id", "direction", "facility_node"]
    exits = (
        events.lazy()
        .filter(pl.col("event_code").is_in(EXITS), at < left + pl.duration(days=PORT_DAYS))
        .join(ports.lazy().rename({"node": "facility_node"}).select(way), on=way)
    )
    nearest = pl.coalesce(pl.when(at <= left).then(at).max(), at.min())
    hours = (left.first() - nearest).dt.total_minutes() / 60
    return exits.group_by("trip_no").agg(hours.alias("port_exit_hours")).collect()


def seaports() -> list[str]:
    """The nodes that are seaports."""
    return sorted(name for name, node in nodes().items() if node["role"] == "seaport")


def _with_gap(trips: pl.DataFrame) -> pl.DataFrame:
    """``laden_gap_days`` since the container's last laden westbound departure, and the list of that train."""
    laden = trips.lazy().filter(direction="W", full_empty="F").select(
        "trip_no", "container_no", "departed_on_local", "delivery_id"
    ).sort("container_no", "departed_on_local", "trip_no")  # fmt: skip
    day, box = pl.col("departed_on_local"), pl.col("container_no")
    before = pl.when(box == box.shift(1))
    gaps = laden.select(
        "trip_no",
        before.then((day - day.shift(1)).dt.total_days()).alias("laden_gap_days"),
        before.then(pl.col("delivery_id").shift(1)).alias("list_delivery_id"),
    )
    return beside(trips, gaps.collect(), "trip_no")


def _with_reach(trips: pl.DataFrame, known: Sources) -> pl.DataFrame:
    declared = by_direction(
        known.declaration_reach(), pl.col("anchor_on"), {"W": DECLARED_DAYS, "E": DECLARED_DAYS}
    )
    ports = seaports()
    gates = known.events.select("facility_node", "event_code", "event_on_local").filter(
        pl.col("facility_node").is_in(ports), pl.col("event_code").is_in(EXITS)
    )
    through = known.places.filter(pl.col("role") == "door_origin").filter(pl.col("node").is_in(ports))
    through_port = through.select("service_id", "direction", is_via_port=pl.lit(True))
    trips = beside(trips, through_port, ["service_id", "direction"])
    ahead = reach(gates["event_on_local"]).ahead_days(pl.col("departed_on_local"), PORT_DAYS)
    return trips.with_columns(
        declared.alias("declarations_ahead_days"),
        pl.when(pl.col("is_via_port")).then(ahead).alias("port_ahead_days"),
    )
