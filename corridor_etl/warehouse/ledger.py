"""Reads the ledger: deliveries, quarantine, findings, checks and coverage, as frames."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, func, or_, select

from corridor_etl.warehouse import history
from corridor_etl.warehouse.frames import fetched, fetched_among
from corridor_etl.warehouse.schema import (
    BATCH,
    CHECK_RESULT,
    DELIVERY,
    DELIVERY_WEEK,
    FINDING,
    LAKE_EXPIRY,
    QUARANTINE,
)


def loaded_names(connection: Connection, sha256s: Collection[str]) -> dict[str, str]:
    """SHA-256 -> file name of the delivery that loaded these bytes, for those of which one did."""
    query = select(DELIVERY.c.sha256, DELIVERY.c.file_name).where(DELIVERY.c.status == "loaded")
    return dict(fetched_among(connection, query, DELIVERY.c.sha256, sorted(set(sha256s))).iter_rows())


def known_files(connection: Connection, *, with_rejected: bool) -> set[tuple[str, str]]:
    """(file name, SHA-256) of the deliveries in the ledger, with or without those that were rejected."""
    query = select(DELIVERY.c.file_name, DELIVERY.c.sha256)
    wanted = query if with_rejected else query.where(DELIVERY.c.status != "rejected")
    return {(name, sha256) for name, sha256 in connection.execute(wanted)}


def is_known(connection: Connection, file_name: str, sha256: str) -> bool:
    """Whether a delivery of this name with these bytes is in the ledger, whatever became of it."""
    mine = (DELIVERY.c.file_name == file_name) & (DELIVERY.c.sha256 == sha256)
    return connection.execute(select(DELIVERY.c.delivery_no).where(mine).limit(1)).first() is not None


def deliveries(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """All deliveries in order of recording; as they were at snapshot ``as_of`` if given."""
    if as_of is not None:
        return history.table(connection, DELIVERY, as_of)
    return fetched(connection, select(DELIVERY).order_by(DELIVERY.c.delivery_no))


def batches(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """All batches in order; up to snapshot ``as_of`` if given."""
    query: Select[Any] = select(BATCH).order_by(BATCH.c.snapshot)
    return fetched(connection, _until(query, BATCH, as_of))


def _until(query: Select[Any], table: Table, as_of: int | None) -> Select[Any]:
    return query if as_of is None else query.where(table.c.snapshot <= as_of)


def quarantine(
    connection: Connection,
    state: str | None = None,
    rules: Collection[str] = (),
    as_of: int | None = None,
) -> pl.DataFrame:
    """Quarantined rows, all or those in one state, in order of arrival, with the ``file_name``, ``delivery_no`` and
    ``sender_id`` they came by; only rows that break one of ``rules`` if some are named; as they were at ``as_of``."""
    if as_of is not None:
        return _quarantine_then(connection, state, rules, as_of)
    loaded = (DELIVERY.c.delivery_id == QUARANTINE.c.delivery_id) & (DELIVERY.c.status == "loaded")
    came_by = (DELIVERY.c.file_name, DELIVERY.c.delivery_no, DELIVERY.c.sender_id)
    query: Select[Any] = (
        select(QUARANTINE, *came_by).join(DELIVERY, loaded).order_by(QUARANTINE.c.quarantine_id)
    )
    if rules:
        query = query.where(or_(*(QUARANTINE.c.rule_ids.contains(rule, autoescape=True) for rule in rules)))
    return fetched(connection, query if state is None else query.where(QUARANTINE.c.state == state))


def _quarantine_then(
    connection: Connection, state: str | None, rules: Collection[str], as_of: int
) -> pl.DataFrame:
    loaded = history.table(connection, DELIVERY, as_of).filter(status="loaded")
    came_by = loaded.select("delivery_id", "file_name", "delivery_no", "sender_id")
    rows = history.table(connection, QUARANTINE, as_of).join(
        came_by, on="delivery_id", how="inner", maintain_order="left"
    )
    tests = [] if state is None else [pl.col("state") == state]
    if rules:
        tests.append(pl.col("rule_ids").str.contains_any(list(rules)))
    return rows.filter(tests) if tests else rows


def findings(connection: Connection, snapshot: int | None = None, as_of: int | None = None) -> pl.DataFrame:
    """Findings of all batches, of those up to ``as_of``, or of one."""
    query = _until(select(FINDING).order_by(FINDING.c.finding_id), FINDING, as_of)
    return fetched(connection, query if snapshot is None else query.where(FINDING.c.snapshot == snapshot))


def checks(connection: Connection, snapshot: int | None = None, as_of: int | None = None) -> pl.DataFrame:
    """What each rule said, of all batches, of those up to ``as_of``, or of one."""
    ordered = select(CHECK_RESULT).order_by(*CHECK_RESULT.primary_key.columns)
    query = _until(ordered, CHECK_RESULT, as_of)
    return fetched(
        connection, query if snapshot is None else query.where(CHECK_RESULT.c.snapshot == snapshot)
    )


def coverage(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """source_id, iso_week, files, rows_loaded, rows_quarantined, rows_duplicate; as they were at ``as_of`` if given.

    A file counts in every week it speaks about. Rows whose week is unknown are under an empty week.
    """
    keys, counted = ["source_id", "iso_week"], ("rows_loaded", "rows_quarantined", "rows_duplicate")
    source = pl.col("source_id").fill_null("")
    files = deliveries(connection, as_of).select("delivery_no", source)
    return (
        weeks(connection, as_of)
        .join(files, on="delivery_no")
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("files"), *(pl.col(name).sum() for name in counted))
        .sort(keys)
    )


def weeks(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """Which weeks each delivery speaks about, with its counts; as they were at ``as_of`` if given."""
    if as_of is None:
        return fetched(connection, select(DELIVERY_WEEK).order_by(*DELIVERY_WEEK.primary_key.columns))
    # A week that came with its delivery has no change that says so.
    known = history.table(connection, DELIVERY, as_of).select("delivery_no")
    return history.table(connection, DELIVERY_WEEK, as_of).join(
        known, on="delivery_no", how="semi", maintain_order="left"
    )


def last_expired_week(connection: Connection) -> str:
    """The last week of which rows have left the lake; empty where none has."""
    return connection.scalar(select(func.max(LAKE_EXPIRY.c.iso_week))) or ""
