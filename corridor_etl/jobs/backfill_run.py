"""Takes a backfill through its steps in this process: weeks compared a few at a time, put in one by one, then issues.

The steps belong to ``backfill``; a flow takes the same ones as tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

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


def run(backfill_id: int, *, said: Said, max_parallel: int = MAX_PARALLEL) -> Outcome:
    """Takes a backfill to its end, or as far as it may go; Ctrl-C and SIGTERM let the week in flight end.

    A week that fails stops no other one. Errors that pass (``TransientError``) end the attempt; the same call goes on.
    """
    with stopping_between_steps() as stop, at_work(backfill_id) as work, ended_in_any_case(work):
        _figures(work, stop, said, max_parallel)
        if work.is_held and not stop:
            work.wait()
            return Outcome(work.id, "waiting_approval", tuple(sorted(work.failed)))
        if not work.is_held:
            _issues(work, stop, said)
        state = work.end(is_cancelled=bool(stop))
        return Outcome(work.id, state, tuple(sorted(work.failed)))


@contextmanager
def ended_in_any_case(work: Work) -> Iterator[None]:
    """The block of an attempt; one that breaks off is recorded as cancelled and can be gone on with."""
    try:
        yield
    except TransientError:
        with suppress(TransientError):
            work.end(is_cancelled=True)
        raise


def _figures(work: Work, stop: Stop, said: Said, max_parallel: int) -> None:
    """Compares weeks at most ``max_parallel`` ahead of the one that is put in."""
    pool = ThreadPoolExecutor(max_workers=max_parallel)
    try:
        for week, comparing in _ahead(pool, work, max_parallel):
            if stop:
                break
            with guarded(work, week, said):
                counts = comparing.result()
                said(week, "compared", differing(counts))
                if not work.is_held:
                    said(week, "put in", work.put_in(week))
    finally:
        pool.shutdown(cancel_futures=True)


def _ahead(pool: ThreadPoolExecutor, work: Work, window: int) -> Iterator[tuple[str, Future[dict[str, int]]]]:
    weeks = iter(work.to_rebuild())
    waiting = [(week, pool.submit(work.compare, week)) for week in islice(weeks, window)]
    while waiting:
        yield waiting.pop(0)
        waiting += [(week, pool.submit(work.compare, week)) for week in islice(weeks, 1)]


def _issues(work: Work, stop: Stop, said: Said) -> None:
    for week in [] if stop else work.to_issue():
        if stop:
            return
        with guarded(work, week, said):
            said(week, "issue", work.issue(week))


@contextmanager
def guarded(work: Work, week: str, said: Said) -> Iterator[None]:
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
