"""Judges the rows of a folder with the suite and makes their quarantine, and prints what it took, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from benchmarks._quality_child import NOW_UTC, measured
from corridor_etl.quality.quarantine import quarantine_frame
from corridor_etl.quality.runner import validate
from corridor_etl.settings import load_settings

_FAULTS = {
    name: pl.Int64 if name == "line_no" else pl.String
    for name in (
        "delivery_id",
        "line_no",
        "rule_id",
        "column",
        "observed",
        "expected",
        "raw_text",
        "raw_json",
    )
}


def main(rows: Path, found: Path, limit: int | None = None) -> None:
    """Verdict and quarantine, as a batch has them; of the first rows only where ``limit`` says so."""
    settings, no_faults = load_settings(), pl.DataFrame(schema=_FAULTS)

    def judged(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        verdict = validate("port_event", frame, settings, now_utc=NOW_UTC)
        return verdict.failures, quarantine_frame("port_event", frame, verdict.failures, no_faults)

    taken, (failures, held) = measured(rows, judged, limit)
    failures.select("row_id", "rule_id").unique().sort("row_id", "rule_id").write_parquet(found)
    print(json.dumps({**taken, "held": held.height}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
