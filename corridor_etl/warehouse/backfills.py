"""The record of backfills: requests, what became of each week, what differed, and the commit that puts a week in.

Everything is written under the lease of the one who works on a backfill. Which weeks need one and how figures are made
belongs to ``jobs``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.warehouse import builds, mart_tables
from corridor_etl.warehouse import frames as framing
from corridor_etl.warehouse.builds import Build
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lease import Lease
from corridor_etl.warehouse.publish import decision, transaction
from corridor_etl.warehouse.schema import BACKFILL, BACKFILL_DIFF, BACKFILL_WEEK

DIFF_COLUMNS = framing.schema_of(c for c in BACKFILL_DIFF.columns if c.name != "backfill_id")


@dataclass(frozen=True)
class Request:
    """What is asked for; ``mode`` is default, all or only-failed."""

    weeks_first: str
    weeks_last: str
    reason: str
    requested_by: str
    mode: str = "default"
    hold_for_approval: bool = False
    reissue: bool = False


@dataclass(frozen=True)
class WeekRequest:
    """A week of it, in the state it was found in; ``is_rebuilt`` where its figures are computed again."""

    iso_week: str
    state_before: str
    why: str
    is_rebuilt: bool
    rows: int


class Backfills:
    """The backfills of one warehouse; each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, request: Request, weeks: Sequence[WeekRequest], build: Build, issue_version: str, *, base: int
    ) -> int:
        """Records a request with its weeks and gives its number; nothing of it is done yet."""
        values = {**asdict(request), **vars(build), "issue_version": issue_version, "base_snapshot": base}
        with transaction(self._engine) as connection:
            new = insert(BACKFILL).values(**values, state="planned", requested_at_utc=now_utc())
            number = int(connection.execute(new.returning(BACKFILL.c.backfill_id)).scalar_one())
            rows = [{**asdict(week), "backfill_id": number, "state": "queued"} for week in weeks]
            connection.execute(BACKFILL_WEEK.insert(), rows)
        return number

    def all(self) -> pl.DataFrame:
        """Every backfill, by number."""
        with reading(self._engine) as connection:
            return framing.fetched(connection, select(BACKFILL).order_by(BACKFILL.c.backfill_id))

    def one(self, backfill_id: int) -> dict[str, Any]:
        """The row of one; ``UsageError`` where there is none of that number."""
        found = self.all().filter(backfill_id=backfill_id)
        if found.is_empty():
            raise UsageError(f"there is no backfill {backfill_id}", fix="corridor backfill list shows them.")
        return found.row(0, named=True)

    def weeks(self, backfill_id: int | None = None) -> pl.DataFrame:
        """The weeks of one backfill or of all, by number and week."""
        query = select(BACKFILL_WEEK)
        mine = query if backfill_id is None else query.where(BACKFILL_WEEK.c.backfill_id == backfill_id)
        with reading(self._engine) as connection:
            return framing.fetched(connection, mine).sort("backfill_id", "iso_week")

    def differences(self, backfill_id: int) -> pl.DataFrame:
        """What differed, by week, mart, row and measure."""
        columns = [BACKFILL_DIFF.c[name] for name in DIFF_COLUMNS]
        query = select(*columns).where(BACKFILL_DIFF.c.backfill_id == backfill_id)
        with reading(self._engine) as connection:
            return framing.fetched(connection, query).sort("iso_week", "mart", "row_key", "measure")

    def note(self, backfill_id: int, *, lease: Lease | None = None, **values: Any) -> None:
        """Changes columns of a backfill."""
        with transaction(self._engine, lease=lease) as connection:
            _update(connection, backfill_id, values)

    def note_week(
        self, backfill_id: int, week: str, *, lease: Lease, spent_s: float = 0.0, **values: Any
    ) -> None:
        """Changes columns of a week and adds to the seconds it took."""
        with transaction(self._engine, lease=lease) as connection:
            _update_week(connection, backfill_id, week, spent_s, values)

    def built(
        self,
        backfill_id: int,
        week: str,
        differences: pl.DataFrame,
        counts: Mapping[str, int],
        *,
        lease: Lease,
        spent_s: float,
    ) -> None:
        """Keeps what differs in a week (:data:`DIFF_COLUMNS`) in place of what was found before."""
        c = BACKFILL_DIFF.c
        rows = framing.conformed(differences, DIFF_COLUMNS, what="the differences of a week")
        with transaction(self._engine, lease=lease) as connection:
            connection.execute(BACKFILL_DIFF.delete().where(c.backfill_id == backfill_id, c.iso_week == week))
            framing.insert(connection, BACKFILL_DIFF, rows, backfill_id=backfill_id)
            _update_week(connection, backfill_id, week, spent_s, {"state": "built", "error": None, **counts})

    def swap(
        self,
        backfill_id: int,
        week: str,
        frames: Mapping[str, pl.DataFrame],
        build: Build,
        *,
        base: int,
        lease: Lease,
        spent_s: float = 0.0,
    ) -> int:
        """Puts the marts and facts of a week in, in one commit on ``base``; the snapshot the warehouse then has.

        ``frames`` are :func:`.mart_tables.checked` and of this week; without any the week stays, is known to be of
        ``build``, and no snapshot is made. ``BaseMoved``, ``LeaseLost`` as in :mod:`.publish`.
        """
        with transaction(self._engine, base=base, lease=lease) as connection:
            snapshot = decision(connection) if frames else base
            for name, frame in frames.items():
                mart_tables.replace_weeks(connection, name, frame, [week], snapshot)
            builds.record(connection, [week], build, snapshot)
            done = {"state": "swapped", "snapshot": snapshot} if frames else {"state": "unchanged"}
            _update_week(connection, backfill_id, week, spent_s, done)
            _update(connection, backfill_id, {"base_snapshot": snapshot})
        return snapshot


def _update(connection: Connection, backfill_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(BACKFILL.update().where(BACKFILL.c.backfill_id == backfill_id).values(**values))


def _update_week(
    connection: Connection, backfill_id: int, week: str, spent_s: float, values: Mapping[str, Any]
) -> None:
    c = BACKFILL_WEEK.c
    mine = (c.backfill_id == backfill_id) & (c.iso_week == week)
    seconds = func.coalesce(c.seconds, 0.0) + spent_s
    connection.execute(BACKFILL_WEEK.update().where(mine).values(seconds=seconds, **values))
