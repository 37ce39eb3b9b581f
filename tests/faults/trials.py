"""One fault after another, the look of a reader after each, and the run that follows: what a sweep is made of.

Which points are taken and what is printed belongs to ``sweep``.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults import children, reader, standing, statements, strace
from tests.faults.homes import Lane, database
from tests.faults.planted import BUGS
from tests.faults.strace import Call

FAULTS = {"kill": "signal=KILL", "enospc": "error=ENOSPC", "eio": "error=EIO"}
_ON_DISK = (*strace.WRITES, *strace.SYNCS)
_TAKES_ROOM = (
    "mkdir",
    "mkdirat",
    "open",
    "openat",
    "creat",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
    "fallocate",
)
MEETS = {
    "kill": strace.STATE_CHANGING,
    "enospc": (*_ON_DISK, *_TAKES_ROOM),
    "eio": _ON_DISK,
}
AT_STATEMENTS = (*statements.ACTIONS, "cut")
"""Faults of PostgreSQL, before the n-th statement; ``cut`` loses the answer to the n-th commit, if a writer's."""
COPIED = "copied"
"""The files as they were after a call, copied while the program stood still: what a kill there leaves."""
FAULT_NAMES = [COPIED, *FAULTS, *AT_STATEMENTS]
_KILLED = children.Ended(-9, "", None, 0.0)
INDEX_EVERY = 40
"""SQLite's index in shared memory is no state; a few of its many calls stand for all, because errors there are seen."""


@dataclass(frozen=True)
class Point:
    """One fault at one call of one command."""

    command: int
    fault: str
    group: str
    call: Call

    def __str__(self) -> str:
        return (
            f"{self.fault} at {self.call.name} {self.call.n} ({self.call.path}) of command {self.command + 1}"
        )


