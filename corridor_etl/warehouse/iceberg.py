"""The place that knows pyiceberg: its SQL catalog, bound to a transaction that is already open (``stores.s3``
says only how its files reach a bucket).

``SqlCatalog`` makes its own engine and commits each change by itself. Given our open connection instead, its
sessions join the transaction around them, and a table's pointer moves with everything else or not at all.
This is not a documented use: pyiceberg is pinned and ``tests/warehouse/test_lake.py`` guards it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import polars as pl
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.conversions import from_bytes
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import TableUpdate
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    IcebergType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
    TimestamptzType,
)
from sqlalchemy import Connection, select

from corridor_etl.errors import TerminalError
from corridor_etl.model import LINEAGE, Column, RecordKind
from corridor_etl.warehouse import durable
from corridor_etl.warehouse.lake import LiveFile
from corridor_etl.warehouse.schema import LAKE_TABLE
from corridor_etl.warehouse.stores import Store

CATALOG = "corridor"
NAMESPACE = "lake"
MAX_SNAPSHOTS = 50
KEPT_SNAPSHOTS = 10
_PROPERTIES = {
    "write.metadata.previous-versions-max": "20",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
}
_TYPES: dict[pl.DataType, IcebergType] = {
    pl.String(): StringType(),
    pl.Int64(): LongType(),
    pl.Boolean(): BooleanType(),
    pl.Date(): DateType(),
    pl.Datetime("us", "UTC"): TimestamptzType(),
    pl.Datetime("us"): TimestampType(),
}


class BoundCatalog(SqlCatalog):
    """A catalog inside a transaction, whose tables' files are in a store."""

    def __init__(self, connection: Connection, store: Store) -> None:
        # Past SqlCatalog's own constructor, which would open a second connection and create tables.
        properties = {"uri": str(connection.engine.url), "warehouse": store.address, **store.iceberg}
        MetastoreCatalog.__init__(self, CATALOG, **properties)
        self.engine = connection
        self.store = store
        self._schema_version = "v1"


def catalog(connection: Connection, store: Store) -> BoundCatalog:
    """The catalog of the lake in ``store``, reading and writing inside ``connection``'s transaction."""
    return BoundCatalog(connection, store)


def ensure_table(bound: BoundCatalog, record_kind: RecordKind) -> None:
    """Creates the table of a record kind, or adds the columns it lacks."""
    try:
        _add_columns(bound, record_kind)
    except NoSuchTableError:
        _create_table(bound, record_kind)


def load(bound: BoundCatalog, name: str) -> Table:
    """The Iceberg table of a record kind; ``TerminalError`` where its files are not in this store."""
    try:
        table = bound.load_table((NAMESPACE, name))
    except FileNotFoundError as error:
        raise TerminalError(
            f"the lake table {name} has lost its metadata file: {error}",
            expected="the home folder at the path where it was created",
            fix="Move the folder back, or rebuild it from the archive.",
        ) from error
    _name(bound, table.location())
    return table


def _create_table(bound: BoundCatalog, record_kind: RecordKind) -> None:
    bound.create_namespace_if_not_exists(NAMESPACE)
    if (metadata := bound.store.local(f"{record_kind.name}/metadata")) is not None:
        durable.make_folder(metadata)
    columns = [*record_kind.columns, *LINEAGE]
    fields = [
        NestedField(i, c.name, _type(c), doc=_meaning(c), required=False) for i, c in enumerate(columns, 1)
    ]
    schema = Schema(*fields)
    week = schema.find_field("iso_week").field_id
    table = bound.create_table(
        (NAMESPACE, record_kind.name),
        schema,
        location=f"{bound.properties['warehouse']}/{record_kind.name}",
        partition_spec=PartitionSpec(PartitionField(week, 1000, IdentityTransform(), "iso_week")),
        properties={**_PROPERTIES, "comment": record_kind.meaning},
    )
    _sync(bound, table)


def _add_columns(bound: BoundCatalog, record_kind: RecordKind) -> None:
    table = load(bound, record_kind.name)
    known = {f.name for f in table.schema().fields}
    gained = [c for c in record_kind.columns if c.name not in known]
    if gained:
        with table.update_schema() as update:
            for column in gained:
                update.add_column(column.name, _type(column), doc=_meaning(column))
        _sync(bound, table)


def _type(column: Column) -> IcebergType:
    dtype = column.dtype
    return DecimalType(dtype.precision or 38, dtype.scale) if isinstance(dtype, pl.Decimal) else _TYPES[dtype]


def _meaning(column: Column) -> str:
    return f"{column.meaning} [{column.unit}]" if column.unit else column.meaning


def add_files(bound: BoundCatalog, name: str, files: Sequence[str], snapshot: int) -> None:
    """Adds data files to a table and forces the new metadata to disk."""
    table = load(bound, name)
    # The batch number is checked in the same transaction, so no file can be added twice.
    addresses = [f"{bound.store.address}/{file}" for file in files]
    with _Transaction(table) as transaction:
        transaction.add_files(addresses, {"corridor.snapshot": str(snapshot)}, check_duplicate_files=False)
    _settle(bound, table)


class _Transaction(Transaction):
    """One whose metadata is worked out anew for a change, and not for each of the twenty looks a commit takes at it."""

    _known: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        base, updates = self._table.metadata, self._updates
        if self._known is None or self._known[0] is not base or self._known[1] is not updates:
            self._known = base, updates, super().table_metadata
        return self._known[2]


