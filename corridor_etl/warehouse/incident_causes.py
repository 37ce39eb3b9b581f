"""What needs a person now, as the ledger tells it: rejected deliveries, held issues, mails that did not get through.

A batch that is held leaves nothing in the ledger: whoever ingests says so, and here is only told when that has passed.
What becomes of a cause belongs to ``incidents``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, func, select

from corridor_etl.warehouse.incidents import Cause, unresolved
from corridor_etl.warehouse.schema import BATCH, DELIVERY, ISSUE, ISSUE_HOLD, OUTBOX, OUTBOX_EVENT

HELD_BATCH = "batch.held"


def standing(connection: Connection) -> list[Cause]:
    """Every cause of the ledger that has not passed."""
    return [cause for told in _TOLD.values() for cause in told(connection)]


def _rejected(connection: Connection) -> Iterator[Cause]:
    """Files of which no delivery of the same name was loaded later; the last rejection of each."""
    names = select(DELIVERY.c.file_name).where(DELIVERY.c.status == "rejected")
    of_names = DELIVERY.c.file_name.in_(names)
    columns = (DELIVERY.c.file_name, DELIVERY.c.status, DELIVERY.c.reason, DELIVERY.c.message)
    query = select(*columns, BATCH.c.committed_at_utc).join(BATCH, BATCH.c.snapshot == DELIVERY.c.snapshot)
    last = {
        row.file_name: row
        for row in connection.execute(query.where(of_names).order_by(DELIVERY.c.delivery_no))
    }
    for name, row in last.items():
        if row.status == "rejected":
            said = f"{row.reason}: {row.message}" if row.message else row.reason
            yield Cause("delivery.rejected", name, said, row.committed_at_utc)


def _held_issues(connection: Connection) -> Iterator[Cause]:
    """Editions of weeks that were held and that revision not published since; the last reasons of each."""
    hold = ISSUE_HOLD.c
    published = (
        select(ISSUE.c.week)
        .where(ISSUE.c.edition == hold.edition, ISSUE.c.week == hold.week, ISSUE.c.revision >= hold.revision)
        .exists()
    )
    query = select(ISSUE_HOLD).where(~published).order_by(hold.held_at_utc, hold.snapshot)
    last = {f"{row.edition}/{row.week}": row for row in connection.execute(query)}
    for subject, row in last.items():
        yield Cause("issue.held", subject, " ".join(row.reasons.splitlines()), row.held_at_utc)


def _mails(state: str, connection: Connection) -> Iterator[Cause]:
    event = OUTBOX_EVENT.c
    happened = and_(event.message_id == OUTBOX.c.message_id, event.state_after == OUTBOX.c.state)
    at_utc = func.max(func.coalesce(event.at_utc, OUTBOX.c.queued_at_utc)).label("at_utc")
    query = (
        select(OUTBOX.c.message_id, OUTBOX.c.last_answer, at_utc)
        .join(OUTBOX_EVENT, happened, isouter=True)
        .where(OUTBOX.c.state == state)
        .group_by(OUTBOX.c.message_id, OUTBOX.c.last_answer)
        .order_by(OUTBOX.c.message_id)
    )
    for row in connection.execute(query):
        yield Cause(f"mail.{state}", row.message_id, row.last_answer or state, row.at_utc)


_TOLD: dict[str, Callable[[Connection], Iterator[Cause]]] = {
    "delivery.rejected": _rejected,
    "issue.held": _held_issues,
    "mail.failed": partial(_mails, "failed"),
    "mail.unknown": partial(_mails, "unknown"),
}


def held_batches(connection: Connection) -> list[str]:
    """Keys of the incidents of held files of which no delivery was recorded since."""
    held = [row for row in unresolved(connection) if row.kind == HELD_BATCH]
    return [row.incident_key for row in held if not _is_recorded(connection, row)]


def _is_recorded(connection: Connection, row: Any) -> bool:
    since = BATCH.c.committed_at_utc >= row.last_seen_at_utc
    query = select(DELIVERY.c.delivery_no).join(BATCH, BATCH.c.snapshot == DELIVERY.c.snapshot)
    found = connection.execute(query.where(DELIVERY.c.file_name == row.subject, since).limit(1))
    return found.one_or_none() is not None
