"""What the warehouse was at an earlier snapshot: changes are recorded in the commit that makes them, undone to be read.

The past of a table is its present without the changes made after a snapshot. Whatever changes a row of a mart or of a
tracked table records it here; tables whose rows only come and stay need no record, because a row says its snapshot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, select, true

from corridor_etl.warehouse import bulk
from corridor_etl.warehouse.frames import fetched, in_parts, insert, schema_of
from corridor_etl.warehouse.schema import (
    DELIVERY,
    DELIVERY_WEEK,
    DISCREPANCY,
    MART_CHANGE,
    QUARANTINE,
    STATE_CHANGE,
)

# Tracked tables with a column that is never null: where it is undone to null, the row was not there.
_PRESENCE = {DELIVERY: "status", DELIVERY_WEEK: "rows_loaded", QUARANTINE: "state", DISCREPANCY: "state"}
_APPEARED = ""
_MANY = 5_000  # numbers in one statement
_INSTANT = "%Y-%m-%d %H:%M:%S%.6f"
_CHANGE = {"value_before": pl.Int64(), "value_after": pl.Int64()}
_NO_CHANGES = pl.DataFrame(
    schema={"iso_week": pl.String(), "row_key": pl.String(), "measure": pl.String(), **_CHANGE}
)


@contextmanager
def recorded(
    connection: Connection, table: Table, snapshot: int, column: str, values: Collection[int]
) -> Iterator[None]:
    """Records what the block changes in the rows of a tracked table in which ``column`` has one of ``values``."""
    before = _rows(connection, table, column, values)
    yield
    changes = _differences(
        _as_text(before, table), _as_text(_rows(connection, table, column, values), table), []
    )
    is_known = pl.col("row_key").is_in(_keyed(before, table)["row_key"].implode())
    kept = changes.filter(is_known | (pl.col("name") == _PRESENCE[table])).rename({"name": "column_name"})
    insert(connection, STATE_CHANGE, kept, table_name=str(table.name), snapshot=snapshot)


def record_mart(
    connection: Connection, mart: Table, before: pl.DataFrame, after: pl.DataFrame, snapshot: int
) -> None:
    """Records how the rows of some weeks of a mart change: ``before`` as stored, ``after`` without ``snapshot``."""
    known = [MART_CHANGE.c.mart == mart.name, MART_CHANGE.c.iso_week.in_(sorted(set(after["iso_week"])))]
    old = set(connection.scalars(select(MART_CHANGE.c.iso_week).where(*known))) | set(before["iso_week"])
    is_old = pl.col("iso_week").is_in(sorted(old))
    weeks = before.select("iso_week", snapshot_before="snapshot").unique("iso_week")
    changes = mart_differences(mart, before.drop("snapshot"), after.filter(is_old)) if old else _NO_CHANGES
    appeared = after.filter(~is_old).select("iso_week").unique().sort("iso_week")
    marks = appeared.with_columns(row_key=pl.lit(_APPEARED), measure=pl.lit(_APPEARED))
    marks = marks.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in _CHANGE.items())
    rows = pl.concat([changes, marks.select(changes.columns)]).join(weeks, on="iso_week", how="left")
    insert(connection, MART_CHANGE, rows, mart=str(mart.name), snapshot=snapshot)


def mart_differences(mart: Table, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """iso_week, row_key, measure, value_before and value_after of each cell in which rows of a mart differ.

    Both without ``snapshot``; a row that is in one of them only differs in all its cells that are not null.
    """
    cells = _differences(_keyed(before, mart), _keyed(after, mart), ["iso_week"])
    return cells.rename({"name": "measure"})


def table(connection: Connection, tracked: Table, as_of: int) -> pl.DataFrame:
    """All rows of a table of the ledger as they were at a snapshot, by primary key."""
    query: Select[tuple[object, ...]] = select(tracked).order_by(*tracked.primary_key.columns)
    present = fetched(connection, query)
    if tracked in _PRESENCE:
        present = _restored(connection, present, tracked, as_of)
    return present if "snapshot" not in tracked.c else present.filter(pl.col("snapshot") <= as_of)


def mart_rows(
    connection: Connection, mart: Table, as_of: int, weeks: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows of a mart, all or of some weeks, as they were at a snapshot; in no order."""
    c = MART_CHANGE.c
    wanted = [c.mart == mart.name, c.snapshot > as_of, *_among(c.iso_week, weeks)]
    changes = fetched(connection, select(MART_CHANGE).where(*wanted).order_by(c.snapshot))
    present = fetched(connection, select(mart).where(*_among(mart.c.iso_week, weeks)))
    came_later = changes.filter(measure=_APPEARED).select("iso_week")
    present, changes = (f.join(came_later, on="iso_week", how="anti") for f in (present, changes))
    rows = _undone(_keyed(present, mart), changes.rename({"measure": "name"}), ["iso_week", "row_key"])
    since = changes.unique("iso_week", keep="first").select("iso_week", "snapshot_before")
    return (
        _unkeyed(rows, mart)
        .filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _measures(mart)))
        .join(since, on="iso_week", how="left")
        .with_columns(snapshot=pl.coalesce("snapshot_before", "snapshot"))
        .select(c.name for c in mart.columns)
    )


