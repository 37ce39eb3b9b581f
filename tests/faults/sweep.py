"""Runs the program again and again, each time with a fault at another of its system calls: ``make faults``.

After each fault a reader looks: only whole states may be seen. Then the command runs again without a fault and must
come to the undisturbed state. Ends with 1 where it does not, or where a half state was seen. What is promised, and how
to read the figures, is in ``docs/faults.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults import children, reader, statements, strace
from tests.faults.homes import RUNS, Lane, database, folder_for_homes
from tests.faults.planted import BUGS
from tests.faults.server import Server, own_server
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
FAULT_NAMES = [*FAULTS, *AT_STATEMENTS]
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
        tally.points[point.fault] += 1
        tally.endings[point.fault, _ending(ended)] += 1
        self.lane.settled()
        tally.violations += [(str(point), why) for why in _not_said_well(point, ended)]
        seen = self._look(reader.digest(self.lane.home))
        halves = self._halves(point.command, seen, ended)
        tally.half_states += [(str(point), why) for why in halves]
        # The reader has brought the database to rest; the same files and tables give the same next run.
        left = reader.digest(self.lane.home, reader.names(self.lane.kept(point.command)))
        tally.violations += [(str(point), why) for why in self._run_again(point.command, left + seen["raw"])]
        tally.seconds += time.monotonic() - began

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
        address, run = (
            self.lane.server.address,
            partial(children.corridor, *self.lane.run.commands[point.command]),
        )
        if point.fault != "cut":
            return statements.at(point.call.n, point.fault, address, run)
        near = Path(tempfile.mkdtemp(prefix="cut"))
        sockets = Path(parse_qs(urlsplit(address).query)["host"][0])
        statements.Proxy(near, str(sockets / ".s.PGSQL.5432"), point.call.n)
        os.environ["CORRIDOR_DATABASE_URL"] = database(f"{address.partition('?')[0]}?host={near}", "faults")
        return run()

    def _look(self, key: str) -> dict[str, Any]:
        """What a reader sees; the same files give the same sight, as long as all of the state is in them."""
        known = self._looked.get(key) if self.lane.is_in_files else None
        if known is None:
            found = self.lane.call(reader.look)
            known = found.answer or {
                "state": {},
                "files": {},
                "raw": "",
                "wrong": [f"a reader fails: {_last_line(found.said)}"],
            }
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
    if point.fault in ("kill", "client"):
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


def report(tally: Tally, title: str) -> Iterator[str]:
    """The outcome in lines; the last one has the figures."""
    for what, found in (("violation", tally.violations), ("half-state", tally.half_states)):
        for (point, why), times in Counter((_plain(p), w) for p, w in found).most_common(40):
            yield f"{what}: {point}: {why}" + (f" ({times} times)" if times > 1 else "")
    yield from (f"not reached: {point}" for point in tally.missed[:20])
    yield from (f"{fault:7} {ending:9} {n:5}" for (fault, ending), n in sorted(tally.endings.items()))
    points = tally.points.total()
    each = ", ".join(f"{n} {fault}" for fault, n in tally.points.items())
    yield (
        f"{title}: {points} points ({each}), {len(tally.violations)} violations,"
        f" {len(tally.half_states)} half-states, {len(tally.missed)} not reached;"
        f" {tally.seconds / max(points, 1):.1f} s a point"
    )


def _plain(point: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,64}", "*", point)


def main(arguments: list[str] | None = None) -> int:
    """Sweeps one run on one database."""
    asked = _asked(arguments)
    if not strace.is_there():
        print(f"strace is not installed: {strace.INSTALL}")
        return 2
    began = time.monotonic()
    children.warm_up()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="faults", dir=folder_for_homes()))
    with _server(asked.database) as server:
        lane = Lane(folder / f"{asked.run}-{asked.database}", RUNS[asked.run], server)
        if server is not None or not lane.is_prepared:
            lane.prepare()
        sweep = Sweep(lane, asked.bug)
        _try_all(sweep, asked)
        print(*report(sweep.tally, f"{asked.run} on {asked.database}"), sep="\n", flush=True)
        bites = not asked.teeth or _bites(lane)
    print(f"{time.monotonic() - began:.0f} s in all", flush=True)
    if asked.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    tally = sweep.tally
    return int(bool(tally.violations or tally.half_states or not tally.points or not bites))


def _try_all(sweep: Sweep, asked: argparse.Namespace) -> None:
    last = time.monotonic() + asked.seconds if asked.seconds else float("inf")
    commands = range(len(sweep.lane.run.commands)) if asked.command is None else [asked.command - 1]
    points = [p for command in commands for p in sweep.points(command)]
    wanted = [
        p
        for p in points
        if p.fault in asked.fault and re.search(asked.only, f"{p.call.name} {p.call.n} {p.call.path}")
    ]
    if asked.sample:
        wanted = [
            p
            for fault in FAULT_NAMES
            for p in _sampled([w for w in wanted if w.fault == fault], asked.sample)
        ]
    if asked.seconds:
        random.Random(1).shuffle(wanted)  # so that whatever there is time for is an even sample
    chosen = wanted[asked.first :: asked.every][: asked.limit]
    print(f"{len(points)} points, {len(chosen)} of them are tried", flush=True)
    for number, point in enumerate(chosen, start=1):
        if time.monotonic() > last:
            print(f"the time is up after {number - 1} points", flush=True)
            return
        tally = sweep.tally
        known = len(tally.violations), len(tally.half_states)
        sweep.try_point(point)
        if asked.verbose:
            found = [*tally.violations[known[0] :], *tally.half_states[known[1] :]]
            print(
                f"{number} {point}: {[why for _, why in found] or 'nothing'}, {tally.seconds:.0f} s",
                flush=True,
            )


def _sampled(points: Sequence[Point], number: int) -> list[Point]:
    """So many points, spread evenly."""
    if len(points) <= number:
        return list(points)
    return [points[int((i + 0.5) * len(points) / number)] for i in range(number)]


def teeth(lane: Lane) -> Iterator[tuple[str, Tally]]:
    """Each planted bug, and what the sweep finds at a place where a kill shows it."""
    for name, bug in BUGS.items():
        sweep = Sweep(lane, name)
        shown = [
            p
            for p in sweep.points(bug.command)
            if p.fault == "kill" and re.search(bug.shows_at, f"{p.call.name} {p.call.n} {p.call.path}")
        ]
        sweep.try_point(shown[-1])
        yield name, sweep.tally


def _bites(lane: Lane) -> bool:
    """Prints what became of the planted bugs; whether all were found."""
    missed = 0
    for name, tally in teeth(lane):
        violations, halves = len(tally.violations), len(tally.half_states)
        missed += not (violations or halves)
        print(f"planted bug {name}: {violations} violations, {halves} half-states at one point", flush=True)
    return missed == 0


@contextlib.contextmanager
def _server(database: str) -> Iterator[Server | None]:
    if database == "sqlite":
        yield None
        return
    with own_server() as running:
        yield running


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", choices=list(RUNS), default="small")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--fault", choices=FAULT_NAMES, nargs="+", default=FAULT_NAMES)
    parser.add_argument(
        "--every", type=int, default=int(os.environ.get("FAULTS_EVERY", "1")), help="each k-th point"
    )
    parser.add_argument("--first", type=int, default=0, help="the first point tried, to spread samples")
    parser.add_argument("--sample", type=int, help="so many points of each fault, spread evenly")
    parser.add_argument(
        "--teeth", action="store_true", help="then plant each bug, which the sweep has to find"
    )
    parser.add_argument("--limit", type=int, help="at most so many points")
    parser.add_argument("--seconds", type=float, help="start no point after so many seconds")
    parser.add_argument("--only", default="", help="a pattern that call and path must match")
    parser.add_argument("--command", type=int, help="only the n-th command of the run")
    parser.add_argument("--bug", choices=list(BUGS), help="plant a bug, which the sweep has to find")
    parser.add_argument("--folder", type=Path, help="where homes are kept from one sweep to the next")
    parser.add_argument("--verbose", action="store_true", help="a line per point")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
