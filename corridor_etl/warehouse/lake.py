"""The lake: all versions of all accepted rows, as Parquet files of Iceberg tables, one table per record kind.

Rows are first *staged* as files nobody refers to, durably; a commit then *registers* them in its own SQL
transaction (``iceberg``). A crash in between leaves files that no reader ever sees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl
from sqlalchemy import Connection

from corridor_etl.errors import TerminalError
from corridor_etl.model import KINDS, RecordKind, kind
from corridor_etl.warehouse import parts
from corridor_etl.warehouse.parts import ORDER, Part, Rows, stored_schema
from corridor_etl.warehouse.stores import Store, checked

__all__ = ["ORDER", "Lake", "LiveFile", "Staged", "data_file_name", "digest_in", "of_keys", "stored_schema"]

DIGEST_DIGITS = 32
"""How much of its SHA-256 the name of a data file holds, so that whoever reads the file can check it."""
FILE_COLUMNS: dict[str, pl.DataType] = {
    "path": pl.String(),
    "iso_week": pl.String(),
    "rows": pl.Int64(),
    "size_bytes": pl.Int64(),
    "first_snapshot": pl.Int64(),
    "last_snapshot": pl.Int64(),
    "checksum": pl.String(),
}
"""What is told of a data file; the checksum is the first digits of the SHA-256 of its bytes."""
_RESTORE = "Restore it from a backup of the lake, or build a new home from the archive."


@dataclass(frozen=True)
class Staged:
    """Files of the lake that no table refers to yet, by record kind, and the rows in them (:data:`.parts.COUNTS`)."""

    files: Mapping[str, list[str]]
    counts: pl.DataFrame


@dataclass(frozen=True, order=True)
class LiveFile:
    """One data file a table refers to: the rows of one week. Bounds are None where its writer did not say."""

    name: str
    iso_week: str
    rows: int
    size_bytes: int
    first_snapshot: int | None
    last_snapshot: int | None
    highest_version: int | None


def _agree(_counts: pl.DataFrame) -> None:
    """The check of whoever has none."""


def data_file_name(name: str, week: str, snapshot: int, sha256: str) -> str:
    """What a data file of a record kind is called in the store."""
    return f"{name}/data/iso_week={week}/{snapshot:08d}-{sha256[:DIGEST_DIGITS]}.parquet"


def digest_in(file_name: str) -> str:
    """The digits of the SHA-256 that the name of a data file holds."""
    return file_name.rpartition("-")[2].removesuffix(".parquet")


def of_keys(rows: pl.LazyFrame, keys: pl.DataFrame) -> pl.LazyFrame:
    """The rows of a scan whose key is among ``keys``.

    The column with the most values is looked for in the files first, so that of most rows nothing else is read.
    """
    wanted = keys.unique()
    name = max(wanted.columns, key=lambda column: wanted[column].n_unique())
    if wanted[name].null_count() == 0:
        rows = rows.filter(pl.col(name).is_in(wanted[name].unique().implode()))
    return rows.join(wanted.lazy(), on=wanted.columns, how="semi", nulls_equal=True)


class Lake:
    """The data files in one store and the Iceberg tables that refer to them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def stage(
        self, rows: Mapping[str, Rows], snapshot: int, check: Callable[[pl.DataFrame], None] = _agree
    ) -> Staged:
        """Writes one file per record kind and ISO week, invisible until registered.

        ``check`` gets what was counted in the files; if it raises, none of them comes into the lake. A file is named by
        its snapshot and content, so writing it again is harmless. ``UsageError`` for a frame that lacks columns or a
        row without a week.
        """
        with parts.folder_in(self.store.spool) as folder:
            written = {
                name: parts.written(frame, kind(name), snapshot, folder) for name, frame in rows.items()
            }
            counts = parts.counted(written)
            check(counts)
            files = {name: [self.take(p, snapshot) for p in some] for name, some in written.items() if some}
        return Staged(files, counts)

    def take(self, part: Part, snapshot: int) -> str:
        """Gives a finished file of the spool its name in the lake, which is returned."""
        name = data_file_name(part.record_kind, part.iso_week, snapshot, part.sha256)
        self.store.put_file(name, part.path)
        return name

    def staged_rows(self, staged: Staged) -> dict[str, pl.LazyFrame]:
        """The rows of staged files by record kind, as they will be read."""
        return {name: self._scanned(files, kind(name)) for name, files in staged.files.items()}

    def register(self, connection: Connection, staged: Staged, snapshot: int) -> None:
        """Makes staged files part of their tables when ``connection``'s transaction commits."""
        from corridor_etl.warehouse import (
            iceberg,
        )  # a third of a second, which readers of the ledger need not pay

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            for name, files in sorted(staged.files.items()):
                iceberg.add_files(catalog, name, files, snapshot)

    def adopt(self, connection: Connection, files: Mapping[str, Sequence[str]], snapshot: int) -> None:
        """Makes data files that lie in the store already, by record kind, those of the empty tables."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            for name, some in sorted(files.items()):
                if some:
                    iceberg.add_files(catalog, name, some, snapshot)

    def replace(
        self, connection: Connection, name: str, removed: Collection[str], added: Sequence[str]
    ) -> None:
        """Takes files out of a table and puts others in when ``connection``'s transaction commits.

        What is taken out stays where it is until it is swept: a reader may have planned with it.
        """
        from corridor_etl.warehouse import iceberg

        for file in removed:
            if (path := self.store.local(file)) is not None:
                path.touch()  # a sweep counts the age of what nobody refers to from here
        with self.store.explained():
            iceberg.replace_files(iceberg.catalog(connection, self.store), name, removed, added)

    def expire_snapshots(self, connection: Connection, name: str) -> int:
        """Forgets the oldest Iceberg snapshots of a table, so that a sweep may take what only they refer to."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            return iceberg.expire(iceberg.catalog(connection, self.store), name)

    def ensure(self, connection: Connection) -> None:
        """Creates the tables that are missing and adds columns the model has gained."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            for name in KINDS:
                iceberg.ensure_table(catalog, KINDS[name])

    def files(
        self,
        connection: Connection,
        name: str,
        weeks: Collection[str] | None = None,
        as_of: int | None = None,
    ) -> list[LiveFile]:
        """The live data files of a record kind, as the transaction of ``connection`` sees them, by name.

        Only those of some weeks, and only those that may have rows of snapshots up to ``as_of``, where these are given.
        """
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            live = iceberg.live_files(iceberg.catalog(connection, self.store), kind(name).name)
        return [
            file
            for file in live
            if (weeks is None or file.iso_week in weeks)
            and (as_of is None or file.first_snapshot is None or file.first_snapshot <= as_of)
        ]

    def file_facts(self, connection: Connection, name: str, week: str | None = None) -> pl.DataFrame:
        """The live data files of a record kind, of one week or all; columns as :data:`FILE_COLUMNS`."""
        rows = [
            {
                **asdict(file),
                "path": self.address(file.name),
                "checksum": f"sha256:{digest_in(file.name)}",
            }
            for file in self.files(connection, name, weeks=None if week is None else [week])
        ]
        return pl.DataFrame(rows, schema=FILE_COLUMNS)

    def references(self, connection: Connection) -> set[str]:
        """Names of all files that the tables refer to: data, manifests, and metadata still in their logs."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            return iceberg.references(iceberg.catalog(connection, self.store))

    def scan(
        self, files: Sequence[LiveFile], record_kind: RecordKind, as_of: int | None = None
    ) -> pl.LazyFrame:
        """The rows of data files, up to a snapshot if one is given, in no order.

        ``TerminalError`` for a file that is not what it was when it was written.
        """
        self.check([file.name for file in files])
        rows = self._scanned([file.name for file in files], record_kind)
        if as_of is None or all(f.last_snapshot is not None and f.last_snapshot <= as_of for f in files):
            return rows
        return rows.filter(pl.col("snapshot") <= as_of)

    def collected(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """The rows of a scan, by (snapshot, delivery_id, line_no)."""
        return self.gathered(rows.sort(ORDER))

    def gathered(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """The rows of a scan as they come."""
        with self.store.explained():
            return rows.collect()

    def _scanned(self, names: Iterable[str], record_kind: RecordKind) -> pl.LazyFrame:
        return parts.scanned([self.address(name) for name in names], record_kind, self.store.polars)

    def check(self, files: Sequence[str]) -> None:
        """``TerminalError`` for the first file whose content is not what its name says."""
        checked.check_all(self.store, [(name, digest_in(name)) for name in files], fix=_RESTORE)

    def damaged(self, files: Sequence[str]) -> list[str]:
        """What is wrong with each file that is missing or changed, whatever was checked before."""
        said = []
        for name in files:
            try:
                checked.check(self.store, name, digest_in(name), fix=_RESTORE, afresh=True)
            except TerminalError as error:
                said.append(error.message)
        return said

    def address(self, name: str) -> str:
        """Where another program finds a file: its path in a local store, else its whole address."""
        return str(self.store.local(name) or f"{self.store.address}/{name}")
