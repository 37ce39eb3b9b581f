"""The warehouse as the other parts see it: one object over archive, lake, ledger, marts and issues.

Each method is one transaction. How things are stored belongs to the modules it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import polars as pl
from sqlalchemy import Engine

from corridor_etl import settings as configuration
from corridor_etl.model import kind as kind_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import (
    compaction,
    discrepancies,
    issues,
    moments,
    retention,
    setup,
    versions,
    week_by_week,
)
from corridor_etl.warehouse import lease as leases
from corridor_etl.warehouse import mart_tables as stored_marts
from corridor_etl.warehouse import publish as commit
from corridor_etl.warehouse.answers import Answers
from corridor_etl.warehouse.archive import Archive
from corridor_etl.warehouse.backfills import Backfills
from corridor_etl.warehouse.batch import Batch, DeliveryRow
from corridor_etl.warehouse.compaction import Merge
from corridor_etl.warehouse.connections import kept
from corridor_etl.warehouse.engine import database_url, of_the_past, open_engine, reading
from corridor_etl.warehouse.incident_ledger import Incidents
from corridor_etl.warehouse.issues import IssueRow, OutboxRow
from corridor_etl.warehouse.lake import Lake, of_keys
from corridor_etl.warehouse.lease import Lease
from corridor_etl.warehouse.mails import Mails
from corridor_etl.warehouse.schema import MARTS
from corridor_etl.warehouse.stores import STAGING, opened
from corridor_etl.warehouse.sweep import Orphan, sweep


class Warehouse(Answers):
    """One home folder: ``archive``, ``lake`` and the database. Cheap to open, safe in several processes."""

    def __init__(self, home: Path, engine: Engine, as_of: int | None = None) -> None:
        self.home = home
        self.engine = engine
        self.as_of = as_of
        self.archive = Archive.of(home)
        self.lake = Lake(opened(home, "lake"))
        self._held = ExitStack()

    @classmethod
    def open(cls, home: Path | None = None, settings: Settings | None = None) -> Warehouse:
        """Opens ``home`` (default ``CORRIDOR_HOME``), creating or migrating whatever is missing."""
        folder = setup.checked_home(home or configuration.home())
        warehouse = cls(folder, open_engine(database_url(folder)))
        setup.prepare(warehouse.engine, warehouse.lake, settings or configuration.load_settings())
        return warehouse

    def at(self, as_of: int) -> Warehouse:
        """This warehouse as it was at a snapshot, to be read only; ``UsageError`` where that is not known.

        What later commits do is not seen, so that several reads belong together. The state of leases and of the outbox
        is that of now.
        """
        with reading(self.engine) as connection:
            moments.known(connection, as_of)
        return Warehouse(self.home, of_the_past(self.engine), as_of)

    def snapshot_of(self, text: str, zone: tzinfo) -> int:
        """The snapshot a number, a time or a day in ``zone`` means; errors as in :func:`.moments.snapshot_of`."""
        with reading(self.engine) as connection:
            return moments.snapshot_of(connection, text, zone)

    def __enter__(self) -> Self:
        self._held.enter_context(kept(self.engine))
        return self

    def __exit__(self, *_error: object) -> None:
        self._held.close()

    def snapshot(self) -> int:
        """The number of the last committed batch, 0 before the first."""
        if self.as_of is not None:
            return self.as_of
        with reading(self.engine) as connection:
            return commit.last_snapshot(connection)

    def scan(
        self, kind: str, *, weeks: Collection[str] | None = None, as_of: int | None = None
    ) -> pl.LazyFrame:
        """All versions of a record kind, lazily and in no order: model columns and lineage.

        Opens only files of these weeks and of snapshots up to ``as_of``; each is checked against its name once.
        """
        with reading(self.engine) as connection:
            files = self.lake.files(connection, kind, weeks, self._moment(as_of))
        return self.lake.scan(files, kind_of(kind), self._moment(as_of))

    def rows(
        self, kind: str, *, weeks: Collection[str] | None = None, as_of: int | None = None
    ) -> pl.DataFrame:
        """The same rows by (snapshot, delivery_id, line_no)."""
        return self.lake.collected(self.scan(kind, weeks=weeks, as_of=as_of))

    def row_count(self, kind: str) -> int:
        """How many rows the data files of a record kind have, all versions together."""
        with reading(self.engine) as connection:
            return sum(file.rows for file in self.lake.files(connection, kind, as_of=self.as_of))

    def rows_of(self, kind: str, keys: pl.DataFrame) -> pl.DataFrame:
        """The same rows of some records only; ``keys`` has the key columns of the kind, each key once or more often."""
        record_kind = kind_of(kind)
        return self.lake.collected(of_keys(self.scan(kind), keys.select(record_kind.key)))

    def _moment(self, as_of: int | None) -> int | None:
        return self.as_of if as_of is None else as_of

    def lake_files(self, kind: str) -> list[str]:
        """Paths of the live data files of a record kind, addresses where the lake is in an object store."""
        with reading(self.engine) as connection:
            return [self.lake.address(file.name) for file in self.lake.files(connection, kind)]

    def lake_file_facts(self, kind: str, *, week: str | None = None) -> pl.DataFrame:
        """The live data files of a record kind, of one week or all; columns as :data:`.lake.FILE_COLUMNS`."""
        with reading(self.engine) as connection:
            return self.lake.file_facts(connection, kind, week)

    def damaged_files(self, kind: str) -> list[str]:
        """What is wrong with each live data file of a record kind that is missing or not as it was written."""
        with reading(self.engine) as connection:
            files = self.lake.files(connection, kind)
        return self.lake.damaged([file.name for file in files])

    def sweep(self, *, older_than: timedelta, is_dry_run: bool, with_archive: bool) -> list[Orphan]:
        """Removes files that nothing refers to; see :func:`.sweep.sweep`."""
        return sweep(
            self.engine,
            self.lake,
            self.archive,
            opened(self.home, STAGING),
            older_than=older_than,
            is_dry_run=is_dry_run,
            with_archive=with_archive,
        )

    def current(
        self, kind: str, *, weeks: Collection[str] | None = None, as_of: int | None = None
    ) -> pl.DataFrame:
        """The current record of each key, as known at snapshot ``as_of``, sorted by key.

        With ``weeks`` only the records that are in one of them now; see :mod:`.week_by_week`.
        """
        if weeks is None:
            return versions.current(self.rows(kind, as_of=as_of), kind_of(kind))
        moment = self._moment(as_of)
        with reading(self.engine) as connection:
            files = self.lake.files(connection, kind, as_of=moment)
        return week_by_week.current(self.lake, files, kind_of(kind), weeks, moment)

    def compact(
        self, kind: str, *, week: str | None = None, min_files: int = compaction.MIN_FILES
    ) -> list[Merge]:
        """Merges small files of a record kind into large ones; what was merged. Rows and snapshots stay the same."""
        return compaction.compact(self.engine, self.lake, kind_of(kind), week=week, min_files=min_files)

    def expiring(self, lake_weeks: Mapping[str, int]) -> pl.DataFrame:
        """record_kind, iso_week, files and rows that a policy of weeks per record kind no longer keeps."""
        return retention.expiring(self.engine, self.lake, lake_weeks)

    def expire(self, lake_weeks: Mapping[str, int]) -> int | None:
        """Takes those weeks out of the lake; the snapshot that says so, None where there is nothing so old."""
        return retention.expire(self.engine, self.lake, lake_weeks)

    def expire_snapshots(self, kind: str) -> int:
        """Forgets old Iceberg snapshots of a record kind and says how many; rows and as-of stay the same."""
        with commit.transaction(self.engine) as connection:
            return self.lake.expire_snapshots(connection, kind)

    def publish(
        self,
        batch: Batch,
        marts: Mapping[str, stored_marts.Content],
        *,
        base: int,
        lease: Lease | None = None,
    ) -> int:
        """Commits a batch on ``base`` and returns its snapshot; errors as in :mod:`.publish`.

        ``marts`` holds the complete content of each mart it names, or of some of its weeks; the others stay as they
        are.
        """
        return commit.publish(self.engine, self.lake, batch, marts, base=base, lease=lease)

    @contextmanager
    def lease(self, name: str, holder: str | None = None, *, seconds: float | None = None) -> Iterator[Lease]:
        """Holds a lease for the time of the block and renews it. Who holds it and for how long is the default of
        :mod:`.lease`; ``LeaseHeld`` where somebody else holds it longer than ``CORRIDOR_WAIT_SECONDS``."""
        by = holder or leases.this_process()
        lasting = leases.lease_seconds() if seconds is None else seconds
        waiting = leases.wait_seconds()
        with leases.held(self.engine, name, by, seconds=lasting, waiting_seconds=waiting) as held:
            yield held

    def mart_tables(self) -> list[str]:
        """Names of the weekly marts."""
        return list(MARTS)

    def mart(self, table: str, *, weeks: Sequence[str] | None = None) -> pl.DataFrame:
        """A weekly mart, all of it or some weeks, with ``snapshot``, sorted by key."""
        with reading(self.engine) as connection:
            return stored_marts.read(connection, table, weeks, self.as_of)

    def trips(self, *, weeks: Sequence[str] | None = None) -> pl.DataFrame:
        """The container trips, all or of some weeks of departure, as stored (g, 0.01 TEU), with ``snapshot``."""
        with reading(self.engine) as connection:
            return stored_marts.read(connection, "fct_container_trip", weeks, self.as_of)

    def reconciled_items(self, *, weeks: Sequence[str] | None = None) -> pl.DataFrame:
        """Loading list, declaration and port record side by side, all or of some weeks, with ``snapshot``."""
        with reading(self.engine) as connection:
            return stored_marts.read(connection, "fct_reconciliation", weeks, self.as_of)

    def waive_discrepancy(self, discrepancy_id: int, *, by: str, reason: str) -> None:
        """Accepts an open discrepancy as it is; ``UsageError`` unless it is open."""
        with commit.transaction(self.engine) as connection:
            snapshot = commit.decision(connection)
            discrepancies.waive(connection, discrepancy_id, by=by, reason=reason, snapshot=snapshot)

    def reopen_discrepancy(self, discrepancy_id: int) -> None:
        """Takes the waiver of a discrepancy back; ``UsageError`` unless it is waived."""
        with commit.transaction(self.engine) as connection:
            discrepancies.reopen(connection, discrepancy_id, commit.decision(connection))

    def record_duplicates(self, deliveries: list[DeliveryRow], received_at_utc: datetime) -> int:
        """Records deliveries whose bytes are known (status duplicate); returns the new snapshot."""
        batch = Batch(deliveries=deliveries, received_at_utc=received_at_utc)
        return self.publish(batch, {}, base=self.snapshot())

    def record_issue(
        self,
        issue: IssueRow,
        figures: pl.DataFrame,
        outbox: list[OutboxRow],
        *,
        parts: issues.Parts | None = None,
        lease: Lease | None = None,
        put_files: Callable[[], object] | None = None,
    ) -> bool:
        """Writes an issue, its figures, parts and messages in one transaction; False if it was there already.

        ``put_files`` is called within it, once the issue may be written and before it is: its address holds nobody
        else's files after that. ``UsageError`` if it was there with other content, ``LeaseLost`` if the lease
        changed hands.
        """
        with commit.transaction(self.engine, lease=lease) as connection:
            is_new = issues.record(connection, issue, figures, outbox, parts)
            if is_new and put_files is not None:
                put_files()
            return is_new

    @property
    def mails(self) -> Mails:
        """The ledger of the outbox: what is due, claims, outcomes, suspended addresses."""
        return Mails(self.engine)

    @property
    def incidents(self) -> Incidents:
        """The ledger of incidents: what needs a person, and who saw to it."""
        return Incidents(self.engine)

    @property
    def backfills(self) -> Backfills:
        """The record of backfills: requests, weeks, differences, and the commit that puts a week in."""
        return Backfills(self.engine)

    def hold_issue(self, key: tuple[str, str, int, int], reasons: list[str], at_utc: datetime) -> bool:
        """Records why the issue of (edition, week, revision, snapshot) is held; False if that is known already."""
        with commit.transaction(self.engine) as connection:
            return issues.hold(connection, key, reasons, at_utc)
