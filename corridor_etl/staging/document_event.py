"""Answers to declarations and steps of transport documents, by the model; undated ones have the day of receipt."""

from __future__ import annotations

from corridor_etl.sources import Finding, RawFile
from corridor_etl.staging import _by_model
from corridor_etl.staging._staging import Desk, Staged, Staging, StagingContext

KIND = "document_event"


def stage(raw: RawFile, context: StagingContext) -> Staged:
    """Steps with their instant in UTC, dated at the place."""
    desk = _by_model.fill(Desk(raw, context), KIND)
    days = desk.typed["event_on_local"]
    is_undated = days.is_null() & desk.cell("event_on").is_null() & desk.cell("event_at").is_null()
    if is_undated.any():
        desk.put("event_on_local", days.set(is_undated, context.now_utc.date()))
        text = f"{is_undated.sum()} rows have no date: the day of receipt stands for it"
        desk.findings.append(Finding("UNDATED", "info", text, None, "", "a date as event_on_local"))
    return desk.staged(KIND)


STAGING = Staging(name=KIND, stage=stage)
