"""Addresses that get no mail for now: suspended by a refusal of the relay or by a person, lifted by a person."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, literal, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import MAIL_SUSPENSION

UNSUBSCRIBED = "unsubscribed"


def stands_for(address: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an address is suspended, as a condition of a query."""
    return (
        select(MAIL_SUSPENSION.c.suspension_id)
        .where(MAIL_SUSPENSION.c.address == func.lower(address), MAIL_SUSPENSION.c.lifted_at_utc.is_(None))
        .exists()
    )


def is_suspended(connection: Connection, address: str) -> bool:
    """Whether an address is suspended."""
    return bool(connection.scalar(select(stands_for(literal(address)))))


def suspend(
    connection: Connection,
    address: str,
    *,
    reason: str,
    by: str,
    at_utc: datetime,
    message_id: str | None = None,
) -> None:
    """Suspends an address; one that is suspended stays so, with its first reason."""
    if is_suspended(connection, address):
        return
    since = {"suspended_by": by, "suspended_at_utc": at_utc}
    connection.execute(
        MAIL_SUSPENSION.insert().values(
            address=address.lower(), reason=reason, message_id=message_id, **since
        )
    )


def leave(connection: Connection, address: str, *, by: str, at_utc: datetime) -> None:
    """Suspends an address whose owner left the list; where it is suspended for another reason, that gains this one.

    So whoever lifts it once that other cause is gone sees that its owner wants no mail.
    """
    suspend(connection, address, reason=UNSUBSCRIBED, by=by, at_utc=at_utc)
    c = MAIL_SUSPENSION.c
    connection.execute(
        MAIL_SUSPENSION.update()
        .where(
            c.address == address.lower(), c.lifted_at_utc.is_(None), c.reason.not_like(f"%{UNSUBSCRIBED}%")
        )
        .values(reason=c.reason + f"; {UNSUBSCRIBED} by {by}")
    )


def lift(connection: Connection, address: str, *, by: str, at_utc: datetime) -> None:
    """Lets an address get mail again; ``UsageError`` unless it is suspended."""
    done = connection.execute(
        MAIL_SUSPENSION.update()
        .where(MAIL_SUSPENSION.c.address == address.lower(), MAIL_SUSPENSION.c.lifted_at_utc.is_(None))
        .values(lifted_by=by, lifted_at_utc=at_utc)
    )
    if done.rowcount != 1:
        raise UsageError(
            f"{address} is not suspended", fix="`corridor outbox suspended` lists the addresses that are."
        )


def read(connection: Connection) -> pl.DataFrame:
    """All suspensions in order, also those that were lifted."""
    return fetched(connection, select(MAIL_SUSPENSION).order_by(MAIL_SUSPENSION.c.suspension_id))
