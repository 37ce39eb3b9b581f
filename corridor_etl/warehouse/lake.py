"""The lake: all versions of all accepted rows, as Parquet files of Iceberg tables, one table per record kind.

Rows are first *staged* as files nobody refers to, durably; a commit then *registers* them in its own SQL
transaction (``iceberg``). A crash in between leaves files that no reader ever sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from corridor_etl.model import KINDS, RecordKind, kind
from corridor_etl.warehouse import durable, parts
from corridor_etl.warehouse.parts import ORDER, Part, Rows, stored_schema

__all__ = ["ORDER", "Lake", "Staged", "read", "stored_schema"]


@dataclass(frozen=True)
class Staged:
    """Files of the lake that no table refers to yet, by record kind, and the rows in them (:data:`.parts.COUNTS`)."""

    files: Mapping[str, list[Path]]
    counts: pl.DataFrame


def _agree(_counts: pl.DataFrame) -> None:
    """The check of whoever has none."""


class Lake:
    """The data files below one folder and the Iceberg tables that refer to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stage(
        self, rows: Mapping[str, Rows], snapshot: int, check: Callable[[pl.DataFrame], None] = _agree
    ) -> Staged:
        """Writes one file per record kind and ISO week, invisible until registered.

        ``check`` gets what was counted in the files; if it raises, none of them comes into the lake. A file is named by
        its snapshot and content, so writing it again is harmless. ``UsageError`` for a frame that lacks columns or a
        row without a week.
        """
        with parts.folder_in(self.folder / ".spool") as folder:
            written = {
                name: parts.written(frame, kind(name), snapshot, folder) for name, frame in rows.items()
            }
            counts = parts.counted(written)
            check(counts)
            files = {name: [self._taken(p, snapshot) for p in some] for name, some in written.items() if some}
        return Staged(files, counts)

    def _taken(self, part: Part, snapshot: int) -> Path:
        folder = durable.make_folder(self.folder / part.record_kind / "data" / f"iso_week={part.iso_week}")
        path = folder / f"{snapshot:08d}-{part.sha256[:32]}.parquet"
        part.path.replace(path)
        durable.sync(folder)
        return path

    def staged_rows(self, staged: Staged) -> dict[str, pl.LazyFrame]:
        """The rows of staged files by record kind, as they will be read."""
        return {
            name: parts.scanned([str(p) for p in paths], kind(name)) for name, paths in staged.files.items()
        }

    def register(self, connection: Connection, staged: Staged, snapshot: int) -> None:
        """Makes staged files part of their tables when ``connection``'s transaction commits."""
        from corridor_etl.warehouse import (
            iceberg,
        )  # a third of a second, which readers of the ledger need not pay

        catalog = iceberg.catalog(connection, self.folder)
        for name, paths in sorted(staged.files.items()):
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
    rows = parts.scanned([str(path) for path in files], record_kind)
    if as_of is not None:
        rows = rows.filter(pl.col("snapshot") <= as_of)
    return rows.sort(ORDER).collect()
