"""Short answers for pages about the whole: counted by the database, so that they stay small at the scale of a port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import BigInteger, Connection, cast, func, select

from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import BATCH, DELIVERY, DISCREPANCY, ISSUE, OUTBOX, QUARANTINE

_ROWS = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")


@dataclass(frozen=True)
class Overview:
    """The state of the ledger in counts.

    ``deliveries``: source_id, status, files, the four counts of rows, last_received_at_utc, of those since a day;
    ``rejected``: the newest of these that were rejected; ``quarantine``: rule_ids, rows, oldest_at_utc of open rows;
    ``discrepancies``: rule_id, severity, items, oldest_at_utc of open ones; ``outbox``: state, messages, oldest_at_utc;
    ``batches``: the newest; ``issues``: as :func:`listed_issues`.
    """

    deliveries: pl.DataFrame
    rejected: pl.DataFrame
    quarantine: pl.DataFrame
    discrepancies: pl.DataFrame
    outbox: pl.DataFrame
    batches: pl.DataFrame
    issues: pl.DataFrame


def overview(connection: Connection, since_utc: datetime, newest: int) -> Overview:
    """Deliveries count from ``since_utc``; of rejected ones and of batches the ``newest`` are named."""
    rejected = select(
        DELIVERY.c.delivery_no,
        DELIVERY.c.file_name,
        DELIVERY.c.sender_id,
        DELIVERY.c.reason,
        DELIVERY.c.received_at_utc,
    ).where(DELIVERY.c.status == "rejected", DELIVERY.c.received_at_utc >= since_utc)
    return Overview(
        deliveries=_deliveries(connection, since_utc),
        rejected=fetched(connection, rejected.order_by(DELIVERY.c.delivery_no.desc()).limit(newest)),
        quarantine=_quarantine(connection),
        discrepancies=_discrepancies(connection),
        outbox=_outbox(connection),
        batches=fetched(connection, select(BATCH).order_by(BATCH.c.snapshot.desc()).limit(newest)),
        issues=listed_issues(connection),
    )


def listed_issues(connection: Connection) -> pl.DataFrame:
    """All issues by edition, week and revision, without what they were rendered from."""
    columns = [c for c in ISSUE.columns if c.name != "context_json"]
    return fetched(connection, select(*columns).order_by(*ISSUE.primary_key.columns))


def _deliveries(connection: Connection, since_utc: datetime) -> pl.DataFrame:
    keys = (DELIVERY.c.source_id, DELIVERY.c.status)
    counts = [cast(func.sum(DELIVERY.c[name]), BigInteger).label(name) for name in _ROWS]
    query = (
        select(
            *keys,
            func.count().label("files"),
            *counts,
            func.max(DELIVERY.c.received_at_utc).label("last_received_at_utc"),
        )
        .where(DELIVERY.c.received_at_utc >= since_utc)
        .group_by(*keys)
        .order_by(*keys)
    )
    return fetched(connection, query)


def _quarantine(connection: Connection) -> pl.DataFrame:
    query = (
        select(
            QUARANTINE.c.rule_ids,
            func.count().label("rows"),
            func.min(QUARANTINE.c.first_seen_at_utc).label("oldest_at_utc"),
        )
        .where(QUARANTINE.c.state == "open")
        .group_by(QUARANTINE.c.rule_ids)
        .order_by(QUARANTINE.c.rule_ids)
    )
    return fetched(connection, query)


def _discrepancies(connection: Connection) -> pl.DataFrame:
    keys = (DISCREPANCY.c.rule_id, DISCREPANCY.c.severity)
    query = (
        select(
            *keys,
            func.count().label("items"),
            func.min(DISCREPANCY.c.first_seen_at_utc).label("oldest_at_utc"),
        )
        .where(DISCREPANCY.c.state == "open")
        .group_by(*keys)
        .order_by(*keys)
    )
    return fetched(connection, query)


def _outbox(connection: Connection) -> pl.DataFrame:
    query = (
        select(
            OUTBOX.c.state,
            func.count().label("messages"),
            func.min(OUTBOX.c.queued_at_utc).label("oldest_at_utc"),
        )
        .group_by(OUTBOX.c.state)
        .order_by(OUTBOX.c.state)
    )
    return fetched(connection, query)
