"""Flow ``backfill``: past weeks made again on demand, as a record that is ours; without mail unless that is asked for.

One task per week, a few weeks ahead of the one that is put in; a week that fails stops no other. What a step does and
where it is recorded belongs to ``corridor_etl.jobs.backfill_work``; started again with the same parameters, a run that
was cancelled or died goes on.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_table_artifact
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from pydantic import Field

from corridor_etl.errors import TerminalError
from corridor_etl.jobs.backfill import at_work, request
from corridor_etl.jobs.backfill_run import Comparing, Outcome, ended_in_any_case, figures, issues, line
from corridor_etl.jobs.backfill_work import Work
from corridor_etl.jobs.interrupting import Stop, stopping_between_steps
from flows import _rendering, _task_runners
from flows._progress import Progress
from flows._runtime import RETRIED, Reason, WeekRange

WINDOW = 2
RENDERERS: TaskRunner[Any] = _task_runners.AsSet(max_workers=WINDOW)
SHOWN_CELLS = 500
Mode = Annotated[
    Literal["default", "all", "only-failed"], Field(description="Which weeks of the range are taken.")
]


@task(task_run_name="compare {week}", **RETRIED)
def compare(week: str, work: Work) -> dict[str, int]:
    """Makes a week anew beside the live one and keeps what differs."""
    return work.compare(week)


@task(task_run_name="put in {week}", **RETRIED)
def put_in(week: str, work: Work) -> str:
    """Puts a compared week in, in one commit."""
    return work.put_in(week)


@task(task_run_name="issues of {week}", **RETRIED)
def issue(week: str, work: Work) -> str:
    """Publishes what the week's issues lack."""
    return work.issue(week)


@flow(
    flow_run_name="backfill {weeks} ({reason})",
    persist_result=False,
    task_runner=RENDERERS,
)
def backfill(
    weeks: WeekRange,
    reason: Reason,
    mode: Mode = "default",
    hold_for_approval: bool = False,
    reissue: bool = False,
) -> str:
    """Make a range of weeks again: figures compared and put in, issues they lack published. No mail is queued.

    Args:
        weeks: ISO weeks, first:last, both included.
        reason: Why the weeks are made again; kept with the record.
        mode: default takes missing, failed, stale and corrected weeks, all also those that are as they should be.
        hold_for_approval: Stop after the comparison, until somebody approves what differs.
        reissue: Queue the mails of the issues; without it they are prepared and not sent.
    """
    log = get_run_logger()
    asked = {"mode": mode, "hold_for_approval": hold_for_approval, "reissue": reissue}
    begun = request(weeks, reason=reason, by=_requester(), **asked)  # type: ignore[arg-type]
    log.info(begun.told)
    if begun.backfill_id is None:
        return begun.told
    with stopping_between_steps() as stop:
        outcome = _worked(begun.backfill_id, stop)
    if stop.signal_no is not None:
        signal.raise_signal(stop.signal_no)  # as the server expects of a run that it cancels
    return _concluded(outcome)


def _requester() -> str:
    return f"flow run {runtime.flow_run.name}"


def _worked(backfill_id: int, stop: Stop) -> Outcome:
    with (
        at_work(backfill_id, _rendering.press()) as work,
        ended_in_any_case(work),
        ThreadPoolTaskRunner[Any](max_workers=WINDOW) as threads,
    ):
        steps, said = _Tasks(work, threads), _Progress(work).said
        figures(work, steps, stop, said, WINDOW)
        _show(work)
        return issues(work, steps, stop, said)


@dataclass(frozen=True)
class _Tasks:
    """The steps of a backfill as tasks of this run; all weeks are made at once, so comparing stays in its process."""

    work: Work
    threads: TaskRunner[Any]

    def compare(self, week: str) -> Comparing:
        return self.threads.submit(compare, {"week": week, "work": self.work})

    def put_in(self, week: str) -> str:
        return put_in(week, self.work)

    def issue(self, week: str) -> str:
        return issue(week, self.work)


class _Progress:
    """How far a run is, in its log and as an artifact; each week is one step for its figures and one for its issues."""

    def __init__(self, work: Work) -> None:
        rebuilt, open_ones = len(work.to_rebuild()), work.weeks()["finished_at_utc"].null_count()
        steps = rebuilt + (0 if work.is_held else open_ones)
        self._ends = {"compared" if work.is_held else "put in", "issue", "failed"}
        self._bar = Progress(steps, f"backfill {work.id}")

    def said(self, week: str, step: str, told: str) -> None:
        """A step was taken, and what became of it."""
        log = get_run_logger()
        (log.error if step == "failed" else log.info)(f"{week} {step}: {told}")
        self._bar.take(int(step in self._ends))


def _show(work: Work) -> None:
    found = work.record.differences(work.id)
    rows = found.head(SHOWN_CELLS).to_dicts()
    told = f"backfill {work.id}: {found.height} cells and figures differ, {len(rows)} shown"
    create_table_artifact(table=rows, key="backfill-differences", description=told)


def _concluded(outcome: Outcome) -> str:
    told = line(outcome)
    get_run_logger().info(told)
    if outcome.failed:
        raise TerminalError(told, expected="none", fix="The run of each week says why; start the same again.")
    return told
