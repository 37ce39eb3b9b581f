"""The sweep: files that a crash has left in lake, archive, staging and spool, and that nothing refers to.

A file younger than some hours is never taken: a batch that is being committed right now may need it. What is
removed is looked up while writers wait, so that no commit can begin to refer to it in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.warehouse.archive import Archive
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.lake import Lake
from corridor_etl.warehouse.schema import BATCH, DELIVERY
from corridor_etl.warehouse.stores import Entry, LocalStore, Store

OLDER_THAN = timedelta(hours=24)
_AT_ONCE = 200
"""Files removed while writers wait once."""
_ARCHIVED = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Orphan:
    """A file that nothing refers to."""

    place: str
    """lake, archive, staging or spool"""
    name: str
    size_bytes: int
    modified_at_utc: datetime
    is_removed: bool = False


def sweep(
    engine: Engine,
    lake: Lake,
    archive: Archive,
    staging: Store,
    *,
    older_than: timedelta = OLDER_THAN,
    is_dry_run: bool = False,
    with_archive: bool = False,
) -> list[Orphan]:
    """Removes what nothing refers to and is older than ``older_than``; returns it, in the order of its names.

    Received bytes that no delivery names are only listed, unless ``with_archive``. ``UsageError`` for a
    warehouse without batches, which may be the wrong one for these files.
    """
    before = now_utc() - older_than
    _require_batches(engine)
    aside, received = _apart(archive.entries())
    places: list[tuple[str, Store, Iterable[Entry], Callable[[Connection], set[str]], bool]] = [
        ("lake", lake.store, lake.store.listed(), lake.references, True),
        ("archive", archive.store, received, _named_by_deliveries, with_archive),
        ("archive", archive.store, aside, lambda _: set(), True),
        ("staging", staging, staging.listed(), lambda _: set(), True),
    ]
    found: list[Orphan] = []
    for place, store, entries, referred, may_remove in places:
        old = sorted((e for e in entries if e.modified_at_utc < before), key=lambda e: e.name)
        for first in range(0, len(old), _AT_ONCE):
            with (reading if is_dry_run or not may_remove else writing)(engine) as connection:
                kept = referred(connection)
                orphans = [e for e in old[first : first + _AT_ONCE] if e.name not in kept]
                if may_remove and not is_dry_run:
                    found += [_removed(place, store, entry, before) for entry in orphans]
                else:
                    found += [_orphan(place, entry) for entry in orphans]
    return [*found, *_spooled(lake.store.spool, before, is_dry_run=is_dry_run)]


def _require_batches(engine: Engine) -> None:
    with reading(engine) as connection:
        if not connection.scalar(select(func.count()).select_from(BATCH)):
            raise UsageError(
                "the warehouse has no batch yet, so nothing in its stores is referred to",
                expected="the database that these files belong to",
                fix="Check CORRIDOR_DATABASE_URL and CORRIDOR_STORE_URL.",
            )


def _apart(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """What was left aside while it was written, and what is named as received bytes are."""
    every = list(entries)
    received = [e for e in every if _ARCHIVED.fullmatch(e.name)]
    return [e for e in every if not _ARCHIVED.fullmatch(e.name)], received


def _named_by_deliveries(connection: Connection) -> set[str]:
    return set(connection.scalars(select(DELIVERY.c.sha256).distinct()))


def _removed(place: str, store: Store, entry: Entry, before: datetime) -> Orphan:
    now = store.entry(entry.name)  # written again since it was listed?
    if now is not None and now.modified_at_utc < before:
        store.remove(entry.name)
        return replace(_orphan(place, entry), is_removed=True)
    return _orphan(place, entry)


def _orphan(place: str, entry: Entry) -> Orphan:
    return Orphan(place, entry.name, entry.size_bytes, entry.modified_at_utc)


def _spooled(spool: Path, before: datetime, *, is_dry_run: bool) -> Iterator[Orphan]:
    """Old files of the spool, which only the process that wrote them knows, and its empty folders."""
    store = LocalStore(spool, spool)
    for entry in sorted(store.listed(), key=lambda e: e.name):
        if entry.modified_at_utc < before:
            yield _orphan("spool", entry) if is_dry_run else _removed("spool", store, entry, before)
    if not is_dry_run:
        for folder in sorted((p for p in spool.rglob("*") if p.is_dir()), reverse=True):
            is_old = datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before
            if is_old and not any(folder.iterdir()):
                folder.rmdir()
