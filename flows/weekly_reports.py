"""Flow ``weekly-reports``: every issue that is due, and the revisions of those whose figures have changed.

What is due follows from the time the run was scheduled for and from the ledger (``corridor_etl.jobs.due_weeks``), so a
run that starts late, or the first after some that were missed, publishes what is missing and nothing twice. What an
issue is belongs to ``corridor_etl.jobs.weekly``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.task_runners import TaskRunner
from pydantic import Field

from corridor_etl.errors import TerminalError
from corridor_etl.jobs.due_weeks import CATCH_UP_WEEKS, DueIssue, due_issues
from corridor_etl.jobs.incidents import look_after
from corridor_etl.jobs.issue_plans import Wanted, in_turn
from corridor_etl.jobs.press import Press
from corridor_etl.jobs.revising import changed_weeks
from corridor_etl.jobs.site import SiteBuilt, build_site
from corridor_etl.jobs.weekly import IssueResult, publish_week, revise_week
from corridor_etl.jobs.weeks import week_to_report
from corridor_etl.reports.editions import edition_names
from corridor_etl.settings import load_settings
from flows import _rendering, _task_runners, assets, events
from flows._runtime import RETRIED, Week, parameter, scheduled_start

EDITION_PATTERN = f"^({'|'.join(edition_names())})$"
EditionName = Annotated[str, Field(pattern=EDITION_PATTERN, examples=["weekly"])]
ISSUE_SECONDS = 3600
RENDERERS: TaskRunner[Any] = _task_runners.AsSet(max_workers=2)


def due_week(asked_for: str | None, scheduled_at: datetime) -> str:
    """The week a run is about: the one asked for, or the last whole one before its scheduled time."""
    return asked_for or week_to_report(scheduled_at, load_settings())


def run_name() -> str:
    """``weekly 2025-W24``."""
    return f"weekly {due_week(parameter('week'), scheduled_start())}"


@task(task_run_name="publish {edition} {week}", timeout_seconds=ISSUE_SECONDS, **RETRIED)
def publish(edition: str, week: str, scheduled_at: datetime | None, press: Press) -> IssueResult:
    """Publishes one edition of one week and queues its mails, unless that was done before."""
    return publish_week(week, edition_id=edition, scheduled_at=scheduled_at, press=press)


@task(task_run_name="revise {edition} {week}", timeout_seconds=ISSUE_SECONDS, **RETRIED)
def revise(edition: str, week: str, press: Press) -> IssueResult:
    """Publishes the next revision of a week whose figures have changed, and queues its mails."""
    return revise_week(week, edition_id=edition, press=press)


@task(task_run_name="find what changed in {edition}", timeout_seconds=ISSUE_SECONDS, **RETRIED)
def weeks_to_revise(edition: str) -> list[str]:
    """The published weeks of an edition of which a figure has changed that was not provisional."""
    return changed_weeks(edition)


@task(task_run_name="build the site", timeout_seconds=ISSUE_SECONDS, **RETRIED)
def site() -> SiteBuilt:
    """Brings index, week pages, feed and status page to what the ledger says now."""
    return build_site()


@flow(name="weekly-reports", flow_run_name=run_name, task_runner=RENDERERS, persist_result=False)
def weekly_reports(
    week: Week | None = None,
    editions: list[EditionName] | None = None,
    catch_up_weeks: Annotated[int, Field(ge=1, le=26)] = CATCH_UP_WEEKS,
) -> list[IssueResult]:
    """Publish the issues that are due: pages, mails in the outbox, ledger. A published week is never published twice.

    Published weeks whose figures have changed since are revised, and the site around all issues is built.

    Args:
        week: Only this ISO week; if empty the last whole week before the scheduled time and what was missed before it.
        editions: Only these editions; all of them if empty.
        catch_up_weeks: How many whole weeks before the scheduled time are looked at for issues that were missed.
    """
    scheduled_at = scheduled_start()
    named = editions or list(edition_names())
    due = (
        [DueIssue(name, week, None) for name in named]
        if week
        else due_issues(scheduled_at, catch_up_weeks=catch_up_weeks, editions=named)
    )
    press = _rendering.press()
    issues, failed = _published(due, press)
    if not due:
        get_run_logger().info(f"every issue up to {due_week(None, scheduled_at)} was published before")
    _revised(named, press)
    look_after()
    get_run_logger().info(f"site {site().index}")
    if issues:
        create_markdown_artifact(_told(issues), key="weekly-report", description=issues[-1].line())
    _require_none(failed)
    return issues


def _published(due: Sequence[DueIssue], press: Press) -> tuple[list[IssueResult], list[str]]:
    """What became of each issue, and those whose task failed; one that fails does not stop the others."""
    issues, failed = [], []
    log = get_run_logger()
    for one in in_turn([Wanted(d.week, d.edition, d.scheduled_at) for d in due], press):
        state = publish(one.edition, one.week, one.scheduled_at, press, return_state=True)
        if not state.is_completed():
            failed.append(f"{one.edition} {one.week}")
            continue
        issue = state.result()
        issues.append(issue)
        (log.info if issue.page else log.warning)(issue.line())
        _tell(issue)
    return issues, failed


def _revised(editions: Sequence[str], press: Press) -> None:
    changed = [Wanted(week, name, is_revision=True) for name in editions for week in weeks_to_revise(name)]
    for one in in_turn(changed, press):
        issue = revise(one.edition, one.week, press)
        get_run_logger().warning(issue.line())
        _tell(issue)


def _tell(issue: IssueResult) -> None:
    events.tell(events.of_issue(issue))
    assets.tell(assets.of_issue(issue))


def _told(issues: Sequence[IssueResult]) -> str:
    """A line for each issue, with a link to its page where there is one."""
    linked = [f"- {i.line()}" + (f" ([page]({i.page.as_uri()}))" if i.page else "") for i in issues]
    return "\n".join(linked)


def _require_none(failed: Sequence[str]) -> None:
    if failed:
        raise TerminalError(
            f"{len(failed)} issues could not be made: {', '.join(failed)}",
            expected="none",
            fix="The run of each says why; the others are published. The next run tries these again.",
        )
