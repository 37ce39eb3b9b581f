"""A scan larger than the memory it may take: rules that look at one row at a time hold only a part of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl

ROWS, COLUMNS, HIGHEST = 4_000_000, 24, 10**9 - 10**6
ROWS_MIB = ROWS * COLUMNS * 8 / 2**20
_CHILD = """
import json, sys
from pathlib import Path
import great_expectations.expectations as gxe
from great_expectations.core import ExpectationSuite
from corridor_etl.quality.context import silent_context

def most_mib():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

columns = [f"c{n}" for n in range(int(sys.argv[2]))]
rules = [gxe.ExpectColumnValuesToBeBetween(column=c, min_value=0, max_value=int(sys.argv[3])) for c in columns]
rules += [gxe.ExpectColumnValuesToNotBeNull(column=c) for c in columns]
rules.append(gxe.ExpectColumnMeanToBeBetween(column="c0", min_value=0))
asset = silent_context().data_sources.add_polars("files").add_parquet_asset("rows", sys.argv[1])
batch = asset.add_batch_definition_whole_table("all").get_batch()
before = most_mib()
found = batch.validate(ExpectationSuite(name="rules", expectations=rules), result_format="SUMMARY")
counts = [r.result.get("unexpected_count", 0) for r in found.results]
print(json.dumps({"unexpected": sum(counts), "taken_mib": most_mib() - before}))
"""


def test_scan_takes_less_than_half_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    cell = (pl.int_range(ROWS, dtype=pl.Int64) * 7_919) % 1_000_000_000
    rows = pl.LazyFrame({"cell": [0]}).select((cell + n).alias(f"c{n}") for n in range(COLUMNS))
    rows.sink_parquet(path, row_group_size=50_000)
    beyond = pl.sum_horizontal((pl.all() > HIGHEST).sum())
    unexpected = pl.scan_parquet(path).select(beyond).collect(engine="streaming").item()
    argv = [sys.executable, "-c", _CHILD, str(path), str(COLUMNS), str(HIGHEST)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["unexpected"] == unexpected > 0
    assert found["taken_mib"] < ROWS_MIB / 2
