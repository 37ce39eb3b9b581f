"""One turn of the benchmark of issues, in a process of its own: an issue in all its languages, and many one by one."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from corridor_etl.jobs.ingest import ingest
from corridor_etl.jobs.rebuild import rebuild
from corridor_etl.jobs.weekly import publish_week
from corridor_etl.reference.calendar import parse_range
from corridor_etl.reports.editions import WEEKLY
from corridor_etl.settings import load_settings
from corridor_etl.simulator import simulate

WEEKS = "2025-W09:2025-W16"
NOW = "2025-06-02T01:00:00+00:00"


def turn(issues: int) -> dict[str, float]:
    """``cpu_s`` and ``wall_s`` of the last issue, published from the marts; then as many as asked for are rebuilt.

    ``mib_1`` to ``mib_5`` are what the process holds after each fifth of them.
    """
    *before, last = parse_range(WEEKS)
    for week in before:
        issue = publish_week(week, queue_mail=False)
        assert issue.page, issue.line()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    publish_week(last)
    taken = {"cpu_s": time.process_time() - cpu_s, "wall_s": time.perf_counter() - wall_s}
    held = []
    for n in range(issues):
        rebuild(parse_range(WEEKS)[n % 8], edition_id=WEEKLY, revision=0)
        held.append(_held_mib())
    return taken | {f"mib_{fifth}": held[max(issues * fifth // 5 - 1, 0)] for fifth in range(1, 6)}


def _held_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(issues: int) -> None:
    """Prints what the turn took as JSON."""
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(CORRIDOR_HOME=name, CORRIDOR_NOW=NOW)
        simulate(Path(name), parse_range(WEEKS), seed=1, faults=False, settings=load_settings())
        ingest()
        print(json.dumps(turn(issues)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
