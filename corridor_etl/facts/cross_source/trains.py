"""The train as subject: what was booked, listed, seen leaving and handed over at the border."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.booked_departures import booked_departures
from corridor_etl.facts.cross_source._sources import Sources, by_direction, key, listed, reach
from corridor_etl.facts.departures import TRAIN

SEEN_DAYS = 3  # a train of this number leaving within so many days of the plan is the same one
_LIST_KEY = ("service_id", "train_no", "departure_on_local", "container_no")
_LISTED = ("departure_week", "delivery_id", "line_no", "container_no")


def subjects(known: Sources) -> pl.DataFrame:
    """One row per train that is on a list or booked; of a train only booked nothing is known but that."""
    trains = _trains(known).join(_bookings(known), on=TRAIN, how="full", coalesce=True)
    for part in (_border(known), _added(known)):
        trains = trains.join(part, on=TRAIN, how="left")
    is_listed = pl.col("container_no").is_not_null()
    on_list, on_booking = key(*_LIST_KEY), pl.col("first_booking_no")
    return trains.with_columns(
        pl.coalesce("delivery_id", "booking_delivery_id").alias("delivery_id"),
        pl.coalesce("line_no", "booking_line_no").alias("line_no"),
        _lists_after(known).alias("lists_after_train_days"),
        subject=pl.lit("train"),
        subject_key=key(*TRAIN),
        record_kind=pl.when(is_listed).then(pl.lit("manifest_container")).otherwise(pl.lit("booking")),
        record_key=pl.when(is_listed).then(on_list).otherwise(on_booking),
        iso_week=pl.coalesce("departure_week", "booked_week"),
    )


def _lists_after(known: Sources) -> pl.Expr:
    return by_direction(known.list_reach(), pl.col("departure_on_local"), {"W": 0, "E": 0})


def _trains(known: Sources) -> pl.DataFrame:
    first = [pl.col(name).first() for name in _LISTED]
    return known.trips.group_by(TRAIN, maintain_order=True).agg(*first)


def _bookings(known: Sources) -> pl.DataFrame:
    """Containers and slots booked per train, and how many of the containers are on no list of it."""
    confirmed = known.bookings.filter(pl.col("booking_status") == "confirmed").sort("booking_no")
    laden = known.trips.filter((pl.col("full_empty") == "F").fill_null(True))
    came = laden.group_by(*TRAIN, "booking_no").agg(pl.len().cast(pl.Int64).alias("came"))
    unnamed = came.filter(pl.col("booking_no").is_null()).select(*TRAIN, unnamed="came")
    missing = (pl.col("containers") - pl.col("came").fill_null(0)).clip(lower_bound=0)
    sums = (
        confirmed.join(came, on=[*TRAIN, "booking_no"], how="left")
        .group_by(TRAIN, maintain_order=True)
        .agg(
            pl.col("containers").sum().alias("booked_boxes"),
            missing.sum().alias("missing"),
            pl.col("booking_no").first().alias("first_booking_no"),
            pl.col("delivery_id").first().alias("booking_delivery_id"),
            pl.col("line_no").first().alias("booking_line_no"),
        )
        .join(unnamed, on=TRAIN, how="left")
    )
    # boxes whose list names no booking fill those that are still missing
    no_show = (pl.col("missing") - pl.col("unnamed").fill_null(0)).clip(lower_bound=0)
    slots = booked_departures(known.bookings, known.settings).select(
        *TRAIN, booked_week="departure_week", booked_teu=pl.col("booked_teu_x100") / 100,
        capacity_teu=pl.col("capacity_teu_x100") / 100,
    )  # fmt: skip
    return sums.with_columns(no_show.alias("no_show_boxes")).join(slots, on=TRAIN, how="left")


def _border(known: Sources) -> pl.DataFrame:
    """Containers that reached the border and those that went on; seen further on counts as gone on."""
    arrived = pl.col("border_arrived_at_utc").is_not_null()
    gone = pl.any_horizontal(
        pl.col(c).is_not_null() for c in ("border_departed_at_utc", "arrived_at_utc", "delivered_at_utc")
    )
    trains = (
        known.trips.lazy()
        .group_by(TRAIN)
        .agg(
            arrived.sum().cast(pl.Int64).alias("border_in_boxes"),
            (arrived & gone).sum().cast(pl.Int64).alias("border_out_boxes"),
            listed(pl.col("container_no").filter(arrived & ~gone)).fill_null("").alias("left_behind"),
            pl.col("border_arrived_at_utc").max().dt.date().alias("border_on_utc"),
        )
    )
    reached = trains.filter(pl.col("border_in_boxes") > 0).collect()
    return reached.join(_border_ahead(reached, known), on=TRAIN, how="left")


def _border_ahead(trains: pl.DataFrame, known: Sources) -> pl.DataFrame:
    """How far departures from the border's far side reach beyond the day each train came there."""
    parts = []
    outs = known.places.filter(pl.col("role") == "border_out")
    for service_id, direction, node in outs.select("service_id", "direction", "node").iter_rows():
        left = known.events.select("event_code", "facility_node", "event_on_local").filter(
            pl.col("event_code") == "DEPA", pl.col("facility_node") == node
        )
        ahead = reach(left["event_on_local"]).ahead_days(pl.col("border_on_utc")).alias("border_ahead_days")
        parts.append(trains.filter(service_id=service_id, direction=direction).select(*TRAIN, ahead))
    return (
        pl.concat(parts)
        if parts
        else trains.select(*TRAIN, pl.lit(None, pl.Int64()).alias("border_ahead_days"))
    )


def _added(known: Sources) -> pl.DataFrame:
    """Containers seen leaving the origin with the train whose list does not have them."""
    origins = known.places.filter(pl.col("role") == "origin").select("service_id", "direction", "node")
    listed_boxes = known.trips.select(*TRAIN, "box_no")
    trains = listed_boxes.select(TRAIN).unique().with_row_index("train")
    left = (
        known.events.lazy()
        .filter(pl.col("event_code") == "DEPA", pl.col("facility_node").is_in(origins["node"].to_list()))
        .select(
            "box_no",
            "container_no",
            "event_on_local",
            node="facility_node",
            train_no="conveyance_name",
            port_delivery_id="delivery_id",
        )
    )
    apart = (pl.col("event_on_local") - pl.col("departure_on_local")).dt.total_days().abs()
    seen = (
        trains.join(origins, on=["service_id", "direction"])
        .lazy()
        .join(left, on=["node", "train_no"])
        .filter(apart <= SEEN_DAYS)
    )
    own = listed_boxes.join(trains, on=TRAIN).lazy().select(_box_of_train())
    foreign = seen.with_columns(_box_of_train()).join(own, on="box_of_train", how="anti")
    foreign = foreign.sort("container_no", "port_delivery_id")
    added = foreign.group_by(TRAIN, maintain_order=True).agg(
        listed(pl.col("container_no")).alias("added"), pl.col("port_delivery_id").first()
    )
    return added.collect()


def _box_of_train() -> pl.Expr:
    """A box and a train as one whole number."""
    return (pl.col("train").cast(pl.Int64) * 2**32 + pl.col("box_no")).alias("box_of_train")
