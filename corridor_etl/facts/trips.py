"""The container trip: one container on one train, with its milestones, weights and flow.

Everything about where a container was and when starts here; counting trips per week belongs to the KPIs.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.facts import chain, milestones
from corridor_etl.facts.flows import with_flow
from corridor_etl.facts.journeys import with_journeys
from corridor_etl.facts.numbered import Spots, box_events, numbered_trips
from corridor_etl.facts.places import role_nodes, with_local_date
from corridor_etl.facts.rates import Rates, rates_of
from corridor_etl.facts.records import records
from corridor_etl.facts.whole_numbers import scaled
from corridor_etl.model import CONTAINER_TRIP, STORED_TRIP
from corridor_etl.settings import Settings

ISO_WEEK = "%G-W%V"
COLUMNS = tuple(column.name for column in CONTAINER_TRIP)


def container_trips(
    manifests: pl.DataFrame | None,
    events: pl.DataFrame | None,
    declarations: pl.DataFrame | None,
    settings: Settings,
    rates: Rates | None = None,
) -> pl.DataFrame:
    """One row per current ``manifest_container``, columns :data:`COLUMNS`, sorted by ``trip_id``.

    Instants are UTC, weights kg, dates are on the calendar of the place: departure at the origin, border departure
    at the border's far side, delivery at the far door. A train that no event saw leaving left on its planned date.
    Without ``rates`` those built in weigh the declarations of one box.
    """
    listed = _identified(records("manifest_container", manifests))
    trips = numbered_trips(listed.select(name for name in COLUMNS if name in listed.columns).sort("trip_id"))
    places = role_nodes(trips, settings)
    spots = Spots.of(places["node"], milestones.EVENT_CODES | chain.EVENT_CODES)
    moves = box_events(trips, records("port_event", events), spots)
    trips = milestones.with_milestones(trips, moves, places, spots)
    trips = with_journeys(chain.with_chain(trips, moves, places, spots))
    trips = with_flow(
        trips, records("declaration_item", declarations), settings, rates or rates_of(None, settings)
    )
    return _dated(trips, places).select(COLUMNS)


def _identified(manifests: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("departure_on_local").dt.strftime("%Y-%m-%d")
    is_empty = (pl.col("full_empty") == "E").fill_null(False)
    return manifests.with_columns(
        pl.concat_str(["service_id", "train_no", day, "container_no"], separator="|").alias("trip_id"),
        pl.when(is_empty)
        .then(pl.lit(""))
        .otherwise(pl.col("hs_code").str.head(2).fill_null(""))
        .alias("hs_chapter"),
    )


def _dated(trips: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    dates = (
        ("departed_at_utc", "origin", "departed_on_local"),
        ("border_departed_at_utc", "border_out", "border_departed_on_local"),
        ("delivered_at_utc", "door_destination", "delivered_on_local"),
    )
    for at, role, name in dates:
        trips = with_local_date(trips, places, at, role, name)
    departed = pl.coalesce("departed_on_local", "departure_on_local")
    return trips.with_columns(
        departed.alias("departed_on_local"), departed.dt.strftime(ISO_WEEK).alias("departure_week")
    )


def stored_trips(trips: pl.DataFrame) -> pl.DataFrame:
    """Trips as ``fct_container_trip`` holds them: decimals as whole numbers of a smaller unit (g, 0.01 TEU)."""
    return trips.select(
        (pl.col(s.source) if s.digits is None else scaled(s.source, s.digits)).alias(s.column.name)
        for s in STORED_TRIP
    )
