"""Reads the ledger: deliveries, quarantine, findings, checks and coverage, as frames."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, case, func, or_, select

from corridor_etl.warehouse.batch import DeliveryRow
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import (
    BATCH,
    CHECK_RESULT,
    DELIVERY,
    DELIVERY_WEEK,
    FINDING,
    LAKE_EXPIRY,
    QUARANTINE,
)


def known_delivery(connection: Connection, sha256: str) -> DeliveryRow | None:
    """The delivery that loaded these bytes, else the first that was rejected with them, else None."""
    loaded_first = case((DELIVERY.c.status == "loaded", 0), else_=1)
    query = select(DELIVERY).where(DELIVERY.c.sha256 == sha256).order_by(loaded_first, DELIVERY.c.delivery_no)
    row = connection.execute(query.limit(1)).one_or_none()
    return DeliveryRow(**row._mapping) if row else None


def known_files(connection: Connection, *, with_rejected: bool) -> set[tuple[str, str]]:
    """(file name, SHA-256) of the deliveries in the ledger, with or without those that were rejected."""
    query = select(DELIVERY.c.file_name, DELIVERY.c.sha256)
    wanted = query if with_rejected else query.where(DELIVERY.c.status != "rejected")
    return {(name, sha256) for name, sha256 in connection.execute(wanted)}


def is_known(connection: Connection, file_name: str, sha256: str) -> bool:
    """Whether a delivery of this name with these bytes is in the ledger, whatever became of it."""
    mine = (DELIVERY.c.file_name == file_name) & (DELIVERY.c.sha256 == sha256)
    return connection.execute(select(DELIVERY.c.delivery_no).where(mine).limit(1)).first() is not None


def deliveries(connection: Connection) -> pl.DataFrame:
    """All deliveries in order of recording."""
    return fetched(connection, select(DELIVERY).order_by(DELIVERY.c.delivery_no))


def batches(connection: Connection) -> pl.DataFrame:
    """All batches in order."""
    return fetched(connection, select(BATCH).order_by(BATCH.c.snapshot))


def quarantine(connection: Connection, state: str | None = None, rules: Collection[str] = ()) -> pl.DataFrame:
    """Quarantined rows, all or those in one state, in order of arrival, with the ``file_name``, ``delivery_no`` and
    ``sender_id`` they came by; only rows that break one of ``rules`` if some are named."""
    loaded = (DELIVERY.c.delivery_id == QUARANTINE.c.delivery_id) & (DELIVERY.c.status == "loaded")
    came_by = (DELIVERY.c.file_name, DELIVERY.c.delivery_no, DELIVERY.c.sender_id)
    query: Select[Any] = (
        select(QUARANTINE, *came_by).join(DELIVERY, loaded).order_by(QUARANTINE.c.quarantine_id)
    )
    if rules:
        query = query.where(or_(*(QUARANTINE.c.rule_ids.contains(rule, autoescape=True) for rule in rules)))
    return fetched(connection, query if state is None else query.where(QUARANTINE.c.state == state))


def findings(connection: Connection, snapshot: int | None = None) -> pl.DataFrame:
    """Findings of all batches or of one."""
    query: Select[Any] = select(FINDING).order_by(FINDING.c.finding_id)
    return fetched(connection, query if snapshot is None else query.where(FINDING.c.snapshot == snapshot))


def checks(connection: Connection, snapshot: int | None = None) -> pl.DataFrame:
    """What each rule said, of all batches or of one."""
    query: Select[Any] = select(CHECK_RESULT).order_by(*CHECK_RESULT.primary_key.columns)
    return fetched(
        connection, query if snapshot is None else query.where(CHECK_RESULT.c.snapshot == snapshot)
    )


def coverage(connection: Connection) -> pl.DataFrame:
    """source_id, iso_week, files, rows_loaded, rows_quarantined, rows_duplicate.

    A file counts in every week it speaks about. Rows whose week is unknown are under an empty week.
    """
    source = func.coalesce(DELIVERY.c.source_id, "").label("source_id")
    counted = ("rows_loaded", "rows_quarantined", "rows_duplicate")
    query = (
        select(
            source,
            DELIVERY_WEEK.c.iso_week,
            func.count().label("files"),
            *(func.sum(DELIVERY_WEEK.c[name]).label(name) for name in counted),
        )
        .join(DELIVERY, DELIVERY.c.delivery_no == DELIVERY_WEEK.c.delivery_no)
        .group_by(source, DELIVERY_WEEK.c.iso_week)
        .order_by(source, DELIVERY_WEEK.c.iso_week)
    )
    return fetched(connection, query).cast(dict.fromkeys(("files", *counted), pl.Int64))


def last_expired_week(connection: Connection) -> str:
    """The last week of which rows have left the lake; empty where none has."""
    return connection.scalar(select(func.max(LAKE_EXPIRY.c.iso_week))) or ""
