"""Checks of what waits: files in the inbox, mails, leases that outlast their holder, rates that end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from sqlalchemy import select

from corridor_etl.facts.rates import rates_of
from corridor_etl.jobs.doctor._finding import Patient, Said
from corridor_etl.jobs.intake import delivery_name, inbox_files, sender_of, unfinished_files
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lease import lease_seconds
from corridor_etl.warehouse.schema import LEASE

WAITING = timedelta(days=1)
_NAMED = 3


def _both(patient: Patient) -> tuple[Warehouse, Settings]:
    assert patient.warehouse is not None
    assert patient.settings is not None
    return patient.warehouse, patient.settings


def inbox(patient: Patient) -> Iterable[Said]:
    """Whether files wait that nobody ingests, cannot be read, were never finished, or have no sender."""
    warehouse, settings = _both(patient)
    files = inbox_files() if (patient.home / "inbox").is_dir() else []
    known = {name for name, _ in warehouse.known_files(with_rejected=True)}
    new = [file for file in files if delivery_name(file) not in known]
    old = patient.now_utc - WAITING
    found = [
        _told("fail", [f for f in new if not os.access(f, os.R_OK)], "cannot be read by this user",
              "files this user may read", f"chown them to user {os.geteuid()}"),
        _told("warn", [f for f in new if _modified_at_utc(f) < old], "wait in the inbox for more than a day",
              "files that the next poll takes", "corridor ingest; then see that the flow ingest is scheduled"),
        _told("warn", [f for f in unfinished_files() if _modified_at_utc(f) < old],
              "are unfinished by name since a day", "senders that rename a file once it is whole",
              "Ask the sender, then rename or remove them."),
        _told("warn", [f for f in new if sender_of(delivery_name(f), settings) is None], "are of no sender",
              "a path that matches files of [[senders]]", "Move them to inbox/<sender>/, or add a pattern."),
    ]  # fmt: skip
    said = [one for one in found if one is not None]
    yield from said or [Said("ok", f"{len(files)} files, {len(new)} of them new")]


def _told(state: str, files: list[Path], what: str, expected: str, fix: str) -> Said | None:
    if not files:
        return None
    names = ", ".join(file.name for file in files[:_NAMED]) + (", ..." if len(files) > _NAMED else "")
    return Said("fail" if state == "fail" else "warn", f"{len(files)} files {what}: {names}", expected, fix)


def _modified_at_utc(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def outbox(patient: Patient) -> Iterable[Said]:
    """Whether mails wait for somebody: unknown ones, failed ones, and ones that nobody sends."""
    warehouse, _ = _both(patient)
    mails = warehouse.outbox()
    by_state = dict(mails.group_by("state").len().iter_rows())
    if unknown := by_state.get("unknown", 0):
        yield Said("warn", f"of {unknown} mails it is not known whether the relay took them", "none",
                   "corridor outbox resolve --relay-log FILE: docs/runbooks/unknown_mail.md")  # fmt: skip
    if failed := by_state.get("failed", 0):
        yield Said(
            "warn", f"{failed} mails failed", "none", "corridor outbox list --state failed, then retry them"
        )
    late = mails.filter(pl.col("queued_at_utc") < patient.now_utc - WAITING, state="queued").height
    if late:
        yield Said("warn", f"{late} mails are queued for more than a day", "mails that leave within minutes",
                   "corridor outbox send; then switch the schedule of the flow deliver on")  # fmt: skip
    if not (unknown or failed or late):
        yield Said("ok", f"{sum(by_state.values())} mails, none waits for somebody")


def leases(patient: Patient) -> Iterable[Said]:
    """Whether a lease lasts longer than any may: a machine whose clock is ahead, or a setting that is too long."""
    warehouse, _ = _both(patient)
    latest = patient.now_utc + timedelta(seconds=lease_seconds()) + timedelta(seconds=10)
    with reading(warehouse.engine) as connection:
        rows = list(connection.execute(select(LEASE).where(LEASE.c.expires_at_utc > latest)))
    for row in rows:
        yield Said(
            "fail", f"{row.holder} holds '{row.name}' until {row.expires_at_utc:%Y-%m-%d %H:%M} UTC",
            f"{lease_seconds():g} s from now at most",
            "Set the clock of that machine and CORRIDOR_LEASE_SECONDS alike everywhere; if its process is gone, wait "
            "until then.",
        )  # fmt: skip
    if not rows:
        yield Said("ok", "no lease outlasts its holder")


def rates(patient: Patient) -> Iterable[Said]:
    """Whether there are exchange rates for declarations of today."""
    warehouse, settings = _both(patient)
    table = rates_of(warehouse.current("exchange_rate"), settings).table
    policy, last = settings.corridor.fx_policy, table["rate_on"].max()
    if not isinstance(last, datetime | type(patient.now_utc.date())):
        yield Said("fail", f"there is no rate for policy {policy}", "rates of its publisher", _DELIVER)
        return
    usable_until = last + timedelta(days=settings.corridor.fx_max_age_days)
    if usable_until < patient.now_utc.astimezone(settings.report_zone).date():
        yield Said("warn", f"the last rate for policy {policy} is of {last}: amounts declared after {usable_until} are "
                   "not converted", "a rate of the last week", _DELIVER)  # fmt: skip
    else:
        yield Said("ok", f"rates for policy {policy} to {last}")


_DELIVER = "Put the publisher's file into the inbox: docs/facts.md, Exchange rates."
