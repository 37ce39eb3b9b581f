"""Published issues with their figures, versions and changes, what held others back, and the outbox.

An issue is written once, together with its messages; what becomes of these belongs to ``outbox``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, Table, select

from corridor_etl.errors import UsageError
from corridor_etl.warehouse.frames import conformed, fetched, insert, schema_of
from corridor_etl.warehouse.schema import (
    ISSUE,
    ISSUE_CHANGE,
    ISSUE_FIGURE,
    ISSUE_HOLD,
    ISSUE_LET_OUT,
    ISSUE_VERSION,
    OUTBOX,
)

FIGURE_COLUMNS = schema_of(c for c in ISSUE_FIGURE.columns if c.name in ("address", "value_text", "unit"))


@dataclass(frozen=True)
class IssueRow:
    """One published issue; ``folder`` is below the home folder, the hash is of the rendered issue."""

    edition: str
    week: str
    revision: int
    language: str
    issue_no: int
    state: str
    snapshot: int
    published_at_utc: datetime
    scheduled_at_utc: datetime | None
    content_sha256: str
    context_json: str
    folder: str


@dataclass(frozen=True)
class OutboxRow:
    """One message to one recipient; ``eml_path`` is below the home folder."""

    report_key: str
    revision: int
    recipient: str
    message_id: str
    content_sha256: str
    eml_path: str
    queued_at_utc: datetime
    state: str = "queued"
    attempts: int = 0
    sent_at_utc: datetime | None = None
    last_answer: str | None = None
    sandbox_recipient: str | None = None


@dataclass(frozen=True)
class VersionRow:
    """An issue as one audience reads it in one language; ``folder`` is below the home folder."""

    audience: str
    language: str
    content_sha256: str
    package_version: str
    template_version: str
    folder: str


@dataclass(frozen=True)
class ChangeRow:
    """One figure that a revision changed; values are exact numbers as text."""

    address: str
    value_before: str | None
    value_after: str | None
    unit: str
    causes: str
    file_names: str


@dataclass(frozen=True)
class LetOutRow:
    """Who published an issue that a check stops, and why; ``reasons`` are those of the check, one a line."""

    let_out_at_utc: datetime
    let_out_by: str
    why: str
    reasons: str


@dataclass(frozen=True)
class Parts:
    """What belongs to an issue beside its figures: a version for each audience and language, changes of a revision, and
    who let it out where a check had stopped it."""

    versions: list[VersionRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    let_out: list[LetOutRow] = field(default_factory=list)


def record(
    connection: Connection,
    issue: IssueRow,
    figures: pl.DataFrame,
    outbox: list[OutboxRow],
    parts: Parts | None = None,
) -> bool:
    """Writes an issue, its figures (``address``, ``value_text``, ``unit``), its parts and its messages.

    The same issue with the same content again does nothing and returns False; with other content it is a
    ``UsageError``, because an issue never changes.
    """
    key: dict[str, Any] = {"edition": issue.edition, "week": issue.week, "revision": issue.revision}
    stored = connection.scalar(select(ISSUE.c.content_sha256).where(_is(ISSUE, **key)))
    if stored == issue.content_sha256:
        return False
    if stored is not None:
        raise UsageError(
            f"{issue.edition}/{issue.week}/r{issue.revision} is already published with other content",
            expected=f"content {stored}",
            fix=f"Publish it as revision {issue.revision + 1}.",
        )
    connection.execute(ISSUE.insert().values(**asdict(issue)))
    insert(
        connection, ISSUE_FIGURE, conformed(figures, FIGURE_COLUMNS, what="the figures of the issue"), **key
    )
    for table, rows in _tables(parts) if parts else ():
        if rows:
            connection.execute(table.insert(), [{**key, **asdict(row)} for row in rows])
    if outbox:
        connection.execute(OUTBOX.insert(), [asdict(row) for row in outbox])
    return True


def _tables(parts: Parts) -> tuple[tuple[Table, list[Any]], ...]:
    return (ISSUE_VERSION, parts.versions), (ISSUE_CHANGE, parts.changes), (ISSUE_LET_OUT, parts.let_out)


def hold(
    connection: Connection, key: tuple[str, str, int, int], reasons: list[str], held_at_utc: datetime
) -> bool:
    """Records why the issue of (edition, week, revision, snapshot) is not published; False if it is known already."""
    values = dict(zip(("edition", "week", "revision", "snapshot"), key, strict=True))
    known = [ISSUE_HOLD.c[name] == value for name, value in values.items()]
    if connection.scalar(select(ISSUE_HOLD.c.snapshot).where(*known)) is not None:
        return False
    connection.execute(
        ISSUE_HOLD.insert().values(**values, held_at_utc=held_at_utc, reasons="\n".join(reasons))
    )
    return True


def life(connection: Connection, table: Table, as_of: int | None = None) -> pl.DataFrame:
    """All versions, changes or holds, by key; holds of snapshots up to ``as_of`` if given."""
    query = select(table).order_by(*table.primary_key.columns)
    is_cut = as_of is not None and "snapshot" in table.c
    return fetched(connection, query.where(table.c.snapshot <= as_of) if is_cut else query)


def _is(table: Table, edition: str, week: str, revision: int) -> ColumnElement[bool]:
    return (table.c.edition == edition) & (table.c.week == week) & (table.c.revision == revision)


def issues(connection: Connection, as_of: int | None = None) -> pl.DataFrame:
    """All issues, by edition, week and revision; those made of snapshots up to ``as_of`` if given."""
    query = select(ISSUE).order_by(*ISSUE.primary_key.columns)
    return fetched(connection, query if as_of is None else query.where(ISSUE.c.snapshot <= as_of))


def figures(connection: Connection, edition: str, week: str, revision: int) -> pl.DataFrame:
    """address, value_text and unit of the figures of one issue, by address."""
    columns = [ISSUE_FIGURE.c[name] for name in FIGURE_COLUMNS]
    # Databases sort text by their own rules; the figures of an issue are in one order everywhere.
    return fetched(connection, select(*columns).where(_is(ISSUE_FIGURE, edition, week, revision))).sort(
        "address"
    )


def outbox(connection: Connection) -> pl.DataFrame:
    """All messages, by report, revision and recipient."""
    return fetched(connection, select(OUTBOX).order_by(*OUTBOX.primary_key.columns))
