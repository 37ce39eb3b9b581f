"""What the children of the storage benchmark share: how work is measured, and the question both sides answer."""

from __future__ import annotations

import time
from collections.abc import Callable

import polars as pl

from benchmarks._quality_child import memory_mib

READS = 20
"""Times a week is read, because once is too short to be measured."""


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Processor seconds, wall seconds and the most memory held of one turn of work."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    taken = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    return {**taken, "peak_mib": memory_mib("VmHWM")}


def aggregated(rows: pl.LazyFrame) -> pl.DataFrame:
    """Moves, TEU and weight by place and event, and the boxes among them."""
    return (
        rows.group_by("facility_code", "event_code", "full_empty")
        .agg(
            pl.len(),
            pl.col("teu", "gross_gross_kg").sum(),
            pl.col("container_no").n_unique().alias("boxes"),
            pl.col("event_at_utc").max(),
        )
        .sort("facility_code", "event_code", "full_empty")
        .collect()
    )
