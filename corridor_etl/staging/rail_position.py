"""Position sheets of 1520 railways: their clock is Moscow time unless the sender's profile names another."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from corridor_etl.settings import Sender
from corridor_etl.sources import RawFile
from corridor_etl.staging import _by_model, _casts
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

RAILWAY_ZONE = "Europe/Moscow"
_NOBODY = Sender(id="unknown", name="unknown", source="unknown")


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Operations with their equipment: the container, else the wagon."""
    sender = context.sender or _NOBODY
    clock = sender.timezone or RAILWAY_ZONE
    desk = Desk(raw, replace(context, sender=sender.model_copy(update={"timezone": clock})))
    boxes = _casts.container(desk.cell("container_no"))
    desk.put("equipment_key", pl.select(pl.coalesce(boxes, desk.cell("wagon_no"))).to_series())
    desk.put("train_index", _casts.train_index(desk.cell("train_index")))
    desk.put("operation_code", desk.cell("operation_code").fill_null("position"))
    return _by_model.fill(desk, "rail_position").staged("rail_position")


STAGING = Staging(name="rail_position", stage=stage)
