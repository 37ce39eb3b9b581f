"""One backfill at work: weeks made anew beside the live ones, compared, put in one commit each, and their issues.

Every step is recorded and may be taken again. In which order they are taken belongs to ``backfill_run`` and the flow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from corridor_etl.clock import now_utc
from corridor_etl.errors import BaseMoved, CorridorError, TerminalError
from corridor_etl.jobs.backfill_issues import publish_issues, send_issues_ahead
from corridor_etl.jobs.backfill_states import ISSUE_VERSION
from corridor_etl.jobs.firm_ground import ATTEMPTS
from corridor_etl.jobs.press import HERE, Press
from corridor_etl.jobs.remaking import Comparison, Remade
from corridor_etl.jobs.turns import INGEST, turn
from corridor_etl.jobs.versions import build_of
from corridor_etl.settings import Settings
from corridor_etl.warehouse import Lease, Warehouse

_WEEKS_AHEAD = 4
"""Of how many weeks the issues may be begun, the one that is at its turn among them."""


def is_as_then(row: dict[str, Any], warehouse: Warehouse, settings: Settings) -> bool:
    """Whether data, code and rules are still those that a recorded backfill was compared with."""
    build = build_of(settings)
    now = (warehouse.snapshot(), build.code_version, build.rules_version)
    return now == (row["base_snapshot"], row["code_version"], row["rules_version"])


class Work:
    """One backfill at work. ``compare`` may run in several threads, ``put_in`` and ``issue`` one at a time."""

    def __init__(
        self, backfill_id: int, warehouse: Warehouse, lease: Lease, settings: Settings, press: Press = HERE
    ) -> None:
        self.id, self.press = backfill_id, press
        self.warehouse, self.lease, self.settings = warehouse, lease, settings
        self.record = warehouse.backfills
        self.row = self.record.one(backfill_id)
        self.build = build_of(settings)
        self.failed: set[str] = set()
        self.waits_again = False
        self._remade: Remade | None = None
        self._found: dict[str, tuple[Remade, Comparison]] = {}
        self._making = threading.Lock()

    @property
    def is_held(self) -> bool:
        """Whether nothing may be put in before somebody approves it."""
        return bool(self.row["hold_for_approval"]) and self.row["decided_by"] is None

    def start(self) -> None:
        """Notes that it is running and by which versions; what was approved must still be what it was."""
        if self.row["hold_for_approval"] and not self.is_held:
            self.require_unmoved()
        now = {**vars(self.build), "issue_version": ISSUE_VERSION, "finished_at_utc": None}
        self.record.note(self.id, lease=self.lease, state="running", **now)

    def require_unmoved(self) -> None:
        """Compares again and waits for approval again where data or code have moved since; then ``TerminalError``."""
        if is_as_then(self.row, self.warehouse, self.settings):
            return
        was = self.row["base_snapshot"]
        self.waits_again = True
        self._forget()
        self.record.note(self.id, lease=self.lease, decided_by=None)
        for week in self.to_rebuild():
            self.compare(week)
        self.wait()
        raise TerminalError(
            f"nothing was put in: backfill {self.id} was compared on snapshot {was} by other data, code or rules",
            expected=f"snapshot {self.warehouse.snapshot()} and the versions of now, on which it is compared again",
            fix=f"corridor backfill show {self.id}, then approve it again.",
        )

    def wait(self) -> None:
        """Lets it wait for approval of what was compared."""
        base = self._made().base if self.to_rebuild() else self.warehouse.snapshot()
        values = {**vars(self.build), "base_snapshot": base, "state": "waiting_approval"}
        self.record.note(self.id, lease=self.lease, **values)

    def weeks(self) -> pl.DataFrame:
        """Its weeks as they are recorded now."""
        return self.record.weeks(self.id)

    def to_rebuild(self) -> list[str]:
        """Weeks whose figures are still to be made, the newest first."""
        open_ones = self.weeks().filter(
            pl.col("is_rebuilt"),
            pl.col("snapshot").is_null(),
            pl.col("state").is_in(["queued", "running", "built", "failed"]),
        )
        return [w for w in open_ones.sort("iso_week", descending=True)["iso_week"] if w not in self.failed]

    def to_issue(self) -> list[str]:
        """Weeks whose issues are still to be looked at, in order."""
        found = self.weeks().filter(pl.col("finished_at_utc").is_null() | (pl.col("state") == "failed"))
        return [w for w in found["iso_week"] if w not in self.failed]

    def in_turn(self, weeks: Sequence[str]) -> Iterator[str]:
        """The weeks one by one; where issues are rendered elsewhere, those of the next weeks are begun ahead."""
        for number, week in enumerate(weeks):
            if self.press.is_elsewhere:
                next_ones = pl.col("iso_week").is_in(weeks[number : number + _WEEKS_AHEAD])
                rows = self.weeks().filter(next_ones).to_dicts()
                send_issues_ahead(rows, self.warehouse, self.settings, self.press)
            yield week

    def compare(self, week: str) -> dict[str, int]:
        """Makes a week anew and keeps how it differs from the live one; the counts of what differs."""
        began = time.perf_counter()
        self.record.note_week(
            self.id, week, lease=self.lease, state="running", started_at_utc=now_utc(), finished_at_utc=None
        )
        made, found = self._compared(week, began)
        if not self.is_held:
            self._found[week] = made, found
        return dict(found.counts)

    def put_in(self, week: str) -> str:
        """Puts a compared week in, in one commit on the state it was compared with; what became of it.

        Ingest waits meanwhile. Where others committed since, the week is made and compared again.
        """
        for attempt in range(ATTEMPTS):
            began = time.perf_counter()
            with turn(INGEST):
                try:
                    found = self._current(week, began)
                    self._swap(week, found, began)
                except BaseMoved:  # a verb of the quarantine, which takes no turn
                    if attempt == ATTEMPTS - 1:
                        raise
                else:
                    return "swapped" if found.frames else "unchanged"
        raise AssertionError("the last attempt returns or raises")

    def _current(self, week: str, began: float) -> Comparison:
        """The comparison with what is live now."""
        made = self._made()
        if made.base == self.warehouse.snapshot():
            compared_by, found = self._found.pop(week, (None, None))
            # A thread may still have compared with figures that were given up meanwhile.
            if compared_by is not None and found is not None and compared_by.frames is made.frames:
                return found
            return self._compared(week, began)[1]
        if self.row["hold_for_approval"]:
            self.row = self.record.one(self.id)
            self.require_unmoved()
        self._forget()
        return self._compared(week, began)[1]

    def _compared(self, week: str, began: float) -> tuple[Remade, Comparison]:
        made = self._made()
        found = made.compared(self.warehouse, week)
        spent = time.perf_counter() - began
        counts = found.counts
        self.record.built(self.id, week, found.differences, counts, lease=self.lease, spent_s=spent)
        return made, found

    def _swap(self, week: str, found: Comparison, began: float) -> None:
        made = self._made()
        spent = time.perf_counter() - began
        snapshot = self.record.swap(
            self.id, week, found.frames, self.build, base=made.base, lease=self.lease, spent_s=spent
        )
        # Nobody else committed in between, and the other weeks do not depend on this one.
        self._remade = Remade(snapshot, made.frames, made.service_id)

    def issue(self, week: str) -> str:
        """Publishes what a week's issues lack and ends the week; what became of them."""
        began = time.perf_counter()
        row = self.weeks().filter(iso_week=week).row(0, named=True)
        how = {"queue_mail": self.row["reissue"], "press": self.press}
        told = publish_issues(row, self.warehouse, self.settings, **how)
        state = "unchanged" if row["snapshot"] is None else "swapped"
        ended = {"state": state, "issue": told, "error": None, "finished_at_utc": now_utc()}
        spent = time.perf_counter() - began
        self.record.note_week(self.id, week, lease=self.lease, spent_s=spent, **ended)
        return told

    def fail(self, week: str, error: Exception) -> str:
        """Notes that a week failed, so that the others go on; why."""
        told = error.message if isinstance(error, CorridorError) else f"{type(error).__name__}: {error}"
        self.failed.add(week)
        ended: dict[str, Any] = {"state": "failed", "error": told, "finished_at_utc": now_utc()}
        self.record.note_week(self.id, week, lease=self.lease, **ended)
        return told

    def end(self, *, is_cancelled: bool = False) -> str:
        """Ends the backfill, or this attempt at it; its state."""
        is_failed = not self.weeks().filter(state="failed").is_empty()
        state = "cancelled" if is_cancelled else "failed" if is_failed else "done"
        self.record.note(self.id, lease=self.lease, state=state, finished_at_utc=now_utc())
        return state

    def _made(self) -> Remade:
        with self._making:
            if self._remade is None:
                self._remade = Remade.of(self.warehouse, self.settings)
            return self._remade

    def _forget(self) -> None:
        with self._making:
            self._remade = None
            self._found.clear()
