"""Where a trip's milestones are, and which calendar day an instant is there.

The nodes of a service come from corridor.toml, their zones from the table of nodes.
"""

from __future__ import annotations

import polars as pl

from corridor_etl.errors import ReferenceMissing
from corridor_etl.reference.place import nodes
from corridor_etl.settings import Settings

ROLES = ("door_origin", "origin", "border_in", "border_out", "destination", "door_destination")
_SCHEMA = {
    "service_id": pl.String(),
    "direction": pl.String(),
    "role": pl.String(),
    "node": pl.String(),
    "timezone": pl.String(),
}


def role_nodes(trips: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """service_id, direction, role, node, timezone for every service and direction that occurs in ``trips``.

    ``SettingsError`` for a service that corridor.toml does not have, ``ReferenceMissing`` for a node without zone.
    """
    pairs = trips.select("service_id", "direction").unique().sort("service_id", "direction")
    rows = [
        (service_id, direction, role, node, zone_of_node(node))
        for service_id, direction in pairs.iter_rows()
        for role, node in settings.service(service_id).nodes(direction).items()
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def zone_of_node(node: str) -> str:
    """The IANA zone of a corridor node."""
    zone = nodes().get(node, {}).get("timezone")
    if not zone:
        raise ReferenceMissing(
            f"node '{node}' has no time zone",
            expected="a row in corridor_nodes",
            fix="Add the node or correct corridor.toml.",
        )
    return zone


def with_local_date(trips: pl.DataFrame, places: pl.DataFrame, at: str, role: str, name: str) -> pl.DataFrame:
    """``trips`` with ``name``: the date of instant ``at`` at the trip's ``role`` node; null stays null."""
    zones = places.filter(pl.col("role") == role).select("service_id", "direction", "timezone")
    way = ["service_id", "direction"]
    joined = trips.select(*way, at).join(zones, on=way, how="left", maintain_order="left")
    days = [
        pl.when(pl.col("timezone") == zone).then(pl.col(at).dt.convert_time_zone(zone).dt.date())
        for zone in zones["timezone"].unique().sort()
    ]
    day = pl.coalesce(days) if days else pl.lit(None, dtype=pl.Date())
    return trips.with_columns(joined.with_columns(day.alias(name))[name])
