"""An issue in four languages from the marts to files and mails, and the memory of many made one after the other.

There is no peer: nothing else makes this issue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from benchmarks._bar import Bar, in_a_child

ISSUES = int(os.environ.get("BENCH_REPORT_ISSUES", "104"))
GOAL_S, GOAL_GROWTH = 20, 1.1


def run() -> Iterator[Bar]:
    """The time of an issue, and what a process holds after many."""
    taken = in_a_child("benchmarks._report_ours", str(ISSUES))
    yield Bar("report, an issue in four languages, CPU", "ms", taken["cpu_s"] * 1e3, GOAL_S * 1e3,
              is_ceiling=True, note=f"wall {taken['wall_s']:.1f} s")  # fmt: skip
    fifths = [taken[f"mib_{n}"] for n in range(1, 6)]
    yield Bar(
        f"report, memory after {ISSUES} issues; peer is after {max(ISSUES // 5, 1)}", "MiB", fifths[-1],
        GOAL_GROWTH, fifths[0], is_ceiling=True, is_of_ratio=True,
        note=f"after each fifth {', '.join(f'{mib:,.0f}' for mib in fifths)}",
    )  # fmt: skip


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
