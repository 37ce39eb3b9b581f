"""The leg as subject: how long one trip took from one milestone to the next, beside what the leg usually takes."""

from __future__ import annotations

import polars as pl

from corridor_etl.facts.cross_source._sources import Sources
from corridor_etl.settings import Settings

# milestone and role it begins at, milestone and role it ends at
_LEGS = (
    ("departed_at_utc", "origin", "border_arrived_at_utc", "border_in"),
    ("border_arrived_at_utc", "border_in", "border_departed_at_utc", "border_out"),
    ("border_departed_at_utc", "border_out", "arrived_at_utc", "destination"),
)
_BOUNDS = {"leg": pl.String(), "leg_least_hours": pl.Float64(), "leg_most_hours": pl.Float64()}


def subjects(known: Sources) -> pl.DataFrame:
    """One row per trip and leg whose both ends are known. Hours; the percentile is over all trips of the leg."""
    taken = pl.concat([_leg(known, *leg) for leg in _LEGS])
    usual = taken.group_by("leg").agg(
        pl.col("leg_hours").quantile(0.95, interpolation="linear").alias("leg_p95_hours"),
        pl.len().cast(pl.Int64).alias("leg_trips"),
    )
    return taken.join(usual, on="leg", how="left").join(_bounds(known.settings), on="leg", how="left")


def _leg(known: Sources, begins_at: str, begins: str, ends_at: str, ends: str) -> pl.DataFrame:
    on = ["service_id", "direction"]
    ways = _nodes(known, begins, "from_node").join(_nodes(known, ends, "to_node"), on=on)
    hours = (pl.col(ends_at) - pl.col(begins_at)).dt.total_minutes() / 60
    leg = pl.concat_str("from_node", "to_node", separator="-")
    return (
        known.trips.lazy()
        .join(ways.lazy(), on=on)
        .filter(pl.col(begins_at).is_not_null() & pl.col(ends_at).is_not_null())
        .select(
            "train_no", "delivery_id", "line_no", leg.alias("leg"), hours.alias("leg_hours"),
            subject=pl.lit("leg"), subject_key=pl.concat_str("trip_id", leg, separator="|"),
            record_kind=pl.lit("manifest_container"), record_key="trip_id", iso_week="departure_week",
            container_nos="container_no",
        )
        .collect()
    )  # fmt: skip


def _nodes(known: Sources, role: str, name: str) -> pl.DataFrame:
    return known.places.filter(pl.col("role") == role).select(
        "service_id", "direction", pl.col("node").alias(name)
    )


def _bounds(settings: Settings) -> pl.DataFrame:
    """The plausible hours of corridor.toml, in both directions."""
    rows = [
        (f"{a}-{b}", leg.least_hours, leg.most_hours)
        for leg in settings.legs
        for a, b in ((leg.from_node, leg.to_node), (leg.to_node, leg.from_node))
    ]
    return pl.DataFrame(rows, schema=_BOUNDS, orient="row").unique("leg", keep="first", maintain_order=True)
