"""The ledger of incidents: each opened once, counted while it stands, acknowledged by a person, resolved.

What calls for an incident is told by ``incident_causes``; mails about them belong to ``delivery``. Every cause says
when it happened, and one that is known already changes nothing: looking twice is as good as looking once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse.batch import BY_ITSELF
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import INCIDENT

OPEN, ACKNOWLEDGED, RESOLVED = "open", "acknowledged", "resolved"
NOTICES = "incidents"
"""First part of the report key, and of the Message-ID, of mails to the operators."""


@dataclass(frozen=True)
class Cause:
    """Something that needs a person, and when it happened last."""

    kind: str
    subject: str
    message: str
    at_utc: datetime

    @property
    def key(self) -> str:
        """``issue.held/weekly/2025-W24``."""
        return f"{self.kind}/{self.subject}"


def record(connection: Connection, causes: Iterable[Cause], at_utc: datetime) -> list[str]:
    """Opens an incident for each cause that is news, or counts it where one stands; the keys that were opened."""
    latest = {row.incident_key: row for row in _rows(connection)}
    opened = []
    for cause in causes:
        known = latest.get(cause.key)
        if known is not None and known.last_seen_at_utc >= cause.at_utc:
            continue
        if known is not None and known.state != RESOLVED:
            _count(connection, known, cause)
        else:
            _open(connection, cause, at_utc)
            opened.append(cause.key)
    return opened


def _rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(INCIDENT).order_by(INCIDENT.c.incident_no)).all())


def _count(connection: Connection, row: Any, cause: Cause) -> None:
    seen = {"times_seen": row.times_seen + 1, "last_seen_at_utc": cause.at_utc, "message": cause.message}
    _change(connection, row, **seen)


def _open(connection: Connection, cause: Cause, at_utc: datetime) -> None:
    connection.execute(
        INCIDENT.insert().values(
            incident_key=cause.key,
            kind=cause.kind,
            subject=cause.subject,
            state=OPEN,
            message=cause.message,
            times_seen=1,
            opened_at_utc=at_utc,
            last_seen_at_utc=cause.at_utc,
        )
    )


def resolve_gone(connection: Connection, standing: Collection[str], at_utc: datetime) -> list[str]:
    """Resolves the incidents whose cause does not stand any more; their keys."""
    gone = [row for row in unresolved(connection) if row.incident_key not in standing]
    for row in gone:
        _change(connection, row, state=RESOLVED, resolved_at_utc=at_utc, resolved_by=BY_ITSELF)
    return [row.incident_key for row in gone]


def unresolved(connection: Connection) -> list[Any]:
    """The rows of incidents that are open or acknowledged, in order."""
    return [row for row in _rows(connection) if row.state != RESOLVED]


def acknowledge(connection: Connection, named: str, *, by: str, at_utc: datetime) -> None:
    """Notes who takes an incident on; ``UsageError`` unless it is open."""
    row = _in_state(connection, named, (OPEN,))
    _change(connection, row, state=ACKNOWLEDGED, acknowledged_at_utc=at_utc, acknowledged_by=by)


def resolve(connection: Connection, named: str, *, by: str, at_utc: datetime) -> None:
    """Closes an incident by hand; ``UsageError`` where it is closed already."""
    row = _in_state(connection, named, (OPEN, ACKNOWLEDGED))
    _change(connection, row, state=RESOLVED, resolved_at_utc=at_utc, resolved_by=by)


def unnotified(connection: Connection) -> list[dict[str, Any]]:
    """Open incidents nobody was mailed about. That a mail of incidents failed is never mailed: it would fail too."""
    query = select(INCIDENT).where(INCIDENT.c.state == OPEN, INCIDENT.c.notified_at_utc.is_(None))
    rows = connection.execute(query.order_by(INCIDENT.c.incident_no)).all()
    return [dict(row._mapping) for row in rows if not row.subject.startswith(f"<{NOTICES}.")]


def notified(connection: Connection, numbers: Collection[int], at_utc: datetime) -> None:
    """Notes that the mail about these incidents is queued."""
    for number in numbers:
        mine = INCIDENT.c.incident_no == number
        connection.execute(INCIDENT.update().where(mine).values(notified_at_utc=at_utc))


def incident(connection: Connection, named: str) -> dict[str, Any]:
    """The incident of a number, or the last one of a key; ``UsageError`` where there is none."""
    return dict(_row(connection, named)._mapping)


def read(connection: Connection) -> pl.DataFrame:
    """All incidents, in the order they were opened."""
    return fetched(connection, select(INCIDENT).order_by(INCIDENT.c.incident_no))


def _row(connection: Connection, named: str) -> Any:
    is_number = named.isascii() and named.isdigit() and len(named) < 19
    mine = INCIDENT.c.incident_no == int(named) if is_number else INCIDENT.c.incident_key == named
    query = select(INCIDENT).where(mine).order_by(INCIDENT.c.incident_no.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UsageError(
            f"there is no incident {named}", fix="`corridor incidents list --all` shows numbers and keys."
        )
    return row


def _in_state(connection: Connection, named: str, states: Collection[str]) -> Any:
    row = _row(connection, named)
    if row.state not in states:
        raise UsageError(f"incident {named} is {row.state}", expected=f"one that is {' or '.join(states)}")
    return row


def _change(connection: Connection, row: Any, **values: Any) -> None:
    connection.execute(INCIDENT.update().where(INCIDENT.c.incident_no == row.incident_no).values(**values))
