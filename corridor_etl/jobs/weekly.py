"""One edition of one week, from the marts to a frozen issue: context, page, mail, checks, files, ledger, outbox.

A published week is never published again; a correction is a later revision. What an issue says belongs to
``reports``; how a mail is made belongs to ``delivery``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.delivery import outbox
from corridor_etl.delivery.message import build_message
from corridor_etl.errors import ReportCheckFailed, UsageError
from corridor_etl.jobs.issue_data import has_data, report_data
from corridor_etl.jobs.turns import ISSUES
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.checks import check
from corridor_etl.reports.context import WeeklyContext, weekly_context
from corridor_etl.reports.editions import WEEKLY, Edition, edition
from corridor_etl.reports.issue import content_sha256, contents, freeze, issue_folder
from corridor_etl.reports.render import Rendered, render
from corridor_etl.reports.report_data import ReportData
from corridor_etl.settings import Recipient, Settings, load_settings
from corridor_etl.warehouse import IssueRow, Lease, OutboxRow, Warehouse

_NOBODY = Recipient(name="Nobody", address="nobody@corridor.example", language="en", editions=())


@dataclass(frozen=True)
class IssueResult:
    """What became of one week's issue; paths are None where nothing was written."""

    week: str
    state: str
    edition: str = WEEKLY
    page: Path | None = None
    messages: tuple[Path, ...] = ()

    def line(self) -> str:
        """The summary every run ends with."""
        where = f": {self.page}" if self.page else ""
        return f"{self.edition} {self.week} {self.state}{where}"


@dataclass(frozen=True)
class Version:
    """An issue as one audience reads it in one language."""

    context: WeeklyContext
    rendered: Rendered


def publish_week(
    week: str, *, edition_id: str = WEEKLY, scheduled_at: datetime | None = None, queue_mail: bool = True
) -> IssueResult:
    """Publishes the issue of a week once; a second call says so and changes nothing.

    Everything in it is of one snapshot, whatever is committed meanwhile. Issues are numbered, so they are published one
    by one: ``LeaseHeld`` where another process was at it for too long, ``LeaseLost`` where one has taken over.
    """
    settings = load_settings()
    with Warehouse.open() as warehouse, warehouse.lease(ISSUES) as lease:
        published = _issue_of(edition_id, week, warehouse)
        if published is not None:
            return IssueResult(week, "was published before", edition_id, _page(published))
        # What is committed meanwhile belongs to a later snapshot than the issue names.
        snapshot = warehouse.snapshot()
        data = report_data(warehouse.at(snapshot), settings)
        if not has_data(week, data):
            return IssueResult(week, "has no data yet, nothing published", edition_id)
        number = warehouse.issues().filter(edition=edition_id).height + 1
        due = scheduled_at or scheduled_instant(week, settings)
        versions = list(_versions(week, data, settings, edition(edition_id), number, due, snapshot))
        return _publish(versions, warehouse, settings, lease, queue_mail)


def _versions(
    week: str, data: ReportData, settings: Settings, kind: Edition, number: int, due: datetime, snapshot: int
) -> Iterator[Version]:
    for audience in kind.audiences:
        for language in kind.languages:
            context = weekly_context(
                week,
                data,
                settings,
                issue_no=number,
                revision=0,
                published_at=due,
                snapshot=snapshot,
                edition_id=kind.id,
                audience=audience,
                language=language,
            )
            yield Version(context, render(context))


def figures_then(week: str, warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """The figures an issue of the week would have had at the snapshot of ``warehouse``, as :func:`figures` gives them.

    ``UsageError`` for a week without data then. What was due is judged by the time the issue was made for.
    """
    data = report_data(warehouse, settings)
    if not has_data(week, data):
        raise UsageError(f"{week} had no data at snapshot {warehouse.snapshot()}")
    made_for = warehouse.issues().filter(edition=WEEKLY, week=week).sort("revision")["scheduled_at_utc"]
    at = made_for[-1] if made_for.len() and made_for[-1] else scheduled_instant(week, settings)
    context = weekly_context(
        week, data, settings, issue_no=0, revision=0, published_at=at, snapshot=warehouse.snapshot()
    )
    return figures(context).sort("address")


def _issue_of(edition_id: str, week: str, warehouse: Warehouse) -> str | None:
    mine = warehouse.issues().filter(edition=edition_id, week=week).sort("revision")
    return None if mine.is_empty() else str(mine["folder"][-1])


def _page(folder: str) -> Path:
    return configuration.home() / folder / "index.html"


def _publish(
    versions: Sequence[Version], warehouse: Warehouse, settings: Settings, lease: Lease, queue_mail: bool
) -> IssueResult:
    messages = [(v, r, _message(v, r, settings)) for v in versions for r in _readers(v.context, settings)]
    _refuse_problems(versions, messages, settings)
    home, first = configuration.home(), versions[0]
    rows, paths = _queued(messages, home) if queue_mail else ([], [])
    warehouse.record_issue(
        _issue_row(first.context, content_sha256(contents(first.context, first.rendered))),
        figures(first.context),
        rows,
        lease=lease,
        put_files=lambda: [freeze(v.context, v.rendered, home) for v in versions],
    )
    page, name = _page(issue_folder(first.context)), first.context.edition
    return IssueResult(first.context.week, "published", name, page, tuple(paths))


def _readers(context: WeeklyContext, settings: Settings) -> list[Recipient]:
    return [
        r for r in settings.recipients if context.edition in r.editions and r.language == context.language
    ]


def _message(version: Version, recipient: Recipient, settings: Settings) -> bytes:
    return build_message(version.rendered, version.context, recipient, settings)


def _queued(
    messages: Sequence[tuple[Version, Recipient, bytes]], home: Path
) -> tuple[list[OutboxRow], list[Path]]:
    rows, paths = [], []
    for version, recipient, message in messages:
        more_rows, more_paths = outbox.put([(recipient, message)], version.context, home)
        rows += more_rows
        paths += more_paths
    return rows, paths


def _refuse_problems(
    versions: Sequence[Version], messages: Sequence[tuple[Version, Recipient, bytes]], settings: Settings
) -> None:
    # A version nobody gets by mail is on the site all the same, so it is checked with a message of its own.
    read = {id(v) for v, _, _ in messages}
    all_messages = [(v, m) for v, _, m in messages]
    all_messages += [(v, _message(v, _NOBODY, settings)) for v in versions if id(v) not in read]
    problems = sorted({p for v, message in all_messages for p in check(v.rendered, v.context, message)})
    if problems:
        week = versions[0].context.week
        raise ReportCheckFailed(
            f"the issue of {week} failed {len(problems)} checks: {'; '.join(problems)}",
            expected="every check to pass",
            fix="Nothing was published. Correct the cause and publish the week again.",
        )


def _issue_row(context: WeeklyContext, content_sha256: str) -> IssueRow:
    return IssueRow(
        edition=context.edition,
        week=context.week,
        revision=context.revision,
        language=context.language,
        issue_no=context.issue_no,
        state="published",
        snapshot=context.snapshot,
        published_at_utc=now_utc(),
        scheduled_at_utc=context.published_at,
        content_sha256=content_sha256,
        context_json=context.to_json(),
        folder=issue_folder(context),
    )


def figures(context: WeeklyContext) -> pl.DataFrame:
    """The figures of an issue as rows: address, value as exact text, unit."""
    rows = [(f.address, None if f.value is None else str(f.value), f.unit) for f in context.figures]
    return pl.DataFrame(
        rows, schema={"address": pl.String, "value_text": pl.String, "unit": pl.String}, orient="row"
    )
