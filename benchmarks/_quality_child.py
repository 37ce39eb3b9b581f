"""What the children of the quality benchmark share: the instant of judgement, and how work on rows is measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import polars as pl

NOW_UTC = datetime(2025, 12, 1, tzinfo=UTC)
WARM_UP_ROWS = 1_000
Found = TypeVar("Found")


def measured(
    rows: Path, work: Callable[[pl.DataFrame], Found], limit: int | None = None
) -> tuple[dict[str, float], Found]:
    """What ``work`` on the (first) rows of a folder takes after one turn on a few of them, and what it gives.

    ``first_s`` is the processor time of that first turn with the imports it makes; ``held_mib`` is the memory with the
    rows read and nothing done yet, ``peak_mib`` the most that was held.
    """
    cpu = time.process_time()
    frame = pl.read_parquet(rows / "*.parquet", n_rows=limit)
    read_s = time.process_time() - cpu
    held = memory_mib("VmRSS")
    work(frame.head(WARM_UP_ROWS))
    first_s = time.process_time() - cpu - read_s
    cpu, wall = time.process_time(), time.perf_counter()
    found = work(frame)
    taken = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    return {**taken, "first_s": first_s, "held_mib": held, "peak_mib": memory_mib("VmHWM")}, found


def memory_mib(field: str) -> float:
    """A figure of this program alone: those of ``getrusage`` begin with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{field}:")[1].split()[0]) / 1024
