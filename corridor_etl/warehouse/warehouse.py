"""The warehouse as the other parts see it: one object over archive, lake, ledger, marts and issues.

Each method is one transaction. How things are stored belongs to the modules it calls.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

import polars as pl
from sqlalchemy import Engine

from corridor_etl import settings as configuration
from corridor_etl.model import kind as kind_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import (
    corrections,
    discrepancies,
    healing,
    issues,
    ledger,
    profiles,
    setup,
    validation_results,
    versions,
)
from corridor_etl.warehouse import lease as leases
from corridor_etl.warehouse import mart_tables as stored_marts
from corridor_etl.warehouse import publish as commit
from corridor_etl.warehouse.archive import Archive
from corridor_etl.warehouse.batch import Batch, DeliveryRow
from corridor_etl.warehouse.engine import database_url, open_engine, reading, writing
from corridor_etl.warehouse.issues import IssueRow, OutboxRow
from corridor_etl.warehouse.lake import Lake
from corridor_etl.warehouse.lease import Lease
from corridor_etl.warehouse.profiles import Earlier
from corridor_etl.warehouse.schema import MARTS
from corridor_etl.warehouse.stores import opened
from corridor_etl.warehouse.sweep import Orphan, sweep


class Warehouse:
    """One home folder: ``archive``, ``lake`` and the database. Cheap to open, safe in several processes."""

    def __init__(self, home: Path, engine: Engine) -> None:
        self.home = home
        self.engine = engine
        self.archive = Archive.of(home)
        self.lake = Lake(opened(home, "lake"))

    @classmethod
    def open(cls, home: Path | None = None, settings: Settings | None = None) -> Warehouse:
        """Opens ``home`` (default ``CORRIDOR_HOME``), creating or migrating whatever is missing."""
        folder = setup.checked_home(home or configuration.home())
        warehouse = cls(folder, open_engine(database_url(folder)))
        setup.prepare(warehouse.engine, warehouse.lake, settings or configuration.load_settings())
        return warehouse

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.engine.dispose()

    def snapshot(self) -> int:
        """The number of the last committed batch, 0 before the first."""
        with reading(self.engine) as connection:
            return commit.last_snapshot(connection)

    def known_delivery(self, sha256: str) -> DeliveryRow | None:
        """The delivery that loaded these bytes, else the first rejected with them, else None."""
        with reading(self.engine) as connection:
            return ledger.known_delivery(connection, sha256)

    def is_known(self, file_name: str, sha256: str) -> bool:
        """Whether a delivery of this name with these bytes is recorded, whatever became of it."""
        with reading(self.engine) as connection:
            return ledger.is_known(connection, file_name, sha256)

    def known_files(self, *, with_rejected: bool) -> set[tuple[str, str]]:
        """(file name, SHA-256) of every recorded delivery, with or without those that were rejected."""
        with reading(self.engine) as connection:
            return ledger.known_files(connection, with_rejected=with_rejected)

    def rows(self, kind: str, *, as_of: int | None = None) -> pl.DataFrame:
        """All versions of a record kind: model columns and lineage, by (snapshot, delivery_id, line_no)."""
        with reading(self.engine) as connection:
            files = self.lake.files(connection, kind)
        return self.lake.read(files, kind_of(kind), as_of)

    def lake_files(self, kind: str) -> list[str]:
        """Paths of the live data files of a record kind, addresses where the lake is in an object store."""
        with reading(self.engine) as connection:
            return [self.lake.address(name) for name in self.lake.files(connection, kind)]

    def lake_file_facts(self, kind: str, *, week: str | None = None) -> pl.DataFrame:
        """The live data files of a record kind, of one week or all; columns as :data:`.lake.FILE_COLUMNS`."""
        with reading(self.engine) as connection:
            return self.lake.file_facts(connection, kind, week)

    def damaged_files(self, kind: str) -> list[str]:
        """What is wrong with each live data file of a record kind that is missing or not as it was written."""
        with reading(self.engine) as connection:
            files = self.lake.files(connection, kind)
        return self.lake.damaged(files)

    def sweep(self, *, older_than: timedelta, is_dry_run: bool, with_archive: bool) -> list[Orphan]:
        """Removes files that nothing refers to; see :func:`.sweep.sweep`."""
        return sweep(
            self.engine,
            self.lake,
            self.archive,
            older_than=older_than,
            is_dry_run=is_dry_run,
            with_archive=with_archive,
        )

    def current(self, kind: str, *, as_of: int | None = None) -> pl.DataFrame:
        """The current record of each key, as known at snapshot ``as_of``, sorted by key."""
        return versions.current(self.rows(kind, as_of=as_of), kind_of(kind))

    def publish(
        self, batch: Batch, marts: Mapping[str, pl.DataFrame], *, base: int, lease: Lease | None = None
    ) -> int:
        """Commits a batch on ``base`` and returns its snapshot; errors as in :mod:`.publish`.

        ``marts`` holds the complete content of each mart it names; the others stay as they are.
        """
        return commit.publish(self.engine, self.lake, batch, marts, base=base, lease=lease)

    @contextmanager
    def lease(self, name: str, holder: str, seconds: int = 900) -> Iterator[Lease]:
        """Holds a lease for the time of the block; ``WarehouseBusy`` while somebody else does."""
        held = leases.acquire(self.engine, name, holder, seconds)
        try:
            yield held
        finally:
            leases.release(self.engine, held)

    def mart_tables(self) -> list[str]:
        """Names of the weekly marts."""
        return list(MARTS)

    def mart(self, table: str, *, weeks: Sequence[str] | None = None) -> pl.DataFrame:
        """A weekly mart, all of it or some weeks, with ``snapshot``, sorted by key."""
        with reading(self.engine) as connection:
            return stored_marts.read(connection, table, weeks)

    def batches(self) -> pl.DataFrame:
        """All batches in order."""
        with reading(self.engine) as connection:
            return ledger.batches(connection)

    def deliveries(self) -> pl.DataFrame:
        """All deliveries with their balance, in order of recording."""
        with reading(self.engine) as connection:
            return ledger.deliveries(connection)

    def quarantine(self, *, state: str | None = None, rules: Collection[str] = ()) -> pl.DataFrame:
        """Quarantined rows, all or those in one state or that break one of some rules."""
        with reading(self.engine) as connection:
            return ledger.quarantine(connection, state, rules)

    def waiting_corrections(self, kind: str) -> pl.DataFrame:
        """Quarantined corrections of a record kind that wait for their original, typed as the model's columns."""
        with reading(self.engine) as connection:
            return healing.waiting(connection, kind_of(kind))

    def findings(self, *, snapshot: int | None = None) -> pl.DataFrame:
        """Findings, all or of one batch."""
        with reading(self.engine) as connection:
            return ledger.findings(connection, snapshot)

    def checks(self, *, snapshot: int | None = None) -> pl.DataFrame:
        """What each rule said, of all batches or of one."""
        with reading(self.engine) as connection:
            return ledger.checks(connection, snapshot)

    def correction_effects(self, *, week: str | None = None) -> pl.DataFrame:
        """What corrections did to deliveries, in all weeks or one."""
        with reading(self.engine) as connection:
            return corrections.effects(connection, week)

    def validation_results(self) -> pl.DataFrame:
        """What each suite said about the last batches it ran on, by suite, the newest first."""
        with reading(self.engine) as connection:
            return validation_results.results(connection)

    def earlier_profiles(self, source_ids: Collection[str], before: date | None) -> Earlier:
        """Profiles of deliveries of these sources with rows of before a day; see :func:`.profiles.earlier`."""
        with reading(self.engine) as connection:
            return profiles.earlier(connection, source_ids, before)

    def profile(self, delivery_no: int) -> Earlier:
        """The profile of one delivery: its record kinds and their columns."""
        with reading(self.engine) as connection:
            return profiles.of_delivery(connection, delivery_no)

    def messages_numbered(self, document_nos: Collection[str]) -> pl.DataFrame:
        """Messages of loaded deliveries whose document has one of these numbers."""
        with reading(self.engine) as connection:
            return profiles.numbered_alike(connection, document_nos)

    def interchanges(self, senders: Collection[str]) -> pl.DataFrame:
        """interchange_sender, interchange_recipient and interchange_ref of what these senders sent."""
        with reading(self.engine) as connection:
            return profiles.interchanges_of(connection, senders)

    def arrivals(self) -> pl.DataFrame:
        """source_id, iso_week, received_at_utc of every loaded delivery and week it speaks about."""
        with reading(self.engine) as connection:
            return profiles.arrivals(connection)

    def last_received_at_utc(self) -> datetime | None:
        """When the last batch was received; None before the first."""
        with reading(self.engine) as connection:
            found: datetime | None = profiles.last_received_at_utc(connection)
            return found

    def discrepancies(self, *, state: str | None = None) -> pl.DataFrame:
        """What documents of different sources say differently, all or those in one state."""
        with reading(self.engine) as connection:
            found = discrepancies.read(connection)
        return found if state is None else found.filter(state=state)

    def waive_discrepancy(self, discrepancy_id: int, *, by: str, reason: str) -> None:
        """Accepts an open discrepancy as it is; ``UsageError`` unless it is open."""
        with writing(self.engine) as connection:
            snapshot = commit.last_snapshot(connection)
            discrepancies.waive(connection, discrepancy_id, by=by, reason=reason, snapshot=snapshot)

    def reopen_discrepancy(self, discrepancy_id: int) -> None:
        """Takes the waiver of a discrepancy back; ``UsageError`` unless it is waived."""
        with writing(self.engine) as connection:
            discrepancies.reopen(connection, discrepancy_id)

    def coverage(self) -> pl.DataFrame:
        """source_id, iso_week, files, rows_loaded, rows_quarantined, rows_duplicate."""
        with reading(self.engine) as connection:
            return ledger.coverage(connection)

    def record_duplicates(self, deliveries: list[DeliveryRow], received_at_utc: datetime) -> int:
        """Records deliveries whose bytes are known (status duplicate); returns the new snapshot."""
        batch = Batch(deliveries=deliveries, received_at_utc=received_at_utc)
        return self.publish(batch, {}, base=self.snapshot())

    def record_issue(self, issue: IssueRow, figures: pl.DataFrame, outbox: list[OutboxRow]) -> bool:
        """Writes an issue, its figures and its messages in one transaction; False if it was there already.

        ``UsageError`` if it was there with other content.
        """
        with writing(self.engine) as connection:
            return issues.record(connection, issue, figures, outbox)

    def issues(self) -> pl.DataFrame:
        """All published issues, by edition, week and revision."""
        with reading(self.engine) as connection:
            return issues.issues(connection)

    def issue_figures(self, edition: str, week: str, revision: int) -> pl.DataFrame:
        """address, value_text and unit of every figure of one issue."""
        with reading(self.engine) as connection:
            return issues.figures(connection, edition, week, revision)

    def outbox(self) -> pl.DataFrame:
        """All messages with their state."""
        with reading(self.engine) as connection:
            return issues.outbox(connection)

    def mark_message(
        self,
        message_id: str,
        state: str,
        *,
        answer: str | None = None,
        sent_at_utc: datetime | None = None,
    ) -> None:
        """Records the outcome of one attempt to hand a message over."""
        with writing(self.engine) as connection:
            issues.mark(connection, message_id, state, answer=answer, sent_at_utc=sent_at_utc)
