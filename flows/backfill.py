"""Flow ``backfill``: issues of past weeks, on demand, without mail.

Weeks run one after the other, because issues are numbered in the order they are published. A week that fails does
not stop the others. Which weeks are missing is known to the ledger; see ``corridor_etl.jobs.backfill``.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from corridor_etl.errors import TerminalError
from corridor_etl.jobs.backfill import rebuild_week, weeks_to_rebuild
from corridor_etl.jobs.weekly import IssueResult
from flows._runtime import RETRIED, Reason, WeekRange


@task(task_run_name="rebuild {week}", **RETRIED)
def rebuild(week: str) -> IssueResult:
    """Publishes the issue of one week without queueing mail."""
    return rebuild_week(week)


@flow(flow_run_name="backfill {weeks} ({reason})", persist_result=False)
def backfill(weeks: WeekRange, reason: Reason) -> list[IssueResult]:
    """Publish the issues that a range of weeks lacks. No mail is queued.

    Args:
        weeks: ISO weeks, first:last, both included.
        reason: Why the weeks are built; kept with the run.
    """
    issues: list[IssueResult] = []
    failed: list[str] = []
    for week in weeks_to_rebuild(weeks):
        state = rebuild(week, return_state=True)
        if state.is_completed():
            issues.append(state.result())
        else:
            failed.append(week)
    return _concluded(issues, failed, f"backfill {weeks} ({reason})")


def _concluded(issues: list[IssueResult], failed: Sequence[str], title: str) -> list[IssueResult]:
    published = sum(issue.state == "published" for issue in issues)
    line = (
        f"{title}: {published} published, {len(issues) - published} left alone, {len(failed)} failed, no mail"
    )
    get_run_logger().info(line)
    rows = [{"week": i.week, "state": i.state, "page": str(i.page or "")} for i in issues]
    rows += [{"week": week, "state": "failed", "page": ""} for week in failed]
    create_table_artifact(table=rows, key="backfill", description=line)
    if failed:
        raise TerminalError(
            f"{len(failed)} weeks failed: {', '.join(failed)}",
            expected="none",
            fix="The run of each week says why; run the same backfill again when it is corrected.",
        )
    return issues
