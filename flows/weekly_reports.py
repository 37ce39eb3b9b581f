"""Flow ``weekly-reports``: the issue of the week before the scheduled time.

The week follows from the time the run was scheduled for, so a run that starts late reports the week it was meant
for. What an issue is belongs to ``corridor_etl.jobs.weekly``.
"""

from __future__ import annotations

from datetime import datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from corridor_etl.jobs.revising import changed_weeks
from corridor_etl.jobs.site import SiteBuilt, build_site
from corridor_etl.jobs.weekly import IssueResult, publish_week, revise_week
from corridor_etl.jobs.weeks import week_to_report
from corridor_etl.settings import load_settings
from flows._runtime import RETRIED, Week, parameter, scheduled_start


def due_week(asked_for: str | None, scheduled_at: datetime) -> str:
    """The week a run is about: the one asked for, or the last whole one before its scheduled time."""
    return asked_for or week_to_report(scheduled_at, load_settings())


def run_name() -> str:
    """``weekly 2025-W24``."""
    return f"weekly {due_week(parameter('week'), scheduled_start())}"


@task(task_run_name="publish {week}", **RETRIED)
def publish(week: str, scheduled_at: datetime | None) -> IssueResult:
    """Publishes the issue of one week and queues its mails, unless that was done before."""
    return publish_week(week, scheduled_at=scheduled_at)


@task(task_run_name="revise {week}", **RETRIED)
def revise(week: str) -> IssueResult:
    """Publishes the next revision of a week whose figures have changed, and queues its mails."""
    return revise_week(week)


@task(task_run_name="find what changed", **RETRIED)
def weeks_to_revise() -> list[str]:
    """The published weeks of which a figure has changed that was not provisional."""
    return changed_weeks()


@task(task_run_name="build the site", **RETRIED)
def site() -> SiteBuilt:
    """Brings index, week pages, feed and status page to what the ledger says now."""
    return build_site()


@flow(name="weekly-reports", flow_run_name=run_name, persist_result=False)
def weekly_reports(week: Week | None = None) -> IssueResult:
    """Publish the weekly issue: page, mails in the outbox, ledger. A published week is never published twice.

    Published weeks whose figures have changed since are revised, and the site around all issues is built.

    Args:
        week: ISO week to report; the last whole week before the scheduled time if empty.
    """
    scheduled_at = scheduled_start()
    issue = publish(due_week(week, scheduled_at), None if week else scheduled_at)
    log = get_run_logger()
    (log.info if issue.page else log.warning)(issue.line())
    for changed in weeks_to_revise():
        log.warning(revise(changed).line())
    log.info(f"site {site().index}")
    create_markdown_artifact(issue.line(), key="weekly-report", description=f"Issue of {issue.week}")
    return issue
