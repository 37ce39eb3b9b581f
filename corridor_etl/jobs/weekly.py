"""One week, from the marts to a frozen issue: context, page, mail, checks, files, ledger, outbox.

A published week is never published again; a correction is a later revision. What an issue says belongs to
``reports``; how a mail is made belongs to ``delivery``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from corridor_etl import settings as configuration
from corridor_etl.clock import now_utc
from corridor_etl.delivery import outbox
from corridor_etl.delivery.message import build_message
from corridor_etl.errors import ReportCheckFailed, UsageError
from corridor_etl.facts.departures import train_departures
from corridor_etl.jobs.standing import standing
from corridor_etl.jobs.turns import ISSUES
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.model import CROSS_SOURCE
from corridor_etl.reports.checks import check
from corridor_etl.reports.context import WeeklyContext, weekly_context
from corridor_etl.reports.issue import content_sha256, contents, freeze, issue_folder
from corridor_etl.reports.measures import BOOKING, MEASURES
from corridor_etl.reports.render import Rendered, render
from corridor_etl.reports.report_data import Balance, ReportData
from corridor_etl.settings import Recipient, Settings, load_settings
from corridor_etl.warehouse import IssueRow, Lease, OutboxRow, Warehouse

EDITION = "weekly"
_SPOKEN_OF = sorted({measure.mart for measure in MEASURES} | {BOOKING})


@dataclass(frozen=True)
class IssueResult:
    """What became of one week's issue; paths are None where nothing was written."""

    week: str
    state: str
    page: Path | None = None
    messages: tuple[Path, ...] = ()

    def line(self) -> str:
        """The summary every run ends with."""
        where = f": {self.page}" if self.page else ""
        return f"{EDITION} {self.week} {self.state}{where}"


def publish_week(week: str, *, scheduled_at: datetime | None = None, queue_mail: bool = True) -> IssueResult:
    """Publishes the issue of a week once; a second call says so and changes nothing.

    Everything in it is of one snapshot, whatever is committed meanwhile. Issues are numbered, so they are published one
    by one: ``LeaseHeld`` where another process was at it for too long, ``LeaseLost`` where one has taken over.
    """
    settings = load_settings()
    with Warehouse.open() as warehouse, warehouse.lease(ISSUES) as lease:
        published = _issue_of(week, warehouse)
        if published is not None:
            return IssueResult(week, "was published before", _page(published))
        # What is committed meanwhile belongs to a later snapshot than the issue names.
        snapshot = warehouse.snapshot()
        data = report_data(warehouse.at(snapshot), settings)
        if not _has_data(week, data):
            return IssueResult(week, "has no data yet, nothing published")
        context = weekly_context(
            week,
            data,
            settings,
            issue_no=warehouse.issues().height + 1,
            revision=0,
            published_at=scheduled_at or scheduled_instant(week, settings),
            snapshot=snapshot,
        )
        return _publish(context, warehouse, settings, lease, queue_mail)


def figures_then(week: str, warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """The figures an issue of the week would have had at the snapshot of ``warehouse``, as :func:`figures` gives them.

    ``UsageError`` for a week without data then. What was due is judged by the time the issue was made for.
    """
    data = report_data(warehouse, settings)
    if not _has_data(week, data):
        raise UsageError(f"{week} had no data at snapshot {warehouse.snapshot()}")
    made_for = warehouse.issues().filter(edition=EDITION, week=week).sort("revision")["scheduled_at_utc"]
    at = made_for[-1] if made_for.len() and made_for[-1] else scheduled_instant(week, settings)
    context = weekly_context(
        week, data, settings, issue_no=0, revision=0, published_at=at, snapshot=warehouse.snapshot()
    )
    return figures(context).sort("address")


def _issue_of(week: str, warehouse: Warehouse) -> str | None:
    mine = warehouse.issues().filter(edition=EDITION, week=week).sort("revision")
    return None if mine.is_empty() else str(mine["folder"][-1])


def _page(folder: str) -> Path:
    return configuration.home() / folder / "index.html"


def _has_data(week: str, data: ReportData) -> bool:
    """Whether a mart that an issue speaks of has the week; open trips have rows in weeks in which nothing came."""
    return any(
        not data.marts[name].filter(iso_week=week).is_empty() for name in _SPOKEN_OF if name in data.marts
    )


def report_data(warehouse: Warehouse, settings: Settings) -> ReportData:
    """Everything a context is built from, as of the snapshot of ``warehouse``."""
    return ReportData(
        marts={name: warehouse.mart(name) for name in warehouse.mart_tables()},
        departures=train_departures(
            warehouse.current("manifest_container"),
            warehouse.current("port_event"),
            warehouse.current("declaration_item"),
            settings,
        ),
        coverage=warehouse.coverage(),
        checks=standing(warehouse.checks().filter(pl.col("record_kind") != CROSS_SOURCE)),
        quarantine_open=warehouse.quarantine(state="open").height,
        discrepancies=warehouse.discrepancies(state="open"),
        balance=_balance(warehouse.deliveries()),
        corrections=warehouse.correction_effects(),
    )


def _balance(deliveries: pl.DataFrame) -> Balance:
    rows = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    return Balance(
        files_read=deliveries.filter(status="loaded").height,
        files_rejected=deliveries.filter(status="rejected").height,
        **{name: int(deliveries[name].sum()) for name in rows},
    )


def _publish(
    context: WeeklyContext, warehouse: Warehouse, settings: Settings, lease: Lease, queue_mail: bool
) -> IssueResult:
    rendered = render(context)
    recipients = [r for r in settings.recipients if EDITION in r.editions]
    messages = [(r, build_message(rendered, context, r, settings)) for r in recipients]
    _refuse_problems(context, rendered, messages)
    home = configuration.home()
    rows, paths = outbox.put(messages, context, home) if queue_mail else ([], [])
    warehouse.record_issue(
        _issue_row(context, content_sha256(contents(context, rendered)), issue_folder(context)),
        figures(context),
        rows,
        lease=lease,
        put_files=lambda: freeze(context, rendered, home),
    )
    return IssueResult(context.week, "published", _page(issue_folder(context)), tuple(paths))


def _refuse_problems(
    context: WeeklyContext, rendered: Rendered, messages: Sequence[tuple[Recipient, bytes]]
) -> None:
    problems = sorted({p for _, message in messages for p in check(rendered, context, message)})
    if problems:
        raise ReportCheckFailed(
            f"the issue of {context.week} failed {len(problems)} checks: {'; '.join(problems)}",
            expected="every check to pass",
            fix="Nothing was published. Correct the cause and publish the week again.",
        )


def _issue_row(context: WeeklyContext, content_sha256: str, folder: str) -> IssueRow:
    return IssueRow(
        edition=EDITION,
        week=context.week,
        revision=context.revision,
        language="en",
        issue_no=context.issue_no,
        state="published",
        snapshot=context.snapshot,
        published_at_utc=now_utc(),
        scheduled_at_utc=context.published_at,
        content_sha256=content_sha256,
        context_json=context.to_json(),
        folder=folder,
    )


def figures(context: WeeklyContext) -> pl.DataFrame:
    """The figures of an issue as rows: address, value as exact text, unit."""
    rows = [(f.address, None if f.value is None else str(f.value), f.unit) for f in context.figures]
    return pl.DataFrame(
        rows, schema={"address": pl.String, "value_text": pl.String, "unit": pl.String}, orient="row"
    )


__all__ = ["EDITION", "IssueResult", "OutboxRow", "figures", "figures_then", "publish_week", "report_data"]
