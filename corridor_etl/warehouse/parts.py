"""Rows into finished Parquet files, one per ISO week, by Polars' streaming sink.

A part lies in the spool until the lake takes it over; what is counted here is counted in the files, so that balances
speak of what was written. Names and places of files in the lake belong to ``lake``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl

from corridor_etl.errors import UsageError
from corridor_etl.model import LINEAGE, RecordKind
from corridor_etl.warehouse import disk, durable, versions
from corridor_etl.warehouse.frames import conformed

Rows = pl.DataFrame | pl.LazyFrame
ORDER = ("snapshot", "delivery_id", "line_no")
ROW_GROUP_ROWS = 1 << 15
"""Small enough that a snapshot or a delivery is found without the rest of a file, and that a year of open weeks, each
of which holds one row group, fits into memory."""
CHUNK_ROWS = 10_000
"""How many rows go through the sink at a time. Polars' own 100,000 wait in several queues at once: three times the
memory for the same processor time."""
COUNTS = {"record_kind": pl.String(), "delivery_id": pl.String(), "iso_week": pl.String(), "rows": pl.Int64()}
"""Columns of what was counted: rows per record kind, delivery and week."""


@dataclass(frozen=True)
class Part:
    """One finished file on disk with the rows of one week; ``counts`` has delivery_id and rows."""

    path: Path
    record_kind: str
    iso_week: str
    rows: int
    counts: pl.DataFrame

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return durable.sha256_of(self.path)


def stored_schema(record_kind: RecordKind) -> dict[str, pl.DataType]:
    """Columns of a lake table: the model's, then lineage."""
    return {**record_kind.schema, **{c.name: c.dtype for c in LINEAGE}}


@contextmanager
def folder_in(spool: Path) -> Iterator[Path]:
    """A folder of one's own below the spool, gone at the end with whatever nobody has taken over."""
    made = Path(tempfile.mkdtemp(dir=durable.make_folder(spool), prefix=f"parts-{os.getpid()}-"))
    try:
        yield made
    finally:
        with suppress(OSError):  # what is left is swept
            rmtree(made)


def written(rows: Rows, record_kind: RecordKind, snapshot: int, folder: Path) -> list[Part]:
    """One file per ISO week, by week, each in the order of delivery and line and forced to disk.

    ``rows`` have the model's columns, ``delivery_id`` and ``line_no``; a lazy frame is read once. ``UsageError`` for a
    frame that lacks columns or a row without a week.
    """
    handed_in = {**record_kind.schema, "delivery_id": pl.String(), "line_no": pl.Int64()}
    what = f"the {record_kind.name} rows of the batch"
    if isinstance(rows, pl.DataFrame):
        # In memory already: sorted once, not per file.
        ready = (
            versions.stored(conformed(rows, handed_in, what=what), record_kind, snapshot).sort(ORDER).lazy()
        )
    else:
        ready = versions.stored(conformed(rows, handed_in, what=what), record_kind, snapshot)
    paths = _sunk(ready, durable.make_folder(folder / record_kind.name))
    found = [_part(path, record_kind) for path in sorted(paths)]
    if any(part.iso_week == "" for part in found):
        raise UsageError(
            f"{record_kind.name} rows have no week",
            expected=f"one of {', '.join(record_kind.week_of)} in every row",
            fix="Quarantine them.",
        )
    return found


def merged(rows: pl.LazyFrame, record_kind: RecordKind, path: Path) -> Part:
    """The rows of several files of one week as one file, in the order of snapshot, delivery and line."""
    _sink(rows, durable.make_folder(path.parent) / path.name)
    return _part(path, record_kind)


def scanned(
    paths: Sequence[str], record_kind: RecordKind, storage_options: dict[str, str] | None = None
) -> pl.LazyFrame:
    """The rows of data files with the columns of the lake table, those a file does not have yet as null."""
    schema = stored_schema(record_kind)
    if not paths:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(
        list(paths),
        schema=schema,
        missing_columns="insert",
        hive_partitioning=False,
        glob=False,
        storage_options=storage_options,
    )


def counted(parts: Mapping[str, Sequence[Part]]) -> pl.DataFrame:
    """:data:`COUNTS` of the parts of each record kind, sorted."""
    frames = [
        part.counts.select(
            record_kind=pl.lit(part.record_kind),
            delivery_id="delivery_id",
            iso_week=pl.lit(part.iso_week),
            rows="rows",
        )
        for some in parts.values()
        for part in some
    ]
    return pl.concat([pl.DataFrame(schema=COUNTS), *frames]).sort("record_kind", "delivery_id", "iso_week")


_WRITING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "row_group_size": ROW_GROUP_ROWS,
    "sync_on_close": "all",
    "maintain_order": True,
}


def _sunk(rows: pl.LazyFrame, folder: Path) -> list[Path]:
    paths: list[Path] = []
    with disk.explained(), pl.Config(streaming_chunk_size=CHUNK_ROWS):
        rows.sink_parquet(
            pl.PartitionBy(folder, key="iso_week", include_key=True, approximate_bytes_per_file=None),
            mkdir=True,
            sinked_paths_callback=lambda sunk: paths.extend(Path(one.path) for one in sunk.paths),
            **_WRITING,
        )
    return paths


def _sink(rows: pl.LazyFrame, path: Path) -> None:
    with disk.explained(), pl.Config(streaming_chunk_size=CHUNK_ROWS):
        rows.sink_parquet(path, **_WRITING)


def _part(path: Path, record_kind: RecordKind) -> Part:
    lines = pl.read_parquet(path, columns=[*ORDER], hive_partitioning=False, glob=False)
    if not _is_sorted(lines):
        _sort(path, record_kind)
    whole = pl.scan_parquet(path, hive_partitioning=False, glob=False)
    week = whole.select("iso_week").head(1).collect().item()
    counts = lines.group_by("delivery_id").agg(pl.len().cast(pl.Int64).alias("rows"))
    return Part(path, record_kind.name, week or "", lines.height, counts)


def _is_sorted(lines: pl.DataFrame) -> bool:
    follows = pl.lit(True)
    for name in reversed(ORDER):
        before = pl.col(name).shift()
        follows = (pl.col(name) > before) | ((pl.col(name) == before) & follows)
    return bool(lines.select(follows.fill_null(True).all()).item())


def _sort(path: Path, record_kind: RecordKind) -> None:
    aside = path.with_suffix(".sorted")
    _sink(scanned([str(path)], record_kind).sort(ORDER, maintain_order=True), aside)
    aside.replace(path)
