"""Flow ``backfill``: past weeks made again on demand, as a record that is ours; without mail unless that is asked for.

One task per week, a few weeks ahead of the one that is put in; a week that fails stops no other. What a step does and
where it is recorded belongs to ``corridor_etl.jobs.backfill_work``; started again with the same parameters, a run that
was cancelled or died goes on.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Literal
from uuid import UUID

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from pydantic import Field

from corridor_etl.errors import TerminalError, TransientError
from corridor_etl.jobs.backfill import at_work, request
from corridor_etl.jobs.backfill_run import Outcome, differing, ended_in_any_case, line
from corridor_etl.jobs.backfill_work import Work
from corridor_etl.jobs.interrupting import Stop, stopping_between_steps
from flows._runtime import RETRIED, Reason, WeekRange

WINDOW = 2
READERS: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=WINDOW)
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
    task_runner=READERS,
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
    with at_work(backfill_id) as work, ended_in_any_case(work):
        shown = _Progress(work)
        _figures(work, stop, shown)
        _show(work)
        if work.is_held and not stop:
            work.wait()
            return Outcome(work.id, "waiting_approval", tuple(sorted(work.failed)))
        if not work.is_held and not stop:
            for week in work.to_issue():
                if stop:
                    break
                _done(work, week, issue(week, work, return_state=True))
                shown.advance()
        return Outcome(work.id, work.end(is_cancelled=bool(stop)), tuple(sorted(work.failed)))


def _figures(work: Work, stop: Stop, shown: _Progress) -> None:
    for week, comparing in _ahead(work):
        comparing.wait()  # the state of a future lags behind until it has been waited for
        if stop:
            return
        counts = _done(work, week, comparing.state)
        if counts is None:
            shown.advance()
            continue
        get_run_logger().info(f"{week}: {differing(counts)}")
        if not work.is_held:
            _done(work, week, put_in(week, work, return_state=True))
        shown.advance()


def _ahead(work: Work) -> Iterator[tuple[str, PrefectFuture[dict[str, int]]]]:
    weeks = iter(work.to_rebuild())
    waiting = [(week, compare.submit(week, work)) for week in islice(weeks, WINDOW)]
    while waiting:
        yield waiting.pop(0)
        waiting += [(week, compare.submit(week, work)) for week in islice(weeks, 1)]


def _done(work: Work, week: str, state: Any) -> Any:
    """The result of a step, None where it failed: then the week has failed and no other."""
    if state.is_completed():
        return state.result()
    error = state.result(raise_on_failure=False)
    if isinstance(error, TransientError) or work.waits_again:
        raise error
    get_run_logger().error(f"{week}: {work.fail(week, error)}")
    return None


class _Progress:
    """How far a run is, as an artifact; each step of a week is one."""

    def __init__(self, work: Work) -> None:
        rebuilt, open_ones = len(work.to_rebuild()), work.weeks()["finished_at_utc"].null_count()
        self._steps = max(rebuilt + (0 if work.is_held else open_ones), 1)
        self._taken = 0
        made = create_progress_artifact(progress=0.0, description=f"backfill {work.id}")
        self._artifact: UUID = made  # type: ignore[assignment]

    def advance(self) -> None:
        """One step more."""
        self._taken += 1
        update_progress_artifact(self._artifact, progress=min(100.0, 100 * self._taken / self._steps))


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