@dataclass
class Tally:
    """What came of the points."""

    points: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[str, str]] = field(default_factory=list)
    half_states: list[tuple[str, str]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    endings: Counter[tuple[str, str]] = field(default_factory=Counter)
    states_left: int = 0
    stops: int = 0
    seconds: float = 0.0


class Sweep:
    """The points of one run on one database, one after the other."""

    def __init__(self, lane: Lane, bug: str | None = None) -> None:
        self.lane, self.bug, self.tally = lane, bug, Tally()
        self._looked: dict[str, Any] = {}
        self._again: dict[tuple[int, str], list[str]] = {}

    def points(self, command: int) -> list[Point]:
        """Every point of a command: it is run once under strace, and each call that may change state is taken."""
        self.lane.restore(command)
        child = self._command(command)
        tracer = strace.recording(self.lane.folder / "strace.log", child.pid)
        tracer.wait_until_attached()
        ended = child.go()
        log = tracer.finish()
        if self.bug is None:
            self.lane.must(ended)
        calls = _states(strace.calls(log, (str(self.lane.home) + "/", "socket:")))
        return [
            Point(command, fault, child.threads.group(call.thread), call)
            for fault, names in MEETS.items()
            for call in _spread(calls, fault)
            if call.name in names and (fault == "kill" or call.name not in strace.TO_SERVER)
        ] + self._at_statements(command)

    def _at_statements(self, command: int) -> list[Point]:
        """Points at every statement and, for lost answers, every commit of a writer in a command on PostgreSQL."""
        if self.lane.server is None:
            return []
        self.lane.restore(command)
        run = partial(children.corridor, *self.lane.run.commands[command])
        found = self.lane.call(partial(statements.count, run)).answer
        return [
            Point(command, fault, "main", Call(0, "statement", n, "of SQLAlchemy"))
            for fault in statements.ACTIONS
            for n in range(1, found["statements"] + 1)
        ] + [Point(command, "cut", "main", Call(0, "commit", n, "and its answer")) for n in found["commits"]]

    def _command(self, number: int) -> children.Child:
        arguments, bug = self.lane.run.commands[number], self.bug

        def work() -> int:
            if bug is not None:
                BUGS[bug].plant()
            return children.corridor(*arguments)

        return self.lane.child(work)

    def try_point(self, point: Point) -> None:
        """One fault, the reader's look, and the run after it; what is wrong goes to the tally."""
        began, tally = time.monotonic(), self.tally
        self.lane.restore(point.command)
        ended, has_fired = self._with_fault(point)
        if not has_fired:
            tally.missed.append(str(point))
            return
        self.lane.settled()
        self._judge(point, ended)
        tally.seconds += time.monotonic() - began

    def _judge(self, point: Point, ended: children.Ended) -> None:
        """The reader's look at what a fault left, and the run after it."""
        tally = self.tally
        tally.points[point.fault] += 1
        tally.endings[point.fault, _ending(ended)] += 1
        tally.violations += [(str(point), why) for why in _not_said_well(point, ended)]
        seen = self._look(reader.digest(self.lane.home))
        halves = self._halves(point.command, seen, ended)
        tally.half_states += [(str(point), why) for why in halves]
        if self.bug and tally.half_states:
            return  # the planted bug is found
        # The reader has brought the database to rest; the same files and tables give the same next run.
        left = reader.digest(self.lane.home, reader.names(self.lane.kept(point.command)))
        rows = seen["raw"] or reader.digest(self.lane.home)
        tally.violations += [(str(point), why) for why in self._run_again(point.command, left + rows)]

    def try_copies(self, command: int, every: int = 1) -> None:
        """What a kill after each ``every``-th call would leave, copied in one run; the tally takes it as a kill."""
        kept = self.lane.folder / "copies"
        shutil.rmtree(kept, ignore_errors=True)
        for call, copy in list(self._copies(command, kept, every)):
            began = time.monotonic()
            shutil.rmtree(self.lane.home, ignore_errors=True)
            copy.rename(self.lane.home)
            self._judge(Point(command, COPIED, "main", call), _KILLED)
            self.tally.seconds += time.monotonic() - began

    def _copies(self, command: int, kept: Path, every: int) -> Iterator[tuple[Call, Path]]:
        self.lane.restore(command)
        child, known, number = self._command(command), set[str](), 0
        for call in standing.moments(child, self.lane.folder / "strace.log", str(self.lane.home) + "/"):
            number += 1
            if number % every == 0 and (found := reader.digest(self.lane.home)) not in known:
                known.add(found)
                yield call, Path(shutil.copytree(self.lane.home, kept / str(number)))
        self.tally.stops += number

    def _with_fault(self, point: Point) -> tuple[children.Ended, bool]:
        if point.fault in AT_STATEMENTS:
            ended = self.lane.call(partial(self._at_statement, point))
            return ended, statements.FIRED in ended.said
        child = self._command(point.command)
        tracer = strace.injecting(
            self.lane.folder / "strace.log", child.threads.of(point.group), point.call.name,
            FAULTS[point.fault], point.call.n,
        )  # fmt: skip
        tracer.wait_until_attached()
        ended = child.go()
        log = tracer.finish()
        return ended, ended.exit_code == -9 if point.fault == "kill" else "(INJECTED)" in log

    def _at_statement(self, point: Point) -> int:
        """In the child: the command with a fault at one of its statements, or an answer lost on the way."""
        assert self.lane.server is not None
        address = self.lane.server.address
        run = partial(children.corridor, *self.lane.run.commands[point.command])
        if point.fault != "cut":
            return statements.at(point.call.n, point.fault, address, run)
        near = self.lane.folder
        sockets = Path(parse_qs(urlsplit(address).query)["host"][0])
        statements.Proxy(near, str(sockets / ".s.PGSQL.5432"), point.call.n)
        os.environ["CORRIDOR_DATABASE_URL"] = database(f"{address.partition('?')[0]}?host={near}", "faults")
        return run()

    def _look(self, key: str) -> dict[str, Any]:
        """What a reader sees; the same files give the same sight, as long as all of the state is in them."""
        known = self._looked.get(key) if self.lane.is_in_files else None
        if known is None:
            found = self.lane.call(reader.look)
            nothing = {
                "state": {},
                "files": {},
                "raw": "",
                "wrong": [f"a reader fails: {_last_line(found.said)}"],
            }
            known = found.answer or nothing
            self._looked[key] = known
        return known

    def _halves(self, command: int, seen: dict[str, Any], ended: children.Ended) -> Iterator[str]:
        before, after = self.lane.expected(command), self.lane.expected(command + 1)
        yield from seen["wrong"]
        whole = [after["state"]] if ended.exit_code in (0, 1) else [before["state"], after["state"]]
        if seen["state"] not in whole:
            yield f"neither the state before nor the one after: {_differing(seen['state'], after['state'])}"
        for path, sha256 in seen["files"].items():
            if sha256 not in (before["files"].get(path), after["files"].get(path)):
                yield f"{path} is not whole"
        if pages := _torn_pages(seen["files"], after["files"]):
            yield f"pages of an issue are missing beside the others: {pages}"

    def _run_again(self, command: int, key: str) -> list[str]:
        """The command without a fault, and what then differs from an undisturbed run."""
        if (command, key) not in self._again:
            self._again[command, key] = list(self._differences(command))
            self.tally.states_left += 1
        return self._again[command, key]

    def _differences(self, command: int) -> Iterator[str]:
        ended = self.lane.command(command)
        if ended.exit_code == 4 and "holds the lease" in ended.said:
            ended = self.lane.command(command, now=children.LATER)
        if ended.exit_code not in (0, 1):
            yield f"the next run ends with {ended.exit_code}: {_last_line(ended.said)}"
        found = self.lane.call(reader.look)
        if found.answer is None:
            yield f"a reader fails after the next run: {_last_line(found.said)}"
            return
        wanted = self.lane.expected(command + 1)
        yield from (f"after the next run: {problem}" for problem in found.answer["wrong"])
        for part in ("state", "files"):
            if found.answer[part] != wanted[part]:
                yield f"after the next run other {part}: {_differing(found.answer[part], wanted[part])}"


def _states(calls: Sequence[Call]) -> list[Call]:
    """Without the opening of a database that is there."""
    return [c for c in calls if not (c.name == "openat" and c.path.endswith("warehouse.db"))]


def _spread(calls: Sequence[Call], fault: str) -> Iterator[Call]:
    index = [c for c in calls if c.path.endswith("-shm")]
    yield from (c for c in calls if not c.path.endswith("-shm"))
    if fault != "kill":
        yield from index[::INDEX_EVERY]


def _not_said_well(point: Point, ended: children.Ended) -> Iterator[str]:
    """An error of the disk is either of no consequence or one line that says what to do, with exit code 3 or 4."""
    if point.fault in (COPIED, "kill", "client"):
        return
    if "Traceback" in ended.said:
        yield f"a traceback: {_last_line(ended.said)}"
    elif ended.exit_code in (3, 4):
        if not _last_line(ended.said).startswith("corridor: "):
            yield f"no line that says what to do: {_last_line(ended.said)}"
    elif ended.exit_code not in (0, 1):
        yield f"exit code {ended.exit_code}: {_last_line(ended.said)}"


def _ending(ended: children.Ended) -> str:
    return f"exit {ended.exit_code}"


def _last_line(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "nothing")[:300]


def _differing(found: dict[str, str], wanted: dict[str, str]) -> str:
    return ", ".join(sorted(k for k in found.keys() | wanted.keys() if found.get(k) != wanted.get(k)))[:300]


def _torn_pages(seen: dict[str, str], wanted: dict[str, str]) -> str:
    """Files that an issue on show lacks."""
    folders = {str(Path(p).parent) for p in seen if p.startswith("site/")}
    return ", ".join(p for p in wanted if str(Path(p).parent) in folders and p not in seen)
