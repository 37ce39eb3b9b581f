"""Leases with fencing tokens: who may write, and proof at commit that nobody took over meanwhile.

A lease can be taken over once it has expired; the token then grows. A holder that was paused and wakes up
still has the old token, which the commit refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from corridor_etl.clock import now_utc
from corridor_etl.errors import LeaseLost, WarehouseBusy
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.schema import LEASE


@dataclass(frozen=True)
class Lease:
    """The right to write under ``name``, proved by ``token``."""

    name: str
    holder: str
    token: int


def acquire(engine: Engine, name: str, holder: str, seconds: int) -> Lease:
    """Takes a free or expired lease; ``WarehouseBusy`` while somebody else holds it."""
    now = now_utc()
    with writing(engine) as connection:
        row = connection.execute(select(LEASE).where(LEASE.c.name == name)).one_or_none()
        if row is not None and row.expires_at_utc > now and row.holder != holder:
            raise WarehouseBusy(
                f"{row.holder} holds the lease '{name}' until {row.expires_at_utc.isoformat()}",
                fix="Wait for it, or for the time it expires.",
            )
        return _taken(
            connection, Lease(name, holder, row.token + 1 if row else 1), now + timedelta(seconds=seconds)
        )


def _taken(connection: Connection, lease: Lease, until: datetime) -> Lease:
    connection.execute(LEASE.delete().where(LEASE.c.name == lease.name))
    connection.execute(LEASE.insert().values(**vars(lease), expires_at_utc=until))
    return lease


def release(engine: Engine, lease: Lease) -> None:
    """Lets others take the lease at once; nothing happens if it was already lost."""
    mine = (LEASE.c.name == lease.name) & (LEASE.c.token == lease.token)
    with writing(engine) as connection:
        connection.execute(LEASE.update().where(mine).values(expires_at_utc=now_utc()))


def check(connection: Connection, lease: Lease) -> None:
    """``LeaseLost`` if the lease changed hands; to be called inside the transaction that writes."""
    token = connection.scalar(select(LEASE.c.token).where(LEASE.c.name == lease.name))
    if token != lease.token:
        raise LeaseLost(
            f"the lease '{lease.name}' was taken over: its token is {token}",
            expected=f"{lease.token}",
            fix="Start again from the current state.",
        )
