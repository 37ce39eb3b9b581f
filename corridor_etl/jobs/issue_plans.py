"""Which issue of a week is the next one, what stops it before it is rendered, and which are begun ahead of their turn.

Reads only: publishing belongs to ``weekly``, which makes the plan again when it is the issue's turn.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import TransientError
from corridor_etl.jobs.issue_checks import jumps
from corridor_etl.jobs.issue_versions import Anyway, Plan
from corridor_etl.jobs.press import Press
from corridor_etl.jobs.weeks import scheduled_instant
from corridor_etl.reports.context import WeeklyContext
from corridor_etl.reports.editions import WEEKLY, edition
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Warehouse

log = logging.getLogger(__name__)
ISSUES_AHEAD = 8
"""How many issues may be begun, the one that is published next among them."""
_LOOK = "look at it, and publish it with --anyway REASON if it is true."


@dataclass(frozen=True)
class Wanted:
    """The first issue of a week, or its next revision; where ``scheduled_at`` is None, week or moment say it."""

    week: str
    edition: str = WEEKLY
    scheduled_at: datetime | None = None
    is_revision: bool = False
    anyway: Anyway | None = None


def last_of(wanted: Wanted, issues: pl.DataFrame) -> dict[str, Any] | None:
    """The newest issue of the edition and week, None where there is none."""
    mine = issues.filter(edition=wanted.edition, week=wanted.week).sort("revision")
    return None if mine.is_empty() else mine.row(-1, named=True)


def plan_of(wanted: Wanted, issues: pl.DataFrame, warehouse: Warehouse, settings: Settings) -> Plan | None:
    """The plan of an issue, None where it is published before, or where there is none yet to be revised."""
    kind, last = edition(wanted.edition), last_of(wanted, issues)
    if wanted.is_revision != (last is not None):
        return None
    # What is committed meanwhile belongs to a later snapshot than the issue names.
    snapshot = warehouse.snapshot()
    if last is None:
        number = issues.filter(edition=kind.id, revision=0).height + 1
        due = wanted.scheduled_at or scheduled_instant(wanted.week, settings)
        return Plan(kind, wanted.week, number, 0, snapshot, due, anyway=wanted.anyway)
    due, revision = wanted.scheduled_at or now_utc(), int(last["revision"]) + 1
    number, corrects = int(last["issue_no"]), int(last["snapshot"])
    return Plan(kind, wanted.week, number, revision, snapshot, due, corrects, wanted.anyway)


def is_unchanged(plan: Plan, made: Sequence[WeeklyContext]) -> bool:
    """Whether it would be a revision without a change."""
    return plan.revision > 0 and not made[0].changes


def held_by(plan: Plan, made: Sequence[WeeklyContext]) -> tuple[str, ...]:
    """Why the gate or a large change holds an issue."""
    stopped = () if plan.anyway else tuple(f"{jump}: {_LOOK}" for jump in jumps(made[0]))
    return (*made[0].held, *stopped)


def in_turn(wanted: Sequence[Wanted], press: Press) -> Iterator[Wanted]:
    """The issues one by one; those that come next are begun before the first of them is published."""
    for number, one in enumerate(wanted):
        send_ahead(wanted[number : number + ISSUES_AHEAD], press)
        yield one


def send_ahead(wanted: Iterable[Wanted], press: Press) -> None:
    """Has issues rendered ahead of their turn, where the press is elsewhere; what cannot be begun waits for its turn.

    Of the first issues of an edition only the first one: a later one tells of those before it.
    """
    if not press.is_elsewhere:
        return
    settings = load_settings()
    try:
        with Warehouse.open() as warehouse:
            for plan in filter(press.is_new, _next_plans(wanted, warehouse, settings)):
                _send_ahead(plan, warehouse, settings, press)
    except TransientError as error:
        log.warning("no issue was begun ahead: %s", error)


def _next_plans(wanted: Iterable[Wanted], warehouse: Warehouse, settings: Settings) -> Iterator[Plan]:
    issues, first = warehouse.listed_issues(), set[str]()
    for one in wanted:
        plan = plan_of(one, issues, warehouse, settings)
        if plan is not None and (plan.revision or one.edition not in first):
            first |= set() if plan.revision else {one.edition}
            yield plan


def _send_ahead(plan: Plan, warehouse: Warehouse, settings: Settings, press: Press) -> None:
    try:
        made = press.contexts(plan, warehouse, settings)
        if made and not is_unchanged(plan, made) and not held_by(plan, made):
            press.send_ahead(plan, made)
    except Exception as error:  # its turn comes, and says so where it is told to the right run
        log.warning("%s %s was not begun ahead: %s", plan.kind.id, plan.week, error)
