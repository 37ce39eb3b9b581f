"""How a weekly mart is written down: its dimensions in one wording each, its week and its snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from corridor_etl.warehouse.columns import count, text
from corridor_etl.warehouse.schema._metadata import METADATA

_DIMENSIONS = {
    "service_id": "service of corridor.toml, UNKNOWN where none is known",
    "direction": "W toward Kazakhstan and Europe, E toward China",
    "flow": "EXPORT_DOMESTIC, RE_EXPORT, IMPORT, RE_IMPORT, TRANSIT, DOMESTIC, EMPTY or UNDECLARED",
    "hs_chapter": "HS chapter, 2 digits; empty where the goods are not known or the box is empty",
    "full_empty": "F laden, E empty, ? unknown",
    "facility": "node of the corridor, else the place's code as given",
    "move": "GTIN, GTOT: gate; LOAD, DISC: on and off a vessel; RAIL_LOAD, RAIL_UNLD: on and off a train",
    "stay": "import, export, transhipment or inland, by the moves in and out",
    "load_port": "port of loading as given; ? unknown",
    "discharge_port": "port of discharge as given; ? unknown",
    "leg": "leg of the train, from and to as nodes of the corridor: YIN-HRS",
    "stretch": "train_to_train, stop_ and leg_ of the chain, tfi1_ and border_ at the border, empty_return, turn",
    "measure": "door_to_door, border, or leg_ with origin, to_border, border, from_border, delivery",
}
_NAMED = {"stretch": "measure"}


def mart(name: str, comment: str, week: str, dimensions: str, *measures: Column[Any]) -> Table:
    """A mart table: its week, the dimensions that with it are the key, its figures, and the snapshot."""
    keys = [text(_NAMED.get(d, d), _DIMENSIONS[d], primary_key=True) for d in dimensions.split()]
    return Table(
        name,
        METADATA,
        text("iso_week", week, primary_key=True),
        *keys,
        *measures,
        count(
            "snapshot", "batch in which the figures of the week last changed", foreign_key="batch.snapshot"
        ),
        comment=comment,
    )
