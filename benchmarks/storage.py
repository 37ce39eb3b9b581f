"""Storage of a year of port events: its commit beside a bare file, a week replaced and read, rows into PostgreSQL.

Every turn is a child of its own, ours and the peer's one after the other in one run. Processor time decides: the least
of the rounds, because other work on the machine only adds. Both sides have had one turn on a few rows before.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks._bar import Bar, in_a_child
from benchmarks._storage_measure import READS
from benchmarks._storage_rows import weeks, write, write_correction

ROWS = int(os.environ.get("BENCH_STORAGE_ROWS", "10000000"))
TRIP_ROWS = 500_000
ROUNDS = 2
WEEK = weeks()[25]
GOAL_LOAD, GOAL_REPLACE, GOAL_READ = 1.5, 1 / 20, 1.2
GOAL_PEAK_MIB, GOAL_ROWS_PER_S = 3 * 1024, 100_000
Taken = dict[str, float]


def run() -> Iterator[Bar]:
    """Load, memory, reading and replacement at one size, and rows a second into PostgreSQL, each when it is known."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, quarter, again = (folder / f"{n}.parquet" for n in ("year", "quarter", "again"))
        write(source, ROWS)
        write(quarter, ROWS // 4)
        write_correction(source, again, WEEK)
        loads = [_loads(folder, source) for _ in range(ROUNDS)]
        load, bare = _least([pair[0] for pair in loads]), _least([pair[1] for pair in loads])
        yield from _of_load(load, bare, _child("ours", "load", folder / "small", quarter))
        reads = [
            (_child("ours", "read", folder / "ours", source), _child("peer", "read", folder / "peer", source))
            for _ in range(ROUNDS)
        ]
        yield _of_reading(_least([pair[0] for pair in reads]), _least([pair[1] for pair in reads]))
        yield _of_replacement(load, _child("ours", "replace", folder / "ours", again))
    yield _of_postgresql(in_a_child("benchmarks._storage_postgresql", str(TRIP_ROWS)))


def _loads(folder: Path, source: Path) -> tuple[Taken, Taken]:
    for side in ("ours", "peer"):
        shutil.rmtree(folder / side, ignore_errors=True)
    return _child("ours", "load", folder / "ours", source), _child("peer", "load", folder / "peer", source)


def _child(side: str, turn: str, place: Path, source: Path) -> Taken:
    return in_a_child(f"benchmarks._storage_{side}", turn, str(place), str(source), WEEK)


def _least(rounds: list[Taken]) -> Taken:
    return {key: min(taken[key] for taken in rounds) for key in rounds[0]}


def _of_load(ours: Taken, peer: Taken, small: Taken) -> list[Bar]:
    note = f"wall: ours {ours['wall_s']:.1f}, peer {peer['wall_s']:.1f} s"
    grown = f"with a quarter of the rows {small['peak_mib']:,.0f} MiB; peer {peer['peak_mib']:,.0f} MiB"
    name = f"storage {ROWS:,} rows"
    return [
        _ratio(f"{name}, parsed rows to commit, CPU", ours["cpu_s"], peer["cpu_s"], GOAL_LOAD, note),
        Bar(f"{name}, peak memory", "MiB", ours["peak_mib"], GOAL_PEAK_MIB, is_ceiling=True, note=grown),
    ]


def _of_replacement(load: Taken, replaced: Taken) -> Bar:
    note = f"wall: the week {replaced['wall_s']:.1f}, the year {load['wall_s']:.1f} s"
    return _ratio(
        "storage, one week of 52 again as version 2, CPU; peer is the year",
        replaced["cpu_s"],
        load["cpu_s"],
        GOAL_REPLACE,
        note,
    )


def _of_reading(ours: Taken, peer: Taken) -> Bar:
    note = f"{READS} times; wall: ours {ours['wall_s']:.2f}, peer {peer['wall_s']:.2f} s"
    return _ratio("storage, a week read and aggregated, CPU", ours["cpu_s"], peer["cpu_s"], GOAL_READ, note)


def _of_postgresql(taken: Taken) -> Bar:
    note = (
        f"{taken['rows'] / taken['cpu_s']:,.0f} rows per CPU second of the client; {taken['rows']:,.0f} rows"
    )
    per_s = taken["rows"] / taken["wall_s"]
    return Bar("storage, mart and trips into PostgreSQL", "rows/s", per_s, GOAL_ROWS_PER_S, note=note)


def _ratio(name: str, ours_s: float, peer_s: float, goal: float, note: str) -> Bar:
    return Bar(name, "ms", ours_s * 1e3, goal, peer_s * 1e3, is_ceiling=True, is_of_ratio=True, note=note)


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
