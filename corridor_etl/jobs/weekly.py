"""One edition of one week, from the marts to a frozen issue: gate, checks, files, ledger, outbox.

A published week is never published again; a correction is a later revision. How an issue is read belongs to
``issue_versions``, what it says to ``reports``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.jobs.issue_checks import jumps, unsound
from corridor_etl.jobs.issue_data import has_data, report_data
from corridor_etl.jobs.issue_plans import Wanted, held_by, is_unchanged, last_of, plan_of
from corridor_etl.jobs.issue_versions import Anyway, Plan, Version, letters, problems, queued
from corridor_etl.jobs.press import HERE, Press
from corridor_etl.jobs.turns import ISSUES
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.context import WeeklyContext, weekly_context
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.reports.issue import freeze
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import ChangeRow, IssueParts, IssueRow, Lease, LetOutRow, Warehouse

PAGE = "index.html"


@dataclass(frozen=True)
class IssueResult:
    """What became of one week's issue; paths are None where nothing was written.

    ``reasons``: why it is held, or what makes it partial.
    """

    week: str
    state: str
    edition: str = WEEKLY
    page: Path | None = None
    messages: tuple[Path, ...] = ()
    reasons: tuple[str, ...] = ()

    def line(self) -> str:
        """The summary every run ends with."""
        where = f": {self.page}" if self.page else ""
        told = f": {' '.join(self.reasons)}" if self.reasons and not self.page else ""
        return f"{self.edition} {self.week} {self.state}{where}{told}"


def publish_week(
    week: str,
    *,
    edition_id: str = WEEKLY,
    scheduled_at: datetime | None = None,
    queue_mail: bool = True,
    anyway: Anyway | None = None,
    press: Press = HERE,
) -> IssueResult:
    """Publishes the issue of a week once; a second call says so and changes nothing.

    Everything in it is of one snapshot, whatever is committed meanwhile. An issue that its gate or a check holds is
    recorded with the reasons; publishing it again once data has come works, and ``anyway`` publishes one that only a
    large change stops. Issues are numbered, so they are published
    one by one: ``LeaseHeld`` where another process was at it for too long, ``LeaseLost`` where one has taken over.
    """
    settings = load_settings()
    wanted = Wanted(week, edition_id, scheduled_at, anyway=anyway)
    with Warehouse.open() as warehouse, warehouse.lease(ISSUES) as lease:
        issues = warehouse.listed_issues()
        plan = plan_of(wanted, issues, warehouse, settings)
        if plan is None:
            return IssueResult(week, "was published before", edition_id, _last_page(wanted, issues))
        return _made(plan, _Desk(warehouse, settings, lease, queue_mail, press))


def revise_week(
    week: str,
    *,
    edition_id: str = WEEKLY,
    scheduled_at: datetime | None = None,
    queue_mail: bool = True,
    anyway: Anyway | None = None,
    press: Press = HERE,
) -> IssueResult:
    """Publishes the next revision of a published week if a figure of it changed; the issues before stay as they are.

    ``UsageError`` where the week is not published. The rest is as in :func:`publish_week`.
    """
    settings = load_settings()
    wanted = Wanted(week, edition_id, scheduled_at, is_revision=True, anyway=anyway)
    with Warehouse.open() as warehouse, warehouse.lease(ISSUES) as lease:
        issues = warehouse.listed_issues()
        plan = plan_of(wanted, issues, warehouse, settings)
        if plan is None:
            raise UsageError(
                f"no issue of {edition_id} {week} is published", fix=f"corridor report publish {week}"
            )
        desk = _Desk(warehouse, settings, lease, queue_mail, press)
        return _made(plan, desk, before=_last_page(wanted, issues))


@dataclass(frozen=True)
class _Desk:
    """What every step of an issue needs."""

    warehouse: Warehouse
    settings: Settings
    lease: Lease
    queue_mail: bool
    press: Press


def _last_page(wanted: Wanted, issues: pl.DataFrame) -> Path | None:
    last = last_of(wanted, issues)
    return None if last is None else _page(last["folder"])


def _page(folder: str) -> Path:
    return configuration.home() / folder / PAGE


def _made(plan: Plan, desk: _Desk, before: Path | None = None) -> IssueResult:
    made = desk.press.contexts(plan, desk.warehouse, desk.settings)
    name = plan.kind.id
    if not made:
        return IssueResult(plan.week, "has no data yet, nothing published", name)
    if is_unchanged(plan, made):
        return IssueResult(plan.week, f"has not changed since r{plan.revision - 1}", name, before)
    if held := held_by(plan, made):
        return _held(plan, desk.warehouse, held)
    return _published(plan, desk.press.versions(plan, made), desk)


def _held(plan: Plan, warehouse: Warehouse, reasons: Sequence[str]) -> IssueResult:
    key = (plan.kind.id, plan.week, plan.revision, plan.snapshot)
    warehouse.hold_issue(key, list(reasons), now_utc())
    return IssueResult(plan.week, "is held", plan.kind.id, reasons=tuple(reasons))


def _published(plan: Plan, versions: Sequence[Version], desk: _Desk) -> IssueResult:
    warehouse, settings = desk.warehouse, desk.settings
    sent = letters(versions, settings)
    failed = problems(versions, sent, settings)
    failed += unsound(versions[0].context, warehouse, warehouse.at(plan.snapshot), settings)
    if failed:
        return _held(plan, warehouse, [f"Check failed: {problem}." for problem in failed])
    home, first = configuration.home(), versions[0].context
    rows, paths = queued(sent, home) if desk.queue_mail else ([], [])
    warehouse.record_issue(
        _issue_row(versions[0]),
        figures(first),
        rows,
        parts=IssueParts([v.row() for v in versions], _change_rows(first), _let_out(plan, first)),
        lease=desk.lease,
        put_files=lambda: [freeze(v.context, v.rendered, home) for v in versions],
    )
    state = f"published as r{plan.revision}" if plan.revision else "published"
    reasons = (first.partial,) if first.partial else ()
    page = _page(versions[0].row().folder)
    return IssueResult(plan.week, state, plan.kind.id, page, tuple(paths), reasons)


def _issue_row(version: Version) -> IssueRow:
    context, row = version.context, version.row()
    return IssueRow(
        edition=context.edition,
        week=context.week,
        revision=context.revision,
        language=context.language,
        issue_no=context.issue_no,
        state="partial" if context.partial else "published",
        snapshot=context.snapshot,
        published_at_utc=now_utc(),
        scheduled_at_utc=context.published_at,
        content_sha256=row.content_sha256,
        context_json=context.to_json(),
        folder=row.folder,
    )


def _let_out(plan: Plan, context: WeeklyContext) -> list[LetOutRow]:
    found = jumps(context)
    if plan.anyway is None or not found:
        return []
    return [LetOutRow(now_utc(), plan.anyway.by, plan.anyway.why, "\n".join(found))]


def _change_rows(context: WeeklyContext) -> list[ChangeRow]:
    units = {f.address: f.unit for f in context.figures}
    return [
        ChangeRow(
            address=c.address,
            value_before=None if c.before is None else str(c.before),
            value_after=None if c.after is None else str(c.after),
            unit=units[c.address],
            causes=",".join(c.causes),
            file_names="\n".join(c.files),
        )
        for c in context.changes
    ]


def figures_then(
    week: str, warehouse: Warehouse, settings: Settings, edition_id: str = WEEKLY
) -> pl.DataFrame:
    """The figures an issue of the week would have had at the snapshot of ``warehouse``, as :func:`figures` gives them.

    ``UsageError`` for a week without data then. What was due is judged by the time the issue was made for.
    """
    data = report_data(warehouse, settings)
    if not has_data(week, data):
        raise UsageError(f"{week} had no data at snapshot {warehouse.snapshot()}")
    made_for = warehouse.issues().filter(edition=edition_id, week=week).sort("revision")["scheduled_at_utc"]
    at = made_for[-1] if made_for.len() and made_for[-1] else scheduled_instant(week, settings)
    context = weekly_context(
        week,
        data,
        settings,
        issue_no=0,
        revision=0,
        published_at=at,
        snapshot=warehouse.snapshot(),
        edition_id=edition_id,
    )
    return figures(context).sort("address")


def figures(context: WeeklyContext) -> pl.DataFrame:
    """The figures of an issue as rows: address, value as exact text, unit."""
    rows = [(f.address, None if f.value is None else str(f.value), f.unit) for f in context.figures]
    return pl.DataFrame(
        rows, schema={"address": pl.String, "value_text": pl.String, "unit": pl.String}, orient="row"
    )