def _restored(connection: Connection, present: pl.DataFrame, tracked: Table, as_of: int) -> pl.DataFrame:
    c = STATE_CHANGE.c
    mine = and_(c.table_name == tracked.name, c.snapshot > as_of)
    changes = fetched(connection, select(STATE_CHANGE).where(mine).order_by(c.snapshot))
    rows = _undone(_keyed(present, tracked), changes.rename({"column_name": "name"}), ["row_key"])
    found = _unkeyed(rows, tracked).filter(pl.col(_PRESENCE[tracked]).is_not_null())
    return found.select(present.columns).sort(_key(tracked))


def _undone(present: pl.DataFrame, changes: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """``present`` with the value before its first change in each cell that ``changes`` (in order) names."""
    changes = changes.filter(pl.col("name").is_in(present.columns))
    first = changes.unique([*on, "name"], keep="first", maintain_order=True)
    gone = first.select(on).unique().join(present, on=on, how="anti")
    rows = pl.concat([present, gone], how="diagonal")
    for (name,), part in sorted(first.partition_by("name", as_dict=True).items()):
        dtype = present.schema[str(name)]
        was = part.select(*on, _typed(pl.col("value_before"), dtype).alias("_was"), pl.lit(True).alias("_is"))
        value = pl.when("_is").then("_was").otherwise(str(name)).alias(str(name))
        rows = rows.join(was, on=on, how="left").with_columns(value).drop("_was", "_is")
    return rows


def _differences(before: pl.DataFrame, after: pl.DataFrame, week: list[str]) -> pl.DataFrame:
    """row_key, name, value_before and value_after of each cell that differs between two keyed frames."""
    on = [*week, "row_key"]
    cells = [
        frame.unpivot(index=on, variable_name="name", value_name=value)
        for frame, value in ((before, "value_before"), (after, "value_after"))
    ]
    both = cells[0].join(cells[1], on=[*on, "name"], how="full", coalesce=True)
    return both.filter(pl.col("value_before").ne_missing(pl.col("value_after"))).sort(*on, "name")


def _rows(connection: Connection, of: Table, column: str, values: Collection[int]) -> pl.DataFrame:
    """In no order; asked in as many statements as that takes."""
    schema = schema_of(of.columns)
    found = [bulk.unload(connection, of, schema, of.c[column].in_(part)) for part in in_parts(values, _MANY)]
    return pl.concat([pl.DataFrame(schema=schema), *found])


def _names_of_key(of: Table) -> list[str]:
    return [c.name for c in of.primary_key.columns]


def _among(column: ColumnElement[str], weeks: Sequence[str] | None) -> list[ColumnElement[bool]]:
    return [true()] if weeks is None else [column.in_(list(weeks))]


def _key(of: Table) -> list[str]:
    """The key columns a row key is made of; the week of a mart is a column of its own."""
    names = _names_of_key(of)
    return [n for n in names if n != "iso_week"] if of not in _PRESENCE else names


def _measures(mart: Table) -> list[str]:
    return [c.name for c in mart.columns if not c.primary_key and c.name != "snapshot"]


def _keyed(rows: pl.DataFrame, of: Table) -> pl.DataFrame:
    """Rows with ``row_key`` in place of their key columns; a separator within a part is written as %7C."""
    key = _key(of)
    parts = [
        pl.col(name).cast(pl.String).str.replace_all("%", "%25", literal=True).str.replace_all("|", "%7C", literal=True)
        for name in key
    ]  # fmt: skip
    return rows.with_columns(row_key=pl.concat_str(parts, separator="|")).drop(key)


def _unkeyed(rows: pl.DataFrame, of: Table) -> pl.DataFrame:
    key = _key(of)
    schema = schema_of(of.columns)
    parts = pl.col("row_key").str.split("|")
    return rows.with_columns(
        parts.list.get(i)
        .str.replace_all("%7C", "|", literal=True)
        .str.replace_all("%25", "%", literal=True)
        .cast(schema[name])
        .alias(name)
        for i, name in enumerate(key)
    ).drop("row_key")


def _as_text(rows: pl.DataFrame, of: Table) -> pl.DataFrame:
    return _keyed(rows, of).with_columns(
        pl.col(pl.Datetime).dt.strftime(_INSTANT), (pl.selectors.all() - pl.selectors.datetime()).cast(pl.String)
    )  # fmt: skip


def _typed(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return value.str.to_datetime(_INSTANT, time_unit="us").dt.replace_time_zone("UTC")
    return value.cast(dtype)
