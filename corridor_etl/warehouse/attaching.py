"""How DuckDB reads a table of the lake: one statement that makes a view of its live data files.

DuckDB's own reader of Iceberg tables is an extension that it downloads; the view needs nothing but DuckDB where the
lake is a folder, and its ``httpfs`` extension and a secret where it is a bucket. The view shows the files that were
live when the statement was made: print it again after the next batch.
"""

from __future__ import annotations

from collections.abc import Sequence

from corridor_etl.errors import UsageError


def duckdb_view(name: str, paths: Sequence[str]) -> str:
    """A ``CREATE OR REPLACE VIEW`` over the data files; ``UsageError`` where there are none."""
    if not paths:
        raise UsageError(
            f"the lake has no rows of {name} to attach", fix="Ingest some, or name another week."
        )
    files = ",\n  ".join(_quoted(path) for path in paths)
    return (
        f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet([\n  {files}\n], "
        "union_by_name = true, hive_partitioning = false);"
    )


def _quoted(path: str) -> str:
    # Brackets and stars in a folder's name are not patterns.
    literal = "".join(f"[{c}]" if c in "*?[" else c for c in path)
    return "'" + literal.replace("'", "''") + "'"
