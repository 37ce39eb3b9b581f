"""Calls of vessels at places: the call is dated by its arrival, actual before estimated before planned."""

from __future__ import annotations

import polars as pl

from corridor_etl.model import kind
from corridor_etl.sources import RawFile
from corridor_etl.staging import _by_model
from corridor_etl.staging._instants import instants
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

_DATED_BY = (
    "arrived_at", "berthed_at", "estimated_arrival_at", "planned_arrival_at", "work_started_at", "work_ended_at",
    "departed_at", "estimated_departure_at", "planned_departure_at",
)  # fmt: skip


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Calls with every time in UTC, dated at the place."""
    desk = Desk(raw, context)
    record = kind("port_call")
    desk.put("facility_code", desk.cell("facility_code").str.to_uppercase())
    days, zones, sources = [], [], []
    for name in _DATED_BY:
        read = instants(desk, name, f"{name}_utc", desk.typed["facility_code"])
        desk.put(f"{name}_utc", read.utc)
        days.append(read.local.dt.date())
        zones.append(read.zone)
        sources.append(read.source)
    desk.put("call_on_local", pl.select(pl.coalesce(days)).to_series())
    desk.put("timezone", pl.select(pl.coalesce(zones)).to_series())
    desk.put("timezone_source", pl.select(pl.coalesce(sources)).to_series())
    return _by_model.fill(desk, record.name).staged(record.name)


STAGING = Staging(name="port_call", stage=stage)