def replace_files(bound: BoundCatalog, name: str, removed: Collection[str], added: Sequence[str]) -> None:
    """Takes files out of a table and puts others in, as one Iceberg snapshot, and forces the new metadata to disk.

    ``ValueError`` if one of ``removed`` is not a live file of the table.
    """
    table = load(bound, name)
    live = {_name(bound, task.file.file_path): task.file for task in table.scan().plan_files()}
    if gone := sorted(set(removed) - live.keys()):
        raise ValueError(f"no live files of {name}: {', '.join(gone)}")
    with _Transaction(table) as transaction, transaction.update_snapshot().overwrite() as overwritten:
        for file in sorted(removed):
            overwritten.delete_data_file(live[file])
        for file in added:
            address = f"{bound.store.address}/{file}"
            overwritten.append_data_file(
                parquet_file_to_data_file(table.io, transaction.table_metadata, address)
            )
    _settle(bound, table)


def _settle(bound: BoundCatalog, table: Table) -> None:
    """What every change of a table's files ends with: few enough snapshots, and all of it on disk."""
    if len(table.metadata.snapshots) > MAX_SNAPSHOTS:
        _expire(table)
    _sync(bound, table)


def expire(bound: BoundCatalog, name: str) -> int:
    """Forgets the oldest snapshots of a table down to those kept, and says how many went."""
    table = load(bound, name)
    before = len(table.metadata.snapshots)
    if before > KEPT_SNAPSHOTS:
        _expire(table)
        _sync(bound, table)
    return before - len(table.metadata.snapshots)


def _expire(table: Table) -> None:
    # Each commit rewrites the list of all snapshots; as-of is answered by the rows' own snapshot column.
    oldest_first = sorted(table.metadata.snapshots, key=lambda s: s.sequence_number or 0)
    ids = [s.snapshot_id for s in oldest_first[:-KEPT_SNAPSHOTS]]
    table.maintenance.expire_snapshots().by_ids(ids).commit()
    table.refresh()


def _sync(bound: BoundCatalog, table: Table) -> None:
    """Forces new metadata to disk where the store is a folder; an object store has answered that it is kept."""
    paths = {table.metadata_location}
    snapshot = table.metadata.current_snapshot()
    if snapshot is not None:
        paths.add(snapshot.manifest_list)
        added = (m for m in snapshot.manifests(table.io) if m.added_snapshot_id == snapshot.snapshot_id)
        paths.update(m.manifest_path for m in added)
    local = [p for p in (bound.store.local(_name(bound, path)) for path in sorted(paths)) if p is not None]
    for path in local:
        durable.sync(path)
    for folder in sorted({p.parent for p in local}):
        durable.sync(folder)


def live_files(bound: BoundCatalog, name: str) -> tuple[LiveFile, ...]:
    """The live data files of a table, by name."""
    where = (LAKE_TABLE.c.catalog_name == CATALOG) & (LAKE_TABLE.c.table_name == name)
    metadata = bound.engine.scalar(select(LAKE_TABLE.c.metadata_location).where(where))
    # A metadata file never changes, so what it lists is read once.
    key = (bound.store.address, metadata)
    if key not in _listed:
        if len(_listed) >= _LISTED_AT_MOST:
            _listed.clear()
        _listed[key] = tuple(sorted(_live_files(bound, load(bound, name))))
    return _listed[key]


_LISTED_AT_MOST = 64
_listed: dict[tuple[str, str | None], tuple[LiveFile, ...]] = {}


def _live_files(bound: BoundCatalog, table: Table) -> Iterator[LiveFile]:
    snapshot_id, version_id = (table.schema().find_field(c).field_id for c in ("snapshot", "version"))
    for task in table.scan().plan_files():
        file: Any = task.file
        yield LiveFile(
            name=_name(bound, file.file_path),
            iso_week=file.partition[0],
            rows=file.record_count,
            size_bytes=file.file_size_in_bytes,
            first_snapshot=_number((file.lower_bounds or {}).get(snapshot_id)),
            last_snapshot=_number((file.upper_bounds or {}).get(snapshot_id)),
            highest_version=_number((file.upper_bounds or {}).get(version_id)),
        )


def _number(bound: bytes | None) -> int | None:
    return None if bound is None else int(from_bytes(LongType(), bound))


def references(bound: BoundCatalog) -> set[str]:
    """Names of all files that some table refers to, by its current metadata or by one still in its log."""
    addresses: set[str] = set()
    for identifier in bound.list_tables(NAMESPACE):
        table = load(bound, identifier[-1])
        addresses.add(table.metadata_location)
        addresses.update(entry.metadata_file for entry in table.metadata.metadata_log)
        for snapshot in table.metadata.snapshots:
            addresses.add(snapshot.manifest_list)
            manifests = [m for m in snapshot.manifests(table.io) if m.manifest_path not in addresses]
            addresses.update(m.manifest_path for m in manifests)
            entries = (e for m in manifests for e in m.fetch_manifest_entry(table.io, discard_deleted=True))
            addresses.update(entry.data_file.file_path for entry in entries)
    return {_name(bound, address) for address in addresses}


def _name(bound: BoundCatalog, address: str) -> str:
    name = address.removeprefix(f"{bound.store.address}/")
    if name == address:
        raise TerminalError(
            f"the lake refers to {address}",
            expected=f"a file below {bound.store.address}",
            fix="Move the folder back, or set CORRIDOR_STORE_URL to where the lake was made.",
        )
    return name
