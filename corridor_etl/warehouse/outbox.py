"""The ledger of mails: which message may be tried now, who is at it, and what came of it.

A message is queued, sending, sent, failed or unknown. Every move names the state it starts from, so that of two who
want the same move one finds nothing to do, and leaves a line in ``outbox_event``. Who may not be written to belongs to
``suspensions``; speaking to a relay to ``delivery``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, union

from corridor_etl.errors import UsageError
from corridor_etl.warehouse import suspensions
from corridor_etl.warehouse.frames import fetched
from corridor_etl.warehouse.schema import OUTBOX, OUTBOX_EVENT

QUEUED, SENDING, SENT, FAILED, UNKNOWN = "queued", "sending", "sent", "failed", "unknown"
ABANDONED = "the process that was sending it ended without an outcome"
TOO_OLD = "nobody accepted it in the time it is of use"
RESTORED = "restored from a backup: it may have been sent after that"


@dataclass(frozen=True)
class Claim:
    """The right to make one attempt: nobody else tries this message before its outcome is recorded."""

    message_id: str
    report_key: str
    recipient: str
    deliver_to: str
    content_sha256: str
    eml_path: str
    attempt: int
    claimed_by: str


@dataclass(frozen=True)
class Verdict:
    """What one attempt came to. ``is_address_refused`` suspends the address."""

    state: str
    answer: str
    next_try_at_utc: datetime | None = None
    is_address_refused: bool = False


def deliver_to() -> ColumnElement[str]:
    """The address a message goes to."""
    return func.coalesce(OUTBOX.c.sandbox_recipient, OUTBOX.c.recipient)


def addresses(connection: Connection) -> list[str]:
    """Every address a message was ever queued for, or that got one in its place, sorted."""
    query = union(select(OUTBOX.c.recipient), select(OUTBOX.c.sandbox_recipient))
    return sorted(address for (address,) in connection.execute(query) if address is not None)


def due(connection: Connection, at_utc: datetime) -> pl.DataFrame:
    """Messages that may be tried at ``at_utc``, in the order they were queued: all columns and ``deliver_to``."""
    query = select(OUTBOX, deliver_to().label("deliver_to")).where(_may_be_tried(at_utc))
    return fetched(connection, query.order_by(OUTBOX.c.queued_at_utc, *OUTBOX.primary_key.columns))


def _may_be_tried(at_utc: datetime) -> ColumnElement[bool]:
    is_time = or_(OUTBOX.c.next_try_at_utc.is_(None), OUTBOX.c.next_try_at_utc <= at_utc)
    return and_(OUTBOX.c.state == QUEUED, is_time, ~suspensions.stands_for(deliver_to()))


def claim(
    connection: Connection, message_id: str, *, by: str, at_utc: datetime, claimed_at_utc: datetime
) -> Claim | None:
    """Claims a message that may be tried; None where somebody else was quicker or it may not be tried any more."""
    mine = (OUTBOX.c.message_id == message_id) & _may_be_tried(at_utc)
    claimed = {"claimed_by": by, "claimed_at_utc": claimed_at_utc, "attempts": OUTBOX.c.attempts + 1}
    if not _moved(connection, mine, state=SENDING, next_try_at_utc=None, **claimed):
        return None
    row = _row(connection, message_id)
    _note(connection, row, QUEUED, SENDING, at_utc, None, by)
    return Claim(
        message_id=message_id,
        report_key=row.report_key,
        recipient=row.recipient,
        deliver_to=row.sandbox_recipient or row.recipient,
        content_sha256=row.content_sha256,
        eml_path=row.eml_path,
        attempt=row.attempts,
        claimed_by=by,
    )


def settle(connection: Connection, claim: Claim, verdict: Verdict, at_utc: datetime) -> bool:
    """Records the outcome of a claim, also of one that was given up as unknown meanwhile.

    False where somebody has decided about the message since: the answer is noted and changes nothing.
    """
    before = _row(connection, claim.message_id)
    mine = (before.claimed_by, before.attempts) == (claim.claimed_by, claim.attempt)
    if not mine or before.state not in (SENDING, UNKNOWN):
        _note(connection, before, before.state, before.state, at_utc, verdict.answer, claim.claimed_by)
        return False
    _moved(
        connection,
        (OUTBOX.c.message_id == claim.message_id) & (OUTBOX.c.state == before.state),
        state=verdict.state,
        last_answer=verdict.answer,
        next_try_at_utc=verdict.next_try_at_utc,
        sent_at_utc=at_utc if verdict.state == SENT else None,
    )
    _note(connection, before, before.state, verdict.state, at_utc, verdict.answer, claim.claimed_by)
    if verdict.is_address_refused:
        why = {"reason": verdict.answer, "by": claim.claimed_by, "message_id": claim.message_id}
        suspensions.suspend(connection, claim.deliver_to, at_utc=at_utc, **why)
    return True


def abandon(
    connection: Connection, *, claimed_before: datetime, is_gone: Callable[[str], bool], at_utc: datetime
) -> list[str]:
    """Makes messages unknown whose claim is older than that or whose process is gone; their Message-IDs."""
    rows = connection.execute(select(OUTBOX).where(OUTBOX.c.state == SENDING)).all()
    left = [row for row in rows if row.claimed_at_utc < claimed_before or is_gone(row.claimed_by)]
    return _all_moved(connection, left, UNKNOWN, ABANDONED, at_utc)


def give_up(connection: Connection, *, queued_before: datetime, at_utc: datetime) -> list[str]:
    """Lets messages fail that have waited since before that time; their Message-IDs."""
    old = (OUTBOX.c.state == QUEUED) & (OUTBOX.c.queued_at_utc < queued_before)
    return _all_moved(
        connection, connection.execute(select(OUTBOX).where(old)).all(), FAILED, TOO_OLD, at_utc
    )


def doubt(connection: Connection, *, at_utc: datetime) -> list[str]:
    """Makes every message unknown that waits or is being sent, as after a restore; their Message-IDs."""
    waiting = select(OUTBOX).where(OUTBOX.c.state.in_((QUEUED, SENDING)))
    return _all_moved(connection, connection.execute(waiting).all(), UNKNOWN, RESTORED, at_utc)


def _all_moved(
    connection: Connection, rows: Iterable[Any], state: str, why: str, at_utc: datetime
) -> list[str]:
    moved = []
    for row in rows:
        mine = (OUTBOX.c.message_id == row.message_id) & (OUTBOX.c.state == row.state)
        if _moved(connection, mine, state=state, last_answer=why):
            _note(connection, row, row.state, state, at_utc, why, row.claimed_by or "corridor")
            moved.append(row.message_id)
    return moved


def resolve(
    connection: Connection, message_id: str, state: str, *, by: str, reason: str, at_utc: datetime
) -> None:
    """Decides that an unknown message was sent, failed, or is queued again; ``UsageError`` unless it is unknown."""
    row = _in_state(connection, message_id, UNKNOWN)
    values: dict[str, Any] = {"last_answer": reason}
    if state == SENT:
        values["sent_at_utc"] = row.claimed_at_utc or at_utc
    if state == QUEUED:
        values |= {"queued_at_utc": at_utc, "next_try_at_utc": None}
    _moved(connection, OUTBOX.c.message_id == message_id, state=state, **values)
    _note(connection, row, UNKNOWN, state, at_utc, reason, by)


def retry(connection: Connection, message_id: str, *, by: str, reason: str, at_utc: datetime) -> None:
    """Queues a failed message again, the same bytes; ``UsageError`` unless it failed."""
    row = _in_state(connection, message_id, FAILED)
    _moved(
        connection,
        OUTBOX.c.message_id == message_id,
        state=QUEUED,
        queued_at_utc=at_utc,
        next_try_at_utc=None,
    )
    _note(connection, row, FAILED, QUEUED, at_utc, reason, by)


def events(connection: Connection, message_id: str) -> pl.DataFrame:
    """Everything that happened to a message, in order."""
    mine = select(OUTBOX_EVENT).where(OUTBOX_EVENT.c.message_id == message_id)
    return fetched(connection, mine.order_by(OUTBOX_EVENT.c.event_no))


def message(connection: Connection, message_id: str) -> dict[str, Any]:
    """The row of a message; ``UsageError`` where there is none."""
    return dict(_row(connection, message_id)._mapping)


def _row(connection: Connection, message_id: str) -> Any:
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.message_id == message_id)).one_or_none()
    if row is None:
        raise UsageError(
            f"the outbox has no message {message_id}",
            fix="`corridor outbox list` shows the Message-IDs; give one whole, with < and >.",
        )
    return row


def _in_state(connection: Connection, message_id: str, state: str) -> Any:
    row = _row(connection, message_id)
    if row.state != state:
        raise UsageError(f"message {message_id} is {row.state}", expected=f"one that is {state}")
    return row


def _moved(connection: Connection, which: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(OUTBOX.update().where(which).values(values)).rowcount == 1


def _note(
    connection: Connection, row: Any, before: str, after: str, at_utc: datetime, answer: str | None, by: str
) -> None:
    happened = {"message_id": row.message_id, "at_utc": at_utc, "attempt": row.attempts}
    told = {"state_before": before, "state_after": after, "answer": answer, "done_by": by}
    connection.execute(OUTBOX_EVENT.insert().values(**happened, **told))
