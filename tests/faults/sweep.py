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
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults import children, strace
from tests.faults.homes import RUNS, Lane, folder_for_homes
from tests.faults.planted import BUGS
from tests.faults.server import Server, own_server
from tests.faults.trials import COPIED, FAULT_NAMES, Point, Sweep, Tally

KILL_EVERY = 20
"""Where each state of the files was copied from a run that stood still, each so many-th is also made by a kill."""
MISSED_SHARE = 0.1
"""More points that are not reached than this, and the sweep has not shown what it says."""


def report(tally: Tally, title: str) -> Iterator[str]:
    """The outcome in lines; the last one has the figures."""
    for what, found in (("violation", tally.violations), ("half-state", tally.half_states)):
        for (point, why), times in Counter((_plain(p), w) for p, w in found).most_common(40):
            yield f"{what}: {point}: {why}" + (f" ({times} times)" if times > 1 else "")
    yield from (f"not reached: {point}" for point in tally.missed[:20])
    yield from (f"{fault:7} {ending:9} {n:5}" for (fault, ending), n in sorted(tally.endings.items()))
    points = tally.points.total()
    each = ", ".join(f"{n} {fault}" for fault, n in tally.points.items())
    if tally.stops:
        yield f"{tally.stops} times the program stood still, with {tally.points[COPIED]} different states of its files"
    yield f"{tally.states_left} different states were left, and the next run started from each"
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the homes go too
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
    few = not tally.points or len(tally.missed) > MISSED_SHARE * tally.points.total()
    return int(bool(tally.violations or tally.half_states or few or not bites))


def _try_all(sweep: Sweep, asked: argparse.Namespace) -> None:
    last = time.monotonic() + asked.seconds if asked.seconds else float("inf")
    commands = range(len(sweep.lane.run.commands)) if asked.command is None else [asked.command - 1]
    if _takes_copies(asked):
        for command in commands:
            sweep.try_copies(command, asked.every)
            print(*report(sweep.tally, f"command {command + 1}, copied"), sep="\n", flush=True)
    points = [p for command in commands for p in sweep.points(command)]
    wanted = [
        p
        for p in points
        if p.fault in asked.fault and re.search(asked.only, f"{p.call.name} {p.call.n} {p.call.path}")
    ]
    if _takes_copies(asked):
        killed = [p for p in wanted if p.fault == "kill"][::KILL_EVERY]
        wanted = killed + [p for p in wanted if p.fault != "kill"]
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


def _takes_copies(asked: argparse.Namespace) -> bool:
    """Whether one run that is stopped stands for most kills: all of the state has to be in files."""
    is_whole = not (asked.only or asked.sample or asked.bug)
    return asked.database == "sqlite" and COPIED in asked.fault and is_whole


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
