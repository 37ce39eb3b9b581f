"""Leases with fencing tokens: who may write, and proof at commit that nobody took over meanwhile.

A lease is renewed while its holder works. It can be taken over once it has run out, or at once where its holder was a
process of this machine that is gone; the token then grows. A holder that was paused and wakes up still has the old
token, which the commit refuses. Durations are counted by a clock that ``CORRIDOR_NOW`` does not stop.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from corridor_etl.clock import ticking_utc
from corridor_etl.errors import LeaseHeld, LeaseLost, SettingsError, TransientError
from corridor_etl.warehouse.engine import writing
from corridor_etl.warehouse.schema import LEASE

LEASE_SECONDS = 60.0
WAIT_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_HOLDER = re.compile(r"(?P<node>.*) process (?P<pid>[0-9]+) run [0-9a-f]{8}")
_DEAD_STATES = ("Z", "X")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lease:
    """The right to write under ``name``, proved by ``token``."""

    name: str
    holder: str
    token: int


def this_process() -> str:
    """Who holds a lease, for whoever finds it taken: machine, process and a number of the occasion."""
    return f"{platform.node()} process {os.getpid()} run {uuid.uuid4().hex[:8]}"


def lease_seconds() -> float:
    """How long a lease lasts without being renewed: ``CORRIDOR_LEASE_SECONDS`` or a minute."""
    return _seconds("CORRIDOR_LEASE_SECONDS", LEASE_SECONDS)


def wait_seconds() -> float:
    """How long to wait for another holder: ``CORRIDOR_WAIT_SECONDS`` or two minutes."""
    return _seconds("CORRIDOR_WAIT_SECONDS", WAIT_SECONDS)


def _seconds(variable: str, default: float) -> float:
    given = os.environ.get(variable)
    if given is None:
        return default
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", given):
        raise SettingsError(f"{variable} is '{given}'", expected="a number of seconds, like 60")
    return float(given)


@contextmanager
def held(
    engine: Engine, name: str, holder: str, *, seconds: float, waiting_seconds: float
) -> Iterator[Lease]:
    """Holds a lease for the time of the block and renews it; ``LeaseHeld`` if waiting for it took too long."""
    lease = _waited_for(engine, name, holder, seconds, waiting_seconds)
    done = threading.Event()
    renewing = threading.Thread(target=_renew_until, args=(done, engine, lease, seconds), daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        done.set()
        renewing.join()
        with suppress(TransientError):  # it runs out by itself
            release(engine, lease)


def _waited_for(engine: Engine, name: str, holder: str, seconds: float, waiting_seconds: float) -> Lease:
    began, has_told = time.monotonic(), False
    while True:
        try:
            return acquire(engine, name, holder, seconds)
        except LeaseHeld as error:
            if waiting_seconds and not has_told:
                log.warning("waiting at most %g s: %s", waiting_seconds, error.fact)
                has_told = True
            if (left := began + waiting_seconds - time.monotonic()) <= 0:
                fact = f"{error.fact}, and {waiting_seconds:g} s of waiting were not enough"
                raise LeaseHeld(fact, fix=error.fix, **error.facts) from error
        time.sleep(min(_LOOK_SECONDS, max(left, 0.01)))


def _renew_until(done: threading.Event, engine: Engine, lease: Lease, seconds: float) -> None:
    while not done.wait(max(seconds / 3, 0.05)):
        try:
            renew(engine, lease, seconds)
        except LeaseLost as error:
            log.warning("%s", error.message)
            return
        except TransientError as error:  # the next turn may succeed, and the commit looks for itself
            log.warning("the lease '%s' could not be renewed: %s", lease.name, error.message)


def acquire(engine: Engine, name: str, holder: str, seconds: float) -> Lease:
    """Takes a lease that is free, has run out, or whose holder is gone; else ``LeaseHeld``. Does not wait."""
    with writing(engine) as connection:
        now = ticking_utc()
        row = connection.execute(select(LEASE).where(LEASE.c.name == name)).one_or_none()
        if row is not None and row.expires_at_utc > now and row.holder != holder and not is_gone(row.holder):
            raise _taken_by(row)
        lease = Lease(name, holder, row.token + 1 if row else 1)
        write = LEASE.update().where(LEASE.c.name == name) if row else LEASE.insert()
        connection.execute(write.values(**vars(lease), expires_at_utc=now + timedelta(seconds=seconds)))
        return lease


def _taken_by(row: Any) -> LeaseHeld:
    return LeaseHeld(
        f"{row.holder} holds the lease '{row.name}' until {row.expires_at_utc.isoformat(timespec='seconds')}"
        " unless it renews it",
        fix="Run this again when that process is done; if it died on another machine, when its lease has run out.",
        name=row.name,
        holder=row.holder,
    )


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that does not run any more.

    Should that be wrong (machines of one name), the token still keeps the other from committing.
    """
    found = _HOLDER.fullmatch(holder)
    if found is None or found["node"] != platform.node() or os.name != "posix":
        return False
    try:
        os.kill(int(found["pid"]), 0)
        state = Path(f"/proc/{found['pid']}/stat").read_text(encoding="utf-8", errors="surrogateescape")
    except ProcessLookupError:
        return True
    except OSError:  # it belongs to somebody else, or the system does not tell
        return False
    return state.rpartition(")")[2].split()[0] in _DEAD_STATES


def renew(engine: Engine, lease: Lease, seconds: float) -> None:
    """Lets a lease last ``seconds`` from now; ``LeaseLost`` if it changed hands."""
    with writing(engine) as connection:
        check(connection, lease)
        until = ticking_utc() + timedelta(seconds=seconds)
        connection.execute(LEASE.update().where(LEASE.c.name == lease.name).values(expires_at_utc=until))


def release(engine: Engine, lease: Lease) -> None:
    """Lets others take the lease at once; nothing happens if it was already lost."""
    mine = (LEASE.c.name == lease.name) & (LEASE.c.token == lease.token)
    with writing(engine) as connection:
        connection.execute(LEASE.update().where(mine).values(expires_at_utc=ticking_utc()))


def check(connection: Connection, lease: Lease) -> None:
    """``LeaseLost`` if the lease changed hands; to be called inside the transaction that writes."""
    token = connection.scalar(select(LEASE.c.token).where(LEASE.c.name == lease.name))
    if token != lease.token:
        raise LeaseLost(
            f"the lease '{lease.name}' was taken over: its token is {token}",
            expected=f"{lease.token}",
            fix="Start again from the current state.",
        )
