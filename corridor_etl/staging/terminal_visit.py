"""Stops at terminals: dated by gate-in, else gate-out; a stop that is only announced has the day of receipt."""

from __future__ import annotations

import polars as pl

from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _by_model
from corridor_etl.staging._instants import instants
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

_DATED_BY = ("gated_in_at", "gated_out_at")


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Stops with every time in UTC."""
    desk = Desk(raw, context)
    codes = desk.cell("facility_code").str.to_uppercase()
    desk.put("facility_code", codes)
    reads = {name: instants(desk, name, f"{name}_utc", codes) for name in _DATED_BY}
    for name, read in reads.items():
        desk.put(f"{name}_utc", read.utc)
    for column, values in (
        ("visited_on_local", [r.local.dt.date() for r in reads.values()]),
        ("timezone", [r.zone for r in reads.values()]),
        ("timezone_source", [r.source for r in reads.values()]),
    ):
        desk.put(column, pl.select(pl.coalesce(values)).to_series())
    _date_the_rest(desk)
    return _by_model.fill(desk, "terminal_visit").staged("terminal_visit")


def _date_the_rest(desk: Desk) -> None:
    days = desk.typed["visited_on_local"]
    is_undated = days.is_null()
    if is_undated.any():
        desk.put("visited_on_local", days.set(is_undated, desk.context.now_utc.date()))
        text = f"{is_undated.sum()} stops have neither gate-in nor gate-out: the day of receipt stands for it"
        desk.findings.append(Finding("UNDATED", "info", text, None, "", "a gate-in or gate-out"))


STAGING = Staging(name="terminal_visit", stage=stage)
