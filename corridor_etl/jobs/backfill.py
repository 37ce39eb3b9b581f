"""Who asks for a backfill, and who may go on with it: recorded before it begins, one at a time, decided by a person.

What is done belongs to ``backfill_work``, which weeks need it to ``backfill_states``, what is shown beforehand to
``backfill_plan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from corridor_etl.clock import now_utc
from corridor_etl.errors import UsageError
from corridor_etl.jobs.backfill_states import ISSUE_VERSION, taken, week_states
from corridor_etl.jobs.backfill_work import Work, is_as_then
from corridor_etl.jobs.press import HERE, Press
from corridor_etl.jobs.versions import build_of
from corridor_etl.reference.calendar import parse_range
from corridor_etl.settings import Settings, load_settings
from corridor_etl.warehouse import Warehouse
from corridor_etl.warehouse.backfills import Request

BACKFILL = "backfill"
"""The lease under which there is one backfill at a time; a second one waits for it."""
UNFINISHED = ("planned", "running", "cancelled", "waiting_approval")
_SAME = (
    "weeks_first", "weeks_last", "reason", "mode", "hold_for_approval", "reissue",
)  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """The number of the backfill to go on with, None where there is nothing to do; ``told`` says which it is."""

    backfill_id: int | None
    told: str


def request(
    weeks: str,
    *,
    reason: str,
    by: str,
    mode: str = "default",
    hold_for_approval: bool = False,
    reissue: bool = False,
) -> Begun:
    """Records a backfill before anything of it is done, or finds the same one that has not ended yet.

    ``UsageError`` where the range is no range of ISO weeks or no reason is given, ``LeaseHeld`` where another one is at
    work for too long.
    """
    span, why = parse_range(weeks), " ".join(reason.split())
    if not why:
        raise UsageError("no reason is given", fix="Say with --reason why the weeks are made again.")
    wanted = Request(span[0], span[-1], why, by, mode, hold_for_approval, reissue)
    settings = load_settings()
    with Warehouse.open() as warehouse, warehouse.lease(BACKFILL):
        if (known := _known(warehouse, wanted, settings)) is not None:
            return known
        chosen = taken(week_states(span, warehouse, settings), mode)
        if not chosen:
            return Begun(None, f"nothing to do: no week of {weeks} is in a state that this takes")
        asked, base = [state.asked(mode) for state in chosen], warehouse.snapshot()
        number = warehouse.backfills.add(wanted, asked, build_of(settings), ISSUE_VERSION, base=base)
    return Begun(number, f"backfill {number} of {len(chosen)} weeks is recorded")


def _known(warehouse: Warehouse, wanted: Request, settings: Settings) -> Begun | None:
    """The last request that was the same: to go on with, or done with nothing having changed since."""
    same = warehouse.backfills.all().filter(**{name: getattr(wanted, name) for name in _SAME})
    if same.is_empty():
        return None
    last = same.row(-1, named=True)
    number = last["backfill_id"]
    if last["state"] in UNFINISHED:
        return Begun(number, f"backfill {number} has not ended: going on with it")
    if last["state"] == "done" and wanted.mode == "all" and is_as_then(last, warehouse, settings):
        return Begun(None, f"nothing to do: backfill {number} has done it, and neither data nor code changed")
    return None


@contextmanager
def at_work(backfill_id: int, press: Press = HERE) -> Iterator[Work]:
    """The only process at work on backfills, on this one; ``UsageError`` where it is done, rejected or not there."""
    with Warehouse.open() as warehouse, warehouse.lease(BACKFILL) as lease:
        row = warehouse.backfills.one(backfill_id)
        if row["state"] in ("done", "rejected"):
            raise UsageError(f"backfill {backfill_id} is {row['state']}", fix="Ask for another with run.")
        if row["state"] == "waiting_approval":
            raise UsageError(
                f"backfill {backfill_id} waits for approval",
                fix=f"corridor backfill show {backfill_id}, then approve or reject it.",
            )
        work = Work(backfill_id, warehouse, lease, load_settings(), press)
        work.start()
        yield work


def approve(backfill_id: int, *, by: str) -> None:
    """Lets what was compared be put in; going on is then up to :func:`run`.

    ``TerminalError`` where data, code or rules have moved since: then it is compared again and waits again.
    """
    with Warehouse.open() as warehouse, warehouse.lease(BACKFILL) as lease:
        _require_waiting(warehouse, backfill_id)
        work = Work(backfill_id, warehouse, lease, load_settings())
        work.require_unmoved()
        warehouse.backfills.note(backfill_id, lease=lease, state="planned", decided_by=by)


def reject(backfill_id: int, *, by: str) -> None:
    """Ends a backfill that waits for approval; what differed stays on record and nothing is put in."""
    with Warehouse.open() as warehouse, warehouse.lease(BACKFILL) as lease:
        _require_waiting(warehouse, backfill_id)
        ended = {"state": "rejected", "decided_by": by, "finished_at_utc": now_utc()}
        warehouse.backfills.note(backfill_id, lease=lease, **ended)


def _require_waiting(warehouse: Warehouse, backfill_id: int) -> None:
    state = warehouse.backfills.one(backfill_id)["state"]
    if state != "waiting_approval":
        raise UsageError(f"backfill {backfill_id} is {state}", expected="one that waits for approval")
