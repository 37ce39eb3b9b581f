"""What a delivery looks like from above: per record kind its rows and days, per column what is empty, usual and named.

Pure functions on staged rows, one aggregate query per kind. Keeping profiles belongs to ``warehouse.profiles``,
comparing them to ``baselines``.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import polars as pl

from corridor_etl.model import Column, RecordKind
from corridor_etl.model._types import AMOUNT, KG, MONEY

PROFILE_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "record_kind": pl.String(),
    "rows": pl.Int64(),
    "first_on": pl.Date(),
    "middle_on": pl.Date(),
    "last_on": pl.Date(),
}
COLUMN_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "record_kind": pl.String(),
    "column_name": pl.String(),
    "nulls": pl.Int64(),
    "distinct_count": pl.Int64(),
    "measured": pl.Int64(),
    "median": pl.Float64(),
    "median_unit": pl.String(),
    "codes_json": pl.String(),
}
MOST_CODES = 1000
"""A column with more codes than this names things rather than classes of things: its codes are not listed."""
CODE_CHARS = 40

_CODE_ENDS = (
    "_code",
    "_country",
    "_currency",
    "_flag",
    "_kind",
    "_method",
    "_mode",
    "_source",
    "_status",
    "_type",
)
_CODES = frozenset(
    "action classifier currency direction full_empty incoterm regime service_id timezone".split()
)
# codes of goods and of places in a stack are so many that a new one says nothing
_NAMES = frozenset("commodity_code hs_code slot_code stack_code".split())
_PER_UNIT = frozenset({"unit_price"})  # a price has the unit of the goods beside that of the money
_UNITS_BESIDE = {
    "quantity": "unit_code",
    "first_quantity": "first_unit_code",
    "second_quantity": "second_unit_code",
}
OWNER_PREFIX_OF = "container_no"
"""The column whose codes are the four letters of the owner, not the numbers themselves."""
_PREFIX_CHARS = 4
_TAIL = 0.05
_DAYS_WITH_A_CALENDAR = (-25_567, 84_006)  # 1900 to 2200, counted from 1970: further ones are mistyped


class Profile(NamedTuple):
    """``kinds`` has :data:`PROFILE_SCHEMA`, ``columns`` :data:`COLUMN_SCHEMA`."""

    kinds: pl.DataFrame
    columns: pl.DataFrame


def no_profile() -> Profile:
    """The profile of nothing."""
    return Profile(pl.DataFrame(schema=PROFILE_SCHEMA), pl.DataFrame(schema=COLUMN_SCHEMA))


def profiled(rows: pl.DataFrame | pl.LazyFrame, kind: RecordKind) -> Profile:
    """The profile of staged rows of one kind, one line per delivery (and column), by ``delivery_id``.

    ``rows`` has the model's columns and ``delivery_id``. ``first_on`` and ``last_on`` bound the middle nine tenths of
    the days the rows belong to, so that one mistyped date moves neither. Medians are of values above zero, in the
    unit most of them have.
    """
    wanted = [_days(kind), *(_aggregate(c, kind) for c in kind.columns)]
    query = rows.lazy().group_by("delivery_id").agg(pl.len().cast(pl.Int64).alias("rows"), *wanted)
    found = query.collect(engine="streaming").sort("delivery_id").to_dicts()
    kinds = [{**row, **row["_days"], "record_kind": kind.name} for row in found]
    columns = [_column_line(row, c, kind.name) for row in found for c in kind.columns]
    return Profile(
        pl.DataFrame(kinds, schema=PROFILE_SCHEMA).with_columns(pl.col("rows").cast(pl.Int64)),
        pl.DataFrame(columns, schema=COLUMN_SCHEMA),
    )


def is_code(column: Column) -> bool:
    """Whether the values of a column are codes that classify, of which there are few."""
    is_text = column.dtype == pl.String() and column.name not in _NAMES
    return column.name == OWNER_PREFIX_OF or (
        is_text and (column.name in _CODES or column.name.endswith(_CODE_ENDS))
    )


def is_measured(column: Column) -> bool:
    """Whether a column holds weights, values or quantities, whose unit a sender may get wrong."""
    return column.dtype in (KG, MONEY, AMOUNT) and column.name not in _PER_UNIT


def unit_column(column: Column, kind: RecordKind) -> str | None:
    """The column that says in which unit a measured one is, None where the model fixes the unit."""
    beside = _UNITS_BESIDE.get(column.name, column.unit)
    return beside if beside in kind.schema else None


def _days(kind: RecordKind) -> pl.Expr:
    # whole numbers of days, because quantiles of dates would lose the type on the way
    day = pl.coalesce([pl.col(name) for name in kind.week_of]).cast(pl.Int32).clip(*_DAYS_WITH_A_CALENDAR)
    quantiles = {"first_on": _TAIL, "middle_on": 0.5, "last_on": 1 - _TAIL}
    return pl.struct(
        day.quantile(share, interpolation="nearest").cast(pl.Int32).cast(pl.Date).alias(name)
        for name, share in quantiles.items()
    ).alias("_days")


def _aggregate(column: Column, kind: RecordKind) -> pl.Expr:
    cell = pl.col(column.name)
    fields = {
        "nulls": cell.null_count().cast(pl.Int64),
        "distinct_count": cell.n_unique().cast(pl.Int64) - (cell.null_count() > 0).cast(pl.Int64),
    }
    if is_measured(column):
        fields |= _measures(column, kind)
    if is_code(column):
        code = cell.str.slice(0, _PREFIX_CHARS if column.name == OWNER_PREFIX_OF else CODE_CHARS)
        fields["codes"] = code.drop_nulls().unique().sort().head(MOST_CODES + 1).implode()
    return pl.struct(expr.alias(name) for name, expr in fields.items()).alias(column.name)


def _measures(column: Column, kind: RecordKind) -> dict[str, pl.Expr]:
    cell, unit = pl.col(column.name), unit_column(column, kind)
    is_counted = cell > 0
    if unit is None:
        usual = pl.lit(column.unit or None, dtype=pl.String)
    else:
        usual = pl.col(unit).filter(is_counted).drop_nulls().mode().sort().first()
        is_counted &= pl.col(unit) == usual
    values = cell.filter(is_counted)
    return {
        "measured": values.len().cast(pl.Int64),
        "median": values.cast(pl.Float64).median(),
        "median_unit": usual,
    }


def _column_line(row: dict[str, Any], column: Column, kind: str) -> dict[str, Any]:
    found = row[column.name]
    codes = found.get("codes")
    is_listed = codes is not None and len(codes) <= MOST_CODES
    return {
        "delivery_id": row["delivery_id"],
        "record_kind": kind,
        "column_name": column.name,
        **{
            name: found.get(name) for name in ("nulls", "distinct_count", "measured", "median", "median_unit")
        },
        "codes_json": json.dumps(codes, ensure_ascii=False) if is_listed else None,
    }
