"""The commit protocol: a batch becomes visible whole, or not at all.

First the rows are written as files of the spool, counted there, and, if every delivery adds up, staged as files of the
lake that nobody refers to. Then one SQL transaction checks that the writer still may
write and that what it read is still the last state, registers the files, records batch, deliveries,
quarantine, findings and checks, replaces the marts, and commits. A crash before the commit leaves files
only.

:func:`transaction` is the one way in which anything stored is changed; only leases, which say who may, do without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import IntegrityError

from corridor_etl.clock import now_utc
from corridor_etl.errors import BalanceBroken, BaseMoved
from corridor_etl.warehouse import (
    builds,
    causes,
    discrepancies,
    healing,
    ledger,
    mart_tables,
    records,
    superseding,
)
from corridor_etl.warehouse import lease as leases
from corridor_etl.warehouse.batch import Batch
from corridor_etl.warehouse.engine import reading, writing
from corridor_etl.warehouse.lake import Lake, Staged
from corridor_etl.warehouse.lease import Lease
from corridor_etl.warehouse.schema import BATCH, MARTS


@contextmanager
def transaction(
    engine: Engine, *, base: int | None = None, lease: Lease | None = None
) -> Iterator[Connection]:
    """One write transaction: all of the block becomes visible at its end, or nothing of it.

    ``BaseMoved`` unless ``base`` is the last batch, ``LeaseLost`` if ``lease`` changed hands; both are looked at when
    nobody else can write any more, and where they are given only.
    """
    with writing(engine) as connection:
        if lease is not None:
            leases.check(connection, lease)
        if base is not None:
            check_base(connection, base)
        yield connection


def publish(
    engine: Engine,
    lake: Lake,
    batch: Batch,
    marts: Mapping[str, mart_tables.Content],
    *,
    base: int,
    lease: Lease | None = None,
) -> int:
    """Commits a batch on top of snapshot ``base`` and returns the new snapshot.

    ``BalanceBroken`` if a delivery does not add up, ``BaseMoved`` if another batch was committed since
    ``base``, ``LeaseLost`` if the lease changed hands. After any error the visible state is what it was.
    """
    contents = {name: mart_tables.checked_content(name, content) for name, content in marts.items()}
    with reading(engine) as connection:
        check_base(connection, base)
    snapshot = base + 1
    staged = lake.stage(batch.added(), snapshot, partial(records.check_balance, batch))
    with transaction(engine, base=base, lease=lease) as connection:
        lake.register(connection, staged, snapshot)
        _record(connection, batch, lake, staged, snapshot, lease)
        expired = ledger.last_expired_week(connection) if contents else ""
        for name, content in contents.items():
            mart_tables.replace(connection, name, content, snapshot, after=expired)
        if batch.build is not None:
            rows = [mart_tables.rows_of(contents[name]) for name in MARTS.keys() & contents.keys()]
            made = {week for frame in rows for week in frame["iso_week"].unique()}
            builds.record(connection, {w for w in made if w > expired}, batch.build, snapshot)
    return snapshot


def decision(connection: Connection) -> int:
    """Commits a batch without rows in the caller's transaction: a decision gets a snapshot of its own."""
    snapshot = last_snapshot(connection) + 1
    _number(connection, Batch(deliveries=(), received_at_utc=now_utc()), 0, snapshot, None)
    return snapshot


def last_snapshot(connection: Connection) -> int:
    """The number of the last committed batch, 0 before the first."""
    return connection.scalar(select(func.max(BATCH.c.snapshot))) or 0


def check_base(connection: Connection, base: int) -> None:
    """``BaseMoved`` unless ``base`` is the last committed batch."""
    last = last_snapshot(connection)
    if last != base:
        raise BaseMoved(
            f"the batch was computed on snapshot {base}",
            expected=f"snapshot {last}, the last one committed",
            fix="Read the warehouse again and compute the batch anew.",
            base=base,
            last=last,
        )


def _record(
    connection: Connection, batch: Batch, lake: Lake, staged: Staged, snapshot: int, lease: Lease | None
) -> None:
    _number(connection, batch, int(staged.counts["rows"].sum()), snapshot, lease)
    try:
        records.insert_batch(connection, batch, staged.counts, snapshot)
        healing.record(connection, batch, snapshot)
        superseding.record(connection, batch, lake.staged_rows(staged), snapshot)
        causes.record(connection, batch, snapshot)
        if (failing := batch.discrepancy_frame()) is not None:
            discrepancies.record(connection, failing, snapshot, batch.received_at_utc, batch.visits_of)
    except IntegrityError as error:
        if "balance" not in str(error.orig) and "nothing_loaded" not in str(error.orig):
            raise
        raise BalanceBroken(f"the database refused a delivery: {error.orig}") from error


def _number(connection: Connection, batch: Batch, rows: int, snapshot: int, lease: Lease | None) -> None:
    connection.execute(
        BATCH.insert().values(
            snapshot=snapshot,
            received_at_utc=batch.received_at_utc,
            committed_at_utc=now_utc(),
            deliveries=len(batch.deliveries),
            rows_loaded=rows,
            lease_token=lease.token if lease else None,
        )
    )
