"""Takes a backfill through its steps: weeks compared a few at a time, put in one by one, then issues.

What a step does belongs to ``backfill_work``. They are taken in threads of this process, or by a flow as its tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from corridor_etl.errors import TransientError
from corridor_etl.jobs.backfill import at_work
from corridor_etl.jobs.backfill_work import Work
from corridor_etl.jobs.interrupting import Stop, stopping_between_steps

MAX_PARALLEL = 4
Said = Callable[[str, str, str], None]
"""Called with week, step (compared, put in, issue) and what became of it."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt at a backfill ended: done, failed, cancelled or waiting_approval."""

    backfill_id: int
    state: str
    failed: tuple[str, ...] = ()


class Comparing(Protocol):
    """A week that is being compared."""

    def result(self) -> dict[str, int]:
        """Waits for the counts of what differs; raises what the comparison ended with."""


class Steps(Protocol):
    """The steps of one backfill, however they are taken; each raises what it ended with."""

    def compare(self, week: str) -> Comparing:
        """Begins to make a week anew beside the live one."""

    def put_in(self, week: str) -> str:
        """Puts a compared week in; what became of it."""

    def issue(self, week: str) -> str:
        """Publishes what the week's issues lack; what became of them."""


@dataclass(frozen=True)
class _InThreads:
    work: Work
    pool: ThreadPoolExecutor

    def compare(self, week: str) -> Comparing:
        return self.pool.submit(self.work.compare, week)

    def put_in(self, week: str) -> str:
        return self.work.put_in(week)

    def issue(self, week: str) -> str:
        return self.work.issue(week)


def run(backfill_id: int, *, said: Said, max_parallel: int = MAX_PARALLEL) -> Outcome:
    """Takes a backfill to its end, or as far as it may go; Ctrl-C and SIGTERM let the week in flight end.

    A week that fails stops no other one. Errors that pass (``TransientError``) end the attempt; the same call goes on.
    """
    with (
        stopping_between_steps() as stop,
        at_work(backfill_id) as work,
        ended_in_any_case(work),
        ThreadPoolExecutor(max_workers=max_parallel) as pool,
    ):
        steps = _InThreads(work, pool)
        figures(work, steps, stop, said, max_parallel)
        return issues(work, steps, stop, said)


@contextmanager
def ended_in_any_case(work: Work) -> Iterator[None]:
    """The block of an attempt; one that breaks off is recorded as cancelled and can be gone on with."""
    try:
        yield
    except TransientError:
        with suppress(TransientError):
            work.end(is_cancelled=True)
        raise


def figures(work: Work, steps: Steps, stop: Stop, said: Said, window: int) -> None:
    """Compares weeks at most ``window`` ahead of the one that is put in; when it ends none is being compared."""
    weeks = iter(work.to_rebuild())
    ahead = [(week, steps.compare(week)) for week in islice(weeks, window)]
    try:
        while ahead and not stop:
            week, comparing = ahead.pop(0)
            with _guarded(work, week, said):
                said(week, "compared", differing(comparing.result()))
                if not work.is_held:
                    said(week, "put in", steps.put_in(week))
            ahead += [(week, steps.compare(week)) for week in islice(weeks, 1)]
    finally:
        for _, comparing in ahead:
            with suppress(Exception):  # nobody waits for these any more
                comparing.result()


def issues(work: Work, steps: Steps, stop: Stop, said: Said) -> Outcome:
    """Publishes what weeks lack, in order, unless approval comes first, and ends the attempt."""
    if work.is_held and not stop:
        work.wait()
        return Outcome(work.id, "waiting_approval", tuple(sorted(work.failed)))
    for week in work.in_turn([] if work.is_held else work.to_issue()):
        if stop:
            break
        with _guarded(work, week, said):
            said(week, "issue", steps.issue(week))
    return Outcome(work.id, work.end(is_cancelled=bool(stop)), tuple(sorted(work.failed)))


@contextmanager
def _guarded(work: Work, week: str, said: Said) -> Iterator[None]:
    """A step of one week: what cannot pass fails the week and no other."""
    try:
        yield
    except TransientError:
        raise
    except Exception as error:
        if work.waits_again:
            raise
        said(week, "failed", work.fail(week, error))


def differing(counts: dict[str, int]) -> str:
    """What differs in a week, in words."""
    named = {"cells_changed": "cells", "facts_changed": "facts", "figures_changed": "figures"}
    found = [f"{counts[key]} {name}" for key, name in named.items() if counts[key]]
    return f"{', '.join(found)} differ" if found else "nothing differs"


def line(outcome: Outcome) -> str:
    """The summary every run ends with."""
    failed = f", failed: {', '.join(outcome.failed)}" if outcome.failed else ""
    hint = {
        "waiting_approval": f"; corridor backfill show {outcome.backfill_id}, then approve or reject it",
        "cancelled": f"; corridor backfill resume {outcome.backfill_id} goes on",
    }.get(outcome.state, "")
    state = "waiting for approval" if outcome.state == "waiting_approval" else outcome.state
    return f"backfill {outcome.backfill_id} is {state}{failed}{hint}"
