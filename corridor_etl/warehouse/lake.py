"""The lake: all versions of all accepted rows, as Parquet files of Iceberg tables, one table per record kind.

Rows are first *staged* as files nobody refers to, durably; a commit then *registers* them in its own SQL
transaction (``iceberg``). A crash in between leaves files that no reader ever sees.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from corridor_etl.errors import UsageError
from corridor_etl.model import KINDS, LINEAGE, RecordKind, kind
from corridor_etl.warehouse import durable, versions
from corridor_etl.warehouse.frames import conformed

ORDER = ("snapshot", "delivery_id", "line_no")


def stored_schema(record_kind: RecordKind) -> dict[str, pl.DataType]:
    """Columns of a lake table: the model's, then lineage."""
    return {**record_kind.schema, **{c.name: c.dtype for c in LINEAGE}}


class Lake:
    """The data files below one folder and the Iceberg tables that refer to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stage(self, rows: Mapping[str, pl.DataFrame], snapshot: int) -> dict[str, list[Path]]:
        """Writes one file per record kind and ISO week, invisible until registered.

        A file is named by its snapshot and content, so writing it again is harmless. ``UsageError`` for a
        frame that lacks columns or a row without a week.
        """
        return {
            name: self._staged(kind(name), frame, snapshot) for name, frame in rows.items() if frame.height
        }

    def _staged(self, record_kind: RecordKind, frame: pl.DataFrame, snapshot: int) -> list[Path]:
        handed_in = {**record_kind.schema, "delivery_id": pl.String(), "line_no": pl.Int64()}
        rows = conformed(frame, handed_in, what=f"the {record_kind.name} rows of the batch")
        rows = versions.stored(rows, record_kind, snapshot).sort(ORDER)
        if rows["iso_week"].null_count():
            raise UsageError(
                f"{record_kind.name} rows have no week",
                expected=f"one of {', '.join(record_kind.week_of)} in every row",
                fix="Quarantine them.",
            )
        parts = rows.partition_by("iso_week", as_dict=True, maintain_order=True)
        return [
            self._part(record_kind.name, str(week), part, snapshot) for (week,), part in sorted(parts.items())
        ]

    def _part(self, name: str, week: str, rows: pl.DataFrame, snapshot: int) -> Path:
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd")
        content = buffer.getvalue()
        digest = hashlib.sha256(content).hexdigest()[:16]
        folder = durable.make_folder(self.folder / name / "data" / f"iso_week={week}")
        path = folder / f"{snapshot:08d}-{digest}.parquet"
        if not path.is_file():
            durable.write(path, content)
        return path

    def register(self, connection: Connection, staged: Mapping[str, list[Path]], snapshot: int) -> None:
        """Makes staged files part of their tables when ``connection``'s transaction commits."""
        from corridor_etl.warehouse import (
            iceberg,
        )  # a third of a second, which readers of the ledger need not pay

        catalog = iceberg.catalog(connection, self.folder)
        for name, paths in sorted(staged.items()):
            iceberg.add_files(catalog, name, paths, snapshot)

    def ensure(self, connection: Connection) -> None:
        """Creates the tables that are missing and adds columns the model has gained."""
        from corridor_etl.warehouse import iceberg

        catalog = iceberg.catalog(connection, self.folder)
        for name in KINDS:
            durable.make_folder(self.folder / name / "metadata")
            iceberg.ensure_table(catalog, KINDS[name])

    def files(self, connection: Connection, name: str) -> list[Path]:
        """The live data files of a record kind, as the transaction of ``connection`` sees them."""
        from corridor_etl.warehouse import iceberg

        return sorted(iceberg.data_files(iceberg.catalog(connection, self.folder), kind(name).name))


def read(files: list[Path], record_kind: RecordKind, as_of: int | None = None) -> pl.DataFrame:
    """The rows of data files, up to a snapshot if one is given, by (snapshot, delivery_id, line_no)."""
    schema = stored_schema(record_kind)
    if not files:
        return pl.DataFrame(schema=schema)
    rows = pl.scan_parquet(
        files, schema=schema, missing_columns="insert", hive_partitioning=False, glob=False
    )
    if as_of is not None:
        rows = rows.filter(pl.col("snapshot") <= as_of)
    return rows.sort(ORDER).collect()
