"""Keeps the profiles and message numbers of deliveries, and finds those a new delivery is compared with.

What a profile holds is made in ``quality.profile``; what a comparison says is judged there too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, Select, and_, func, not_, or_, select

from corridor_etl.warehouse import ledger
from corridor_etl.warehouse.batch import Batch
from corridor_etl.warehouse.frames import fetched, fetched_among, insert
from corridor_etl.warehouse.schema import (
    BATCH,
    DELIVERY,
    DELIVERY_PROFILE,
    DELIVERY_PROFILE_COLUMN,
    DELIVERY_REFERENCE,
    QUARANTINE,
)

LOOK_BACK_DAYS = 400
"""Profiles older than this, by the days of their rows, are no measure any more."""
_WAIVED = "waived"


class Earlier(NamedTuple):
    """Profiles of loaded deliveries. ``kinds``: delivery_no, sender_id, source_id, format, record_kind, rows, first_on,
    middle_on, last_on; ``columns``: the columns of ``delivery_profile_column``."""

    kinds: pl.DataFrame
    columns: pl.DataFrame


def record(connection: Connection, batch: Batch, numbers: Mapping[str, int]) -> None:
    """Writes what a batch says of its deliveries; ``numbers`` are those of its loaded ones, by delivery id."""
    parts = (
        (DELIVERY_PROFILE, batch.profile_frame()),
        (DELIVERY_PROFILE_COLUMN, batch.profile_column_frame()),
        (DELIVERY_REFERENCE, batch.reference_frame()),
    )
    for table, frame in parts:
        number = pl.col("delivery_id").replace_strict(numbers, return_dtype=pl.Int64).alias("delivery_no")
        insert(connection, table, frame.with_columns(number).drop("delivery_id"))


def earlier(connection: Connection, source_ids: Collection[str], before: date | None) -> Earlier:
    """Profiles of the sources' deliveries with rows of up to ``LOOK_BACK_DAYS`` before a day, in order of the days.

    Without deliveries that are held; with those whose rows were waived since, because a person found them right.
    """
    if before is None:
        before = date.min + timedelta(days=LOOK_BACK_DAYS)
    p, d = DELIVERY_PROFILE.c, DELIVERY.c
    is_waived = (
        select(QUARANTINE.c.quarantine_id)
        .where(QUARANTINE.c.delivery_id == d.delivery_id, QUARANTINE.c.state == _WAIVED)
        .exists()
    )
    wanted = and_(
        d.source_id.in_(list(source_ids)),
        p.middle_on < before,
        p.middle_on >= before - timedelta(days=LOOK_BACK_DAYS),
        or_(not_(p.is_held), is_waived),
    )
    kinds = select(
        p.delivery_no, d.sender_id, d.source_id, d.format, p.record_kind, p.rows, p.first_on, p.middle_on, p.last_on
    ).join(DELIVERY, d.delivery_no == p.delivery_no)  # fmt: skip
    c = DELIVERY_PROFILE_COLUMN.c
    of_kind = and_(c.delivery_no == p.delivery_no, c.record_kind == p.record_kind)
    columns: Select[Any] = (
        select(DELIVERY_PROFILE_COLUMN).join(DELIVERY_PROFILE, of_kind).join(DELIVERY, d.delivery_no == p.delivery_no)
    )  # fmt: skip
    ordered = kinds.where(wanted).order_by(p.middle_on, p.delivery_no)
    return Earlier(fetched(connection, ordered), fetched(connection, columns.where(wanted)))


def empty_cells(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """delivery_no, record_kind, column_name, rows and nulls of every profiled delivery, up to a snapshot if given."""
    p, c = DELIVERY_PROFILE.c, DELIVERY_PROFILE_COLUMN.c
    of_kind = and_(c.delivery_no == p.delivery_no, c.record_kind == p.record_kind)
    query = select(p.delivery_no, p.record_kind, c.column_name, p.rows, c.nulls).join(
        DELIVERY_PROFILE_COLUMN, of_kind
    )
    if as_of is not None:
        query = query.join(DELIVERY, DELIVERY.c.delivery_no == p.delivery_no).where(
            DELIVERY.c.snapshot <= as_of
        )
    return fetched(connection, query.order_by(p.delivery_no, p.record_kind, c.column_name))


def of_delivery(connection: Connection, delivery_no: int) -> Earlier:
    """The profile of one delivery: its kinds, and its columns."""
    kinds = select(DELIVERY_PROFILE).where(DELIVERY_PROFILE.c.delivery_no == delivery_no)
    columns = select(DELIVERY_PROFILE_COLUMN).where(DELIVERY_PROFILE_COLUMN.c.delivery_no == delivery_no)
    return Earlier(
        fetched(connection, kinds.order_by(DELIVERY_PROFILE.c.record_kind)), fetched(connection, columns)
    )


def numbered_alike(connection: Connection, document_nos: Collection[str]) -> pl.DataFrame:
    """Messages of loaded deliveries with one of these document numbers: their numbers, ``delivery_no``, ``file_name``
    and ``middle_on``, the middle of the days of the delivery's rows."""
    days = (
        select(DELIVERY_PROFILE.c.delivery_no, func.max(DELIVERY_PROFILE.c.middle_on).label("middle_on"))
        .group_by(DELIVERY_PROFILE.c.delivery_no)
        .subquery()
    )
    r = DELIVERY_REFERENCE.c
    query = (
        select(DELIVERY_REFERENCE, DELIVERY.c.file_name, days.c.middle_on)
        .join(DELIVERY, DELIVERY.c.delivery_no == r.delivery_no)
        .outerjoin(days, days.c.delivery_no == r.delivery_no)
    )
    return fetched_among(connection, query, r.document_no, sorted(document_nos))


def interchanges_of(connection: Connection, senders: Collection[str]) -> pl.DataFrame:
    """interchange_sender, interchange_recipient, interchange_ref of all loaded interchanges of these senders."""
    r = DELIVERY_REFERENCE.c
    names = (r.interchange_sender, r.interchange_recipient, r.interchange_ref)
    query = select(*names).where(r.interchange_sender.in_(sorted(senders))).distinct()
    return fetched(connection, query.order_by(*names))


def arrivals(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """source_id, iso_week, received_at_utc of every loaded delivery and week it speaks about, in order of receipt; as
    they were at snapshot ``as_of`` if given."""
    files = ledger.deliveries(connection, as_of).select("delivery_no", "source_id", "received_at_utc")
    known = ledger.weeks(connection, as_of).filter(pl.col("iso_week") != "").join(files, on="delivery_no")
    ordered = known.drop_nulls("source_id").sort("received_at_utc", "delivery_no", "iso_week")
    return ordered.select("source_id", "iso_week", "received_at_utc")


def last_received_at_utc(connection: Connection) -> Any:
    """When the last batch was received; None before the first."""
    return connection.scalar(select(func.max(BATCH.c.received_at_utc)))
