"""Which snapshot is meant by a number, a time or a day, and whether the past can be read as of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection, func, select

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.warehouse.schema import BATCH

_FORMS = "a snapshot, a time with its zone like 2025-06-30T06:00:00+05:00, or a day like 2025-06-30"


def snapshot_of(connection: Connection, text: str, zone: tzinfo) -> int:
    """The snapshot a text means: its number, or the last one committed by a time or by the end of a day in ``zone``.

    ``UsageError`` for a text of another form, a snapshot that is not there, and a time before the first or to come.
    """
    if text.isascii() and text.isdigit():
        return known(connection, int(text))
    at_utc = _instant(text, zone)
    found: int | None = connection.scalar(
        select(func.max(BATCH.c.snapshot)).where(BATCH.c.committed_at_utc <= at_utc)
    )
    if found is None:
        raise UsageError(f"nothing was committed by {text}", fix="Name a later time, or a snapshot.")
    return known(connection, found)


def known(connection: Connection, snapshot: int) -> int:
    """``snapshot`` if everything can be read as of it; ``UsageError`` where it is unknown or before the recording."""
    last = connection.scalar(select(func.max(BATCH.c.snapshot))) or 0
    if not 0 <= snapshot <= last:
        raise UsageError(f"there is no snapshot {snapshot}", expected=f"0 to {last}, the last one committed")
    unrecorded = connection.scalar(select(func.max(BATCH.c.snapshot)).where(BATCH.c.is_recorded.is_(False)))
    if unrecorded is not None and snapshot < unrecorded:
        raise UsageError(
            f"snapshot {snapshot} cannot be read: changes are recorded only since snapshot {unrecorded}",
            expected=f"{unrecorded} to {last}",
            fix="Records are known as of any snapshot; figures before it are in the published issues.",
        )
    return snapshot


def _instant(text: str, zone: tzinfo) -> datetime:
    now = now_utc()
    day = _day(text)
    if day is not None:
        begin, end = (
            datetime.combine(day + timedelta(days=n), time(), tzinfo=zone).astimezone(UTC) for n in (0, 1)
        )
        # A day that is not over counts as far as it has come.
        at_utc = min(end - timedelta(microseconds=1), now) if begin <= now else end
    else:
        at_utc = _time(text)
    if at_utc > now:
        raise UsageError(f"{text} is yet to come", expected=f"a time up to now, {now.isoformat()}")
    return at_utc


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no moment", expected=_FORMS) from error
    if at.tzinfo is None:
        raise UsageError(f"the time {text} has no zone", expected=_FORMS, fix=f"Write {text}Z for UTC.")
    return at.astimezone(UTC)
