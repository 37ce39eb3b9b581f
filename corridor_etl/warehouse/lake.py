"""The lake: all versions of all accepted rows, as Parquet files of Iceberg tables, one table per record kind.

Rows are first *staged* as files nobody refers to, durably; a commit then *registers* them in its own SQL
transaction (``iceberg``). A crash in between leaves files that no reader ever sees.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl
from sqlalchemy import Connection

from corridor_etl.errors import TerminalError, UsageError
from corridor_etl.model import KINDS, LINEAGE, RecordKind, kind
from corridor_etl.warehouse import versions
from corridor_etl.warehouse.frames import conformed
from corridor_etl.warehouse.stores import Store, checked

ORDER = ("snapshot", "delivery_id", "line_no")
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


def stored_schema(record_kind: RecordKind) -> dict[str, pl.DataType]:
    """Columns of a lake table: the model's, then lineage."""
    return {**record_kind.schema, **{c.name: c.dtype for c in LINEAGE}}


def data_file_name(name: str, week: str, snapshot: int, sha256: str) -> str:
    """What a data file of a record kind is called in the store."""
    return f"{name}/data/iso_week={week}/{snapshot:08d}-{sha256[:DIGEST_DIGITS]}.parquet"


def digest_in(file_name: str) -> str:
    """The digits of the SHA-256 that the name of a data file holds."""
    return file_name.rpartition("-")[2].removesuffix(".parquet")


@dataclass(frozen=True, order=True)
class LiveFile:
    """A data file a table refers to: the rows of one week. Bounds are None where its statistics lack them."""

    name: str
    iso_week: str
    rows: int
    size_bytes: int
    first_snapshot: int | None
    last_snapshot: int | None


class Lake:
    """The data files in one store and the Iceberg tables that refer to them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def stage(self, rows: Mapping[str, pl.DataFrame], snapshot: int) -> dict[str, list[str]]:
        """Writes one file per record kind and ISO week, invisible until registered.

        A file is named by its snapshot and content, so writing it again is harmless. ``UsageError`` for a
        frame that lacks columns or a row without a week.
        """
        return {
            name: self._staged(kind(name), frame, snapshot) for name, frame in rows.items() if frame.height
        }

    def _staged(self, record_kind: RecordKind, frame: pl.DataFrame, snapshot: int) -> list[str]:
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

    def _part(self, name: str, week: str, rows: pl.DataFrame, snapshot: int) -> str:
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd")
        content = buffer.getvalue()
        file_name = data_file_name(name, week, snapshot, hashlib.sha256(content).hexdigest())
        # Also where a crash has left the same file: what is written now is too young for the sweep.
        self.store.put(file_name, content)
        return file_name

    def register(self, connection: Connection, staged: Mapping[str, Sequence[str]], snapshot: int) -> None:
        """Makes staged files part of their tables when ``connection``'s transaction commits."""
        from corridor_etl.warehouse import (
            iceberg,
        )  # a third of a second, which readers of the ledger need not pay

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            for name, files in sorted(staged.items()):
                iceberg.add_files(catalog, name, files, snapshot)

    def ensure(self, connection: Connection) -> None:
        """Creates the tables that are missing and adds columns the model has gained."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            for name in KINDS:
                iceberg.ensure_table(catalog, KINDS[name])

    def files(self, connection: Connection, name: str) -> list[str]:
        """Names of the live data files of a record kind, as the transaction of ``connection`` sees them."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            catalog = iceberg.catalog(connection, self.store)
            return [file.name for file in iceberg.live_files(catalog, kind(name).name)]

    def file_facts(self, connection: Connection, name: str, week: str | None = None) -> pl.DataFrame:
        """The live data files of a record kind, of one week or all; columns as :data:`FILE_COLUMNS`."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            found = iceberg.live_files(iceberg.catalog(connection, self.store), kind(name).name)
        rows = [
            {
                **asdict(file),
                "path": self.address(file.name),
                "checksum": f"sha256:{digest_in(file.name)}",
            }
            for file in found
            if week in (None, file.iso_week)
        ]
        return pl.DataFrame(rows, schema=FILE_COLUMNS)

    def references(self, connection: Connection) -> set[str]:
        """Names of all files that the tables refer to: data, manifests, and metadata still in their logs."""
        from corridor_etl.warehouse import iceberg

        with self.store.explained():
            return iceberg.references(iceberg.catalog(connection, self.store))

    def read(self, files: Sequence[str], record_kind: RecordKind, as_of: int | None = None) -> pl.DataFrame:
        """The rows of data files, up to a snapshot if one is given, by (snapshot, delivery_id, line_no).

        ``TerminalError`` for a file that is not what it was when it was written.
        """
        schema = stored_schema(record_kind)
        if not files:
            return pl.DataFrame(schema=schema)
        self.check(files)
        rows = pl.scan_parquet(
            [self.address(name) for name in files],
            schema=schema,
            missing_columns="insert",
            hive_partitioning=False,
            glob=False,
            storage_options=self.store.polars,
        )
        if as_of is not None:
            rows = rows.filter(pl.col("snapshot") <= as_of)
        with self.store.explained():
            return rows.sort(ORDER).collect()

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
