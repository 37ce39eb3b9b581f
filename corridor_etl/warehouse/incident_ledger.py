"""The incidents as jobs and commands see them: one transaction a method.

Moves and their conditions belong to ``incidents``, what calls for one to ``incident_causes``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import polars as pl
from sqlalchemy import Engine

from corridor_etl.clock import now_utc
from corridor_etl.warehouse import incident_causes, incidents
from corridor_etl.warehouse.engine import reading
from corridor_etl.warehouse.incidents import Cause
from corridor_etl.warehouse.issues import OutboxRow
from corridor_etl.warehouse.publish import transaction
from corridor_etl.warehouse.schema import OUTBOX

NEWS = timedelta(days=28)
"""What happened longer ago opens no incident: the first look at a warehouse with a past would open hundreds."""


@dataclass(frozen=True)
class Looked:
    """Keys of the incidents that one look has opened, and of those it has resolved."""

    opened: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()


class Incidents:
    """The incidents of one warehouse; safe in several processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def look(self, held: Sequence[Cause] = ()) -> Looked:
        """Brings the incidents to what the ledger says now; ``held``: batches that were held just now."""
        with transaction(self._engine) as connection:
            at_utc = now_utc()
            causes = [*incident_causes.standing(connection), *held]
            opened = incidents.record(connection, [c for c in causes if c.at_utc >= at_utc - NEWS], at_utc)
            stand = {c.key for c in causes} | set(incident_causes.held_batches(connection))
            return Looked(tuple(opened), tuple(incidents.resolve_gone(connection, stand, at_utc)))

    def notify(self, mails: Callable[[list[dict[str, Any]]], list[OutboxRow]]) -> int:
        """Queues ``mails`` about the open incidents that were not mailed yet, all or none; how many incidents.

        Incidents and mails are one transaction, so that of two who notify one finds nothing left. Where no mail is
        made they wait for one.
        """
        with transaction(self._engine) as connection:
            waiting = incidents.unnotified(connection)
            rows = mails(waiting) if waiting else []
            if not rows:
                return 0
            connection.execute(OUTBOX.insert(), [asdict(row) for row in rows])
            incidents.notified(connection, [row["incident_no"] for row in waiting], now_utc())
            return len(waiting)

    def acknowledge(self, named: str, *, by: str) -> None:
        """Notes who takes an incident (its number or key) on; ``UsageError`` unless it is open."""
        with transaction(self._engine) as connection:
            incidents.acknowledge(connection, named, by=by, at_utc=now_utc())

    def resolve(self, named: str, *, by: str) -> None:
        """Closes an incident (its number or key); ``UsageError`` where it is closed already."""
        with transaction(self._engine) as connection:
            incidents.resolve(connection, named, by=by, at_utc=now_utc())

    def one(self, named: str) -> dict[str, Any]:
        """The incident of a number, or the last one of a key; ``UsageError`` where there is none."""
        with reading(self._engine) as connection:
            return incidents.incident(connection, named)

    def all(self) -> pl.DataFrame:
        """All incidents, in the order they were opened."""
        with reading(self._engine) as connection:
            return incidents.read(connection)
