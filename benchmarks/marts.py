"""Trips, reconciliation and marts of a week of a port, beside the same by hand; a late file beside a rebuild; memory;
and a late file into the lake of a whole port.

Every turn is a child of its own, ours and the peer's one after the other in one run. Processor time decides: the least
of the rounds, because other work on the machine only adds.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks._bar import Bar, in_a_child
from benchmarks._marts_rows import EVENTS_PER_TRIP, LATE_ROWS, WEEKS, records, write

TRIPS = int(os.environ.get("BENCH_MARTS_TRIPS", "270000"))
PORT_EVENTS = int(os.environ.get("BENCH_MARTS_PORT_EVENTS", "8000000"))
PORT_TRIPS = 10_000
ROUNDS = 2
GOAL_CPU, GOAL_LATE, GOAL_LATE_S, GOAL_MEMORY = 1.5, 1 / 50, 5, 1.2
Taken = dict[str, float]


def run() -> Iterator[Bar]:
    """A week beside the peer, the memory of a year, and a late file in one, each when it is known."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(records(TRIPS, 1), folder / "week")
        rounds = [(_child("ours", folder / "week"), _child("peer", folder / "week")) for _ in range(ROUNDS)]
        yield _of_week(*(min((pair[side] for pair in rounds), key=_cpu) for side in (0, 1)))
        write(records(TRIPS // 4, WEEKS), folder / "year")
        write(records(TRIPS // 16, WEEKS // 4), folder / "quarter")
        year, quarter = (
            in_a_child("benchmarks._marts_ours", "year", str(folder / n)) for n in ("year", "quarter")
        )
        yield _of_memory(year, quarter)
        write(records(TRIPS, WEEKS), folder / "closed")
        yield from _of_late(in_a_child("benchmarks._marts_late", str(folder / "closed")))
        yield from _of_port(*(_port(folder, events) for events in (PORT_EVENTS, PORT_EVENTS // 4)))


def _child(side: str, folder: Path) -> Taken:
    return in_a_child(f"benchmarks._marts_{side}", "week", str(folder))


def _cpu(taken: Taken) -> float:
    return taken["cpu_s"]


def _of_week(ours: Taken, peer: Taken) -> Bar:
    note = f"wall: ours {ours['wall_s']:.1f}, peer {peer['wall_s']:.1f} s; peak {ours['peak_mib']:,.0f} and "
    return Bar(
        f"marts, a week of {TRIPS * EVENTS_PER_TRIP:,} events: trips, reconciliation, marts, CPU", "ms",
        ours["cpu_s"] * 1e3, GOAL_CPU, peer["cpu_s"] * 1e3, is_ceiling=True, is_of_ratio=True,
        note=f"{note}{peer['peak_mib']:,.0f} MiB",
    )  # fmt: skip


def _of_late(taken: Taken) -> Iterator[Bar]:
    rebuild_ms = taken["rebuild_cpu_s"] * 1e3
    files = {
        "late": f"a late file of {taken['late_rows']:,.0f} events of one terminal",
        "yard": f"a yard list of {LATE_ROWS:,} rows, which no figure is made from,",
    }
    for name, said in files.items():
        told = f"marts, {said} in a closed year of {TRIPS * EVENTS_PER_TRIP:,} events"
        yield Bar(
            f"{told}, whole commit, CPU; peer is the year anew", "ms", taken[f"{name}_cpu_s"] * 1e3, GOAL_LATE,
            rebuild_ms, is_ceiling=True, is_of_ratio=True,
        )  # fmt: skip
        yield Bar(f"{told}, wall", "s", taken[f"{name}_wall_s"], GOAL_LATE_S, is_ceiling=True)


def _port(folder: Path, events: int) -> dict[str, Taken]:
    home = folder / f"port-{events}"
    home.mkdir()
    size = (str(home), str(events), str(PORT_TRIPS))
    return {step: in_a_child("benchmarks._marts_port", step, *size) for step in ("fill", "late")}


def _of_port(whole: dict[str, Taken], part: dict[str, Taken]) -> Iterator[Bar]:
    told = (
        f"marts, a late file of {LATE_ROWS:,} events, a tenth of the corridor, into {PORT_EVENTS:,} of a port"
    )
    late, anew = whole["late"], whole["fill"]
    yield Bar(
        f"{told}, whole commit, CPU; peer makes everything anew", "ms", late["cpu_s"] * 1e3, GOAL_LATE,
        anew["cpu_s"] * 1e3, is_ceiling=True, is_of_ratio=True,
        note=f"into a quarter: {part['late']['cpu_s'] * 1e3:,.0f} ms; peak anew {anew['peak_mib']:,.0f} MiB",
    )  # fmt: skip
    yield Bar(f"{told}, wall", "s", late["wall_s"], GOAL_LATE_S, is_ceiling=True)
    yield Bar(
        f"{told}, peak memory; peer is into a quarter of the events", "MiB", late["peak_mib"], GOAL_MEMORY,
        part["late"]["peak_mib"], is_ceiling=True, is_of_ratio=True,
    )  # fmt: skip


def _of_memory(year: Taken, quarter: Taken) -> Bar:
    name = "marts, peak memory of a year; peer is a quarter of it"
    note = f"publishing marts that did not change: {year['unchanged_cpu_s'] * 1e3:,.0f} ms CPU"
    return Bar(
        name, "MiB", year["peak_mib"], GOAL_MEMORY, quarter["peak_mib"], is_ceiling=True, is_of_ratio=True, note=note
    )  # fmt: skip


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
