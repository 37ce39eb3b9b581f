"""Brings the dimension tables to what ``reference``, ``corridor.toml`` and the schema say now.

Only rows that differ are written. A row that facts still refer to stays, also when its source is gone. What the rows
are belongs to ``dimension_rows``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache, reduce
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, and_, bindparam, exists, select

from corridor_etl.reference._tables import DATA
from corridor_etl.settings import Settings
from corridor_etl.warehouse.dimension_rows import HS_IN_FORCE, MAKERS, dictionary
from corridor_etl.warehouse.frames import conformed, fetched, insert, schema_of
from corridor_etl.warehouse.schema import DIMENSIONS, METADATA

_READ = ("corridor_nodes", "corridor_legs", "holidays", "iso6346_size_type", "hs2022", "iso3166")


def content_sha256(settings: Settings) -> str:
    """A hash of everything the dimensions are made from."""
    return hashlib.sha256(settings.model_dump_json().encode() + _installed()).hexdigest()


@cache
def _installed() -> bytes:
    """What only another version of this package changes."""
    read = [(DATA / f"{name}.csv").read_bytes() for name in _READ]
    return b"".join([*read, repr((HS_IN_FORCE, dictionary().rows())).encode()])


def load(connection: Connection, settings: Settings) -> None:
    """Makes the content of every dimension table what it should be now."""
    wanted = {
        name: conformed(MAKERS[name](settings), schema_of(table.columns), what=name)
        for name, table in DIMENSIONS.items()
    }
    gone = {name: _merge(connection, DIMENSIONS[name], frame) for name, frame in wanted.items()}
    for name in reversed(gone):
        _remove(connection, DIMENSIONS[name], gone[name])


def _merge(connection: Connection, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Adds and changes rows; the keys of those that are no longer wanted."""
    key = [column.name for column in table.primary_key]
    before = fetched(connection, select(table))
    insert(connection, table, frame.join(before, on=key, how="anti", maintain_order="left"))
    others = [name for name in frame.columns if name not in key]
    kept = frame.join(before.select(key), on=key, how="semi", maintain_order="left")
    changed = kept.join(before, on=frame.columns, how="anti", nulls_equal=True, maintain_order="left")
    if not changed.is_empty():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in others}
        rows = changed.rename({name: f"new_{name}" for name in others} | _old(key)).to_dicts()
        connection.execute(table.update().where(_is_row(table, key)).values(values), rows)
    return before.join(frame, on=key, how="anti").select(key)


def _remove(connection: Connection, table: Table, keys: pl.DataFrame) -> None:
    if keys.is_empty():
        return
    unused = [~exists().where(theirs == ours) for theirs, ours in _referring(table)]
    statement = table.delete().where(_is_row(table, keys.columns), *unused)
    connection.execute(statement, keys.rename(_old(keys.columns)).to_dicts())


def _old(key: list[str]) -> dict[str, str]:
    return {name: f"old_{name}" for name in key}


def _is_row(table: Table, key: list[str]) -> Any:
    return reduce(and_, (table.c[name] == bindparam(f"old_{name}") for name in key))


def _referring(table: Table) -> Iterator[tuple[Any, Any]]:
    """Columns of other tables that refer to this one, with the column each refers to."""
    for other in METADATA.tables.values():
        for link in other.foreign_keys:
            if link.column.table is table and other is not table:
                yield link.parent, link.column
