"""Calls of vessels at places: the call is dated by its arrival, actual before estimated before planned."""

from __future__ import annotations

import polars as pl

from corridor_etl.model import kind
from corridor_etl.reference import place
from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _by_model
from corridor_etl.staging._instants import instants
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

TEXT = pl.String()
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
    _date_the_announced(desk)
    return _by_model.fill(desk, record.name).staged(record.name)


def _date_the_announced(desk: Desk) -> None:
    """A call that is announced without any time stands under the day of receipt, in the zone of its place."""
    times = [desk.cell(name) for name in _DATED_BY]
    is_undated = pl.select(pl.all_horizontal(pl.lit(t.is_null()) for t in times)).to_series()
    if not is_undated.any():
        return
    known = [place.zone_of(code) for code in desk.typed["facility_code"]]
    zones = pl.Series([zone or "UTC" for zone, _ in known], dtype=TEXT)
    sources = pl.Series([how if zone else "assumed_utc" for zone, how in known], dtype=TEXT)
    desk.put("call_on_local", desk.typed["call_on_local"].set(is_undated, desk.context.now_utc.date()))
    desk.put("timezone", zones.zip_with(is_undated, desk.typed["timezone"]))
    desk.put("timezone_source", sources.zip_with(is_undated, desk.typed["timezone_source"]))
    text = f"{is_undated.sum()} calls are announced without a time: the day of receipt stands for it"
    desk.findings.append(Finding("UNDATED", "info", text, None, "", "a planned, estimated or actual time"))


STAGING = Staging(name="port_call", stage=stage)
