"""Validation with quarantine of port events: the suite on our engine beside hand-written Polars and stock pandas.

Every run is a child of its own and in turn with its peer. All three must find the same rows for the same rules, or the
benchmark stops; a rule of the suite that the peers do not have yet is named in the notes. Processor time decides: the
least of the rounds, because other work on the machine only adds. Both sides have had one turn on a few rows before, so
imports are not in it. Peak memory is all of the child's, rows included.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks._bar import Bar, in_a_child
from benchmarks._quality_rows import write
from corridor_etl.quality.suites import suite_rules

SIZES = tuple(map(int, os.environ.get("BENCH_QUALITY_ROWS", "1000000,10000000").split(",")))
PANDAS_ROWS = int(os.environ.get("BENCH_QUALITY_PANDAS_ROWS", "1000000"))
ROUNDS = (3, 1)  # of the smallest size, of the others
GOAL_CPU, GOAL_PEAK, GOAL_PANDAS = 2.0, 1.5, 0.1
Taken = dict[str, float]


class _Found(NamedTuple):
    taken: Taken
    pairs: pl.DataFrame


def run() -> list[Bar]:
    """Processor time and peak memory by size, and the smallest size on the stock pandas engine."""
    bars: list[Bar] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder) / "rows"
            write(rows, size)
            bars += _beside_polars(rows, size)
            if size == SIZES[0]:
                bars.append(_beside_pandas(rows, size))
    return bars


def _beside_polars(rows: Path, size: int) -> list[Bar]:
    rounds = [
        (_child("ours", rows), _child("peer", rows))
        for _ in range(ROUNDS[0] if size == SIZES[0] else ROUNDS[1])
    ]
    note = _agree(*rounds[0])
    ours, peer = (_least([pair[side].taken for pair in rounds]) for side in (0, 1))
    walls = f"wall: ours {ours['wall_s']:.1f}, peer {peer['wall_s']:.1f} s; first use: ours {ours['first_s']:.1f} CPU s"
    held = f"rows alone hold {ours['held_mib']:,.0f} MiB"
    name = f"quality {size:,} rows beside Polars"
    return [
        _bar(f"{name}, CPU", "ms", ours["cpu_s"] * 1e3, peer["cpu_s"] * 1e3, GOAL_CPU, f"{walls}{note}"),
        _bar(f"{name}, peak memory", "MiB", ours["peak_mib"], peer["peak_mib"], GOAL_PEAK, held),
    ]


def _beside_pandas(rows: Path, size: int) -> Bar:
    """On fewer rows where asked for; both sides judge the same rows."""
    limit = min(PANDAS_ROWS, size)
    ours, stock = _child("ours", rows, limit), _child("pandas", rows, limit)
    note = _agree(ours, stock)
    walls = f"wall: ours {ours.taken['wall_s']:.1f}, pandas {stock.taken['wall_s']:.1f} s"
    taken = ours.taken["cpu_s"] * 1e3, stock.taken["cpu_s"] * 1e3
    return _bar(
        f"quality {limit:,} rows beside stock pandas, CPU", "ms", *taken, GOAL_PANDAS, f"{walls}{note}"
    )


def _bar(name: str, unit: str, ours: float, peer: float, goal: float, note: str) -> Bar:
    return Bar(name, unit, ours, goal, peer, is_ceiling=True, is_of_ratio=True, note=note)


def _child(side: str, rows: Path, limit: int | None = None) -> _Found:
    found = rows.parent / f"{side}.parquet"
    limits = () if limit is None else (str(limit),)
    taken = in_a_child(f"benchmarks._quality_{side}", str(rows), str(found), *limits)
    return _Found(taken, pl.read_parquet(found))


def _least(rounds: list[Taken]) -> Taken:
    return {key: min(taken[key] for taken in rounds) for key in rounds[0]}


def _agree(ours: _Found, peer: _Found) -> str:
    """Stops where the two disagree on the rules that both have; names the rules that only the suite has."""
    known = set(peer.pairs["rule_id"].unique())
    more = sorted({rule["meta"]["rule_id"] for rule in suite_rules("port_event")} - known - _NEVER_BROKEN)
    if not ours.pairs.filter(pl.col("rule_id").is_in(known)).equals(peer.pairs):
        raise AssertionError("ours and the peer do not find the same rows")
    return f"; not in the peer: {', '.join(more)}" if more else ""


# rules that the peers have and the rows do not break
_NEVER_BROKEN = {"DT-008", "ID-032"}


if __name__ == "__main__":
    for bar in run():
        print(bar.line())
