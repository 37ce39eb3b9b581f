"""What the ledger of a warehouse tells: one method a question, each of them one read transaction.

The warehouse itself (archive, lake, commits) belongs to ``warehouse``; how the answers are found to the modules called
here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import polars as pl
from sqlalchemy import Engine

from corridor_etl.model import kind as kind_of
from corridor_etl.warehouse import (
    builds,
    corrections,
    discrepancies,
    healing,
    issues,
    ledger,
    overview,
    profiles,
    retention,
    revisions,
    standing,
    validation_results,
)
from corridor_etl.warehouse.builds import Build
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.overview import Overview
from corridor_etl.warehouse.profiles import Earlier
from corridor_etl.warehouse.schema import ISSUE_CHANGE, ISSUE_HOLD, ISSUE_LET_OUT, ISSUE_VERSION


class Answers:
    """The questions a ledger answers, as it is now or as it was at snapshot ``as_of``."""

    engine: Engine
    as_of: int | None

    def loaded_names(self, sha256s: Collection[str]) -> dict[str, str]:
        """SHA-256 -> file name of the delivery that loaded these bytes, for those of which one did."""
        with reading(self.engine) as connection:
            return ledger.loaded_names(connection, sha256s)

    def is_known(self, file_name: str, sha256: str) -> bool:
        """Whether a delivery of this name with these bytes is recorded, whatever became of it."""
        with reading(self.engine) as connection:
            return ledger.is_known(connection, file_name, sha256)

    def known_files(self, *, with_rejected: bool) -> set[tuple[str, str]]:
        """(file name, SHA-256) of every recorded delivery, with or without those that were rejected."""
        with reading(self.engine) as connection:
            return ledger.known_files(connection, with_rejected=with_rejected)

    def expired(self) -> pl.DataFrame:
        """Rows that have left the lake by policy, per delivery, record kind and week."""
        with reading(self.engine) as connection:
            return retention.read(connection)

    def batches(self) -> pl.DataFrame:
        """All batches in order."""
        with reading(self.engine) as connection:
            return ledger.batches(connection, self.as_of)

    def deliveries(self) -> pl.DataFrame:
        """All deliveries with their balance, in order of recording."""
        with reading(self.engine) as connection:
            return ledger.deliveries(connection, self.as_of)

    def quarantine(self, *, state: str | None = None, rules: Collection[str] = ()) -> pl.DataFrame:
        """Quarantined rows, all or those in one state or that break one of some rules."""
        with reading(self.engine) as connection:
            return ledger.quarantine(connection, state, rules, self.as_of)

    def waiting_corrections(self, kind: str) -> pl.DataFrame:
        """Quarantined corrections of a record kind that wait for their original, typed as the model's columns."""
        with reading(self.engine) as connection:
            return healing.waiting(connection, kind_of(kind))

    def findings(self, *, snapshot: int | None = None) -> pl.DataFrame:
        """Findings, all or of one batch."""
        with reading(self.engine) as connection:
            return ledger.findings(connection, snapshot, self.as_of)

    def checks(self, *, snapshot: int | None = None) -> pl.DataFrame:
        """What each rule said, of all batches or of one."""
        with reading(self.engine) as connection:
            return ledger.checks(connection, snapshot, self.as_of)

    def correction_effects(self, *, week: str | None = None) -> pl.DataFrame:
        """What corrections did to deliveries, in all weeks or one."""
        with reading(self.engine) as connection:
            return corrections.effects(connection, week, self.as_of)

    def validation_results(self) -> pl.DataFrame:
        """What each suite said about the last batches it ran on, by suite, the newest first."""
        with reading(self.engine) as connection:
            return validation_results.results(connection, self.as_of)

    def earlier_profiles(self, source_ids: Collection[str], before: date | None) -> Earlier:
        """Profiles of deliveries of these sources with rows of before a day; see :func:`.profiles.earlier`."""
        with reading(self.engine) as connection:
            return profiles.earlier(connection, source_ids, before)

    def profile(self, delivery_no: int) -> Earlier:
        """The profile of one delivery: its record kinds and their columns."""
        with reading(self.engine) as connection:
            return profiles.of_delivery(connection, delivery_no)

    def empty_cells(self) -> pl.DataFrame:
        """How many cells of each column were empty in each delivery, of how many rows."""
        with reading(self.engine) as connection:
            return profiles.empty_cells(connection, self.as_of)

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
            return profiles.arrivals(connection, self.as_of)

    def last_received_at_utc(self) -> datetime | None:
        """When the last batch was received; None before the first."""
        with reading(self.engine) as connection:
            found: datetime | None = profiles.last_received_at_utc(connection)
            return found

    def discrepancies(self, *, state: str | None = None) -> pl.DataFrame:
        """What documents of different sources say differently, all or those in one state."""
        with reading(self.engine) as connection:
            found = discrepancies.read(connection, self.as_of)
        return found if state is None else found.filter(state=state)

    def revisions(self, *, week: str | None = None, since: int | None = None) -> pl.DataFrame:
        """Changes of weekly figures since their weeks first appeared: the columns of the view ``v_revisions``."""
        with reading(self.engine) as connection:
            return revisions.revisions(connection, week, since, self.as_of)

    def week_builds(self) -> pl.DataFrame:
        """Of which versions of code and rules the figures of each week are, and since which batch."""
        with reading(self.engine) as connection:
            return builds.read(connection)

    def is_standing(self, build: Build) -> bool:
        """Whether marts and facts are what ``build`` makes of the rows in the lake; see :mod:`.standing`."""
        with reading(self.engine) as connection:
            return standing.is_standing(connection, build)

    def last_expired_week(self) -> str:
        """The last week of which rows have left the lake by policy; empty where none has."""
        with reading(self.engine) as connection:
            return ledger.last_expired_week(connection)

    def coverage(self) -> pl.DataFrame:
        """source_id, iso_week, files, rows_loaded, rows_quarantined, rows_duplicate."""
        with reading(self.engine) as connection:
            return ledger.coverage(connection, self.as_of)

    def issues(self) -> pl.DataFrame:
        """All published issues, by edition, week and revision."""
        with reading(self.engine) as connection:
            return issues.issues(connection, self.as_of)

    def listed_issues(self) -> pl.DataFrame:
        """All issues like :meth:`issues`, without their contexts: what a list of them needs."""
        with reading(self.engine) as connection:
            return overview.listed_issues(connection)

    def overview(self, since_utc: datetime, newest: int) -> Overview:
        """The state of the ledger in counts, now; see :class:`.overview.Overview`."""
        with reading(self.engine) as connection:
            return overview.overview(connection, since_utc, newest)

    def issue_figures(self, edition: str, week: str, revision: int) -> pl.DataFrame:
        """address, value_text and unit of every figure of one issue."""
        with reading(self.engine) as connection:
            return issues.figures(connection, edition, week, revision)

    def issue_holds(self) -> pl.DataFrame:
        """Issues that were held back, with the reasons; one that is among ``issues`` was published later."""
        with reading(self.engine) as connection:
            return issues.life(connection, ISSUE_HOLD, self.as_of)

    def issues_let_out(self) -> pl.DataFrame:
        """Issues that a person published although a check stops them: who, when and why."""
        with reading(self.engine) as connection:
            return issues.life(connection, ISSUE_LET_OUT)

    def issue_versions(self) -> pl.DataFrame:
        """Every issue as each audience reads it in each language."""
        with reading(self.engine) as connection:
            return issues.life(connection, ISSUE_VERSION)

    def issue_changes(self) -> pl.DataFrame:
        """Each figure that a revision changed: before, after, causes and files."""
        with reading(self.engine) as connection:
            return issues.life(connection, ISSUE_CHANGE)

    def outbox(self) -> pl.DataFrame:
        """All messages with their state."""
        with reading(self.engine) as connection:
            return issues.outbox(connection)
