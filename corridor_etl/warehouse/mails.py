"""The ledger of mails as senders and commands see it: one transaction a method.

Moves and their conditions belong to ``outbox``, addresses to ``suspensions``. Times of the ledger are those of
:func:`.clock.now_utc`; how old a claim is goes by the clock that ``CORRIDOR_NOW`` does not stop.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
from sqlalchemy import Engine

from corridor_etl.clock import now_utc, ticking_utc
from corridor_etl.warehouse import outbox, suspensions
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.lease import is_gone
from corridor_etl.warehouse.outbox import Claim, Verdict
from corridor_etl.warehouse.publish import transaction


class Mails:
    """The outbox of one warehouse; safe in several processes and threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self) -> pl.DataFrame:
        """Messages that may be tried now, in the order they were queued."""
        with reading(self._engine) as connection:
            return outbox.due(connection, now_utc())

    def claim(self, message_id: str, *, by: str) -> Claim | None:
        """The right to try a message, None where somebody else has it or it may not be tried now."""
        with transaction(self._engine) as connection:
            return outbox.claim(connection, message_id, by=by, at_utc=now_utc(), claimed_at_utc=ticking_utc())

    def settle(self, claim: Claim, verdict: Verdict) -> bool:
        """Records what an attempt came to; False where somebody has decided about the message since."""
        with transaction(self._engine) as connection:
            return outbox.settle(connection, claim, verdict, now_utc())

    def abandon(self, *, older_than: timedelta) -> list[str]:
        """Makes messages unknown whose sender is gone or has held them for too long; their Message-IDs."""
        with transaction(self._engine) as connection:
            before = ticking_utc() - older_than
            return outbox.abandon(connection, claimed_before=before, is_gone=is_gone, at_utc=now_utc())

    def give_up(self, *, older_than: timedelta) -> list[str]:
        """Lets messages fail that have waited for so long; their Message-IDs."""
        with transaction(self._engine) as connection:
            at_utc = now_utc()
            return outbox.give_up(connection, queued_before=at_utc - older_than, at_utc=at_utc)

    def resolve(self, message_id: str, state: str, *, by: str, reason: str) -> None:
        """Decides that an unknown message is sent, failed or queued again; ``UsageError`` unless it is unknown."""
        with transaction(self._engine) as connection:
            outbox.resolve(connection, message_id, state, by=by, reason=reason, at_utc=now_utc())

    def retry(self, message_id: str, *, by: str, reason: str) -> None:
        """Queues a failed message again; ``UsageError`` unless it failed."""
        with transaction(self._engine) as connection:
            outbox.retry(connection, message_id, by=by, reason=reason, at_utc=now_utc())

    def message(self, message_id: str) -> dict[str, Any]:
        """The row of a message; ``UsageError`` where there is none."""
        with reading(self._engine) as connection:
            return outbox.message(connection, message_id)

    def events(self, message_id: str) -> pl.DataFrame:
        """Everything that happened to a message, in order."""
        with reading(self._engine) as connection:
            return outbox.events(connection, message_id)

    def suspend(self, address: str, *, by: str, reason: str) -> None:
        """Sends nothing to an address until it is lifted; one that is suspended stays so."""
        with transaction(self._engine) as connection:
            suspensions.suspend(connection, address, by=by, reason=reason, at_utc=now_utc())

    def leave(self, address: str, *, by: str) -> None:
        """Sends nothing to an address whose owner left the list; a suspension that stands gains this reason."""
        with transaction(self._engine) as connection:
            suspensions.leave(connection, address, by=by, at_utc=now_utc())

    def lift(self, address: str, *, by: str) -> None:
        """Lets an address get mail again; ``UsageError`` unless it is suspended."""
        with transaction(self._engine) as connection:
            suspensions.lift(connection, address, by=by, at_utc=now_utc())

    def is_suspended(self, address: str) -> bool:
        """Whether nothing is sent to an address now."""
        with reading(self._engine) as connection:
            return suspensions.is_suspended(connection, address)

    def addresses(self) -> list[str]:
        """Every address a mail was ever queued for, or went to in its place, sorted."""
        with reading(self._engine) as connection:
            return outbox.addresses(connection)

    def suspensions(self) -> pl.DataFrame:
        """All suspensions in order, also those that were lifted."""
        with reading(self._engine) as connection:
            return suspensions.read(connection)
