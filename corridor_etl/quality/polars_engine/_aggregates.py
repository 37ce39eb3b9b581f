"""One value per column: smallest, largest, mean, quantiles, distinct values.

Each is an aggregate expression, so that all of a suite are computed in the same pass. Missing cells (null, NaN) never
count. A statistic of a column that has none of its kind (the mean of text) is a ``TypeError``, not a null. Counts and
partitions that are made of several metrics are in ``_distributions``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl

from corridor_etl.quality.polars_engine._asks import Scalar
from corridor_etl.quality.polars_engine._column_checks import text_length
from corridor_etl.quality.polars_engine._registration import register
from corridor_etl.quality.polars_engine._types import comparable, members, without_nan
from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

Finish = Callable[[Any], Any]
Aggregate = Callable[..., tuple[pl.Expr, Finish]]
_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")
_MAX_DISTINCT_VALUES = 20


def _same(cell: Any) -> Any:
    return cell


def _or_nan(cell: Any) -> Any:
    """A statistic of no values is NaN, as Great Expectations' results have it."""
    return math.nan if cell is None else cell


def _as_float(cell: Any) -> float:
    return math.nan if cell is None else float(cell)


def _of_numbers(cell: pl.Expr, dtype: pl.DataType, what: str) -> pl.Expr:
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
        reason = "could not convert string to float: " if dtype == pl.String else ""
        raise TypeError(f"{reason}a column of type {dtype} has no {what}")
    return cell if dtype.is_numeric() else cell.cast(pl.Float64)


def _ordered(cell: pl.Expr, dtype: pl.DataType, what: str) -> pl.Expr:
    if dtype.is_nested() or dtype == pl.Object:
        raise TypeError(f"a column of type {dtype} has no {what}")
    return cell.cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else cell


def _max(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return _ordered(cell, dtype, "max").max(), _or_nan


def _min(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return _ordered(cell, dtype, "min").min(), _or_nan


def _mean(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    if isinstance(dtype, pl.Datetime):
        return cell.mean(), _or_nan
    return _of_numbers(cell, dtype, "mean").mean(), _as_float


def _median(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    if isinstance(dtype, pl.Datetime):
        return cell.median(), _or_nan
    return _of_numbers(cell, dtype, "median").median(), _as_float


def _deviation(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return _of_numbers(cell, dtype, "standard deviation").std(), _as_float


def _sum(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    total = cell.sum() if dtype == pl.Boolean else _of_numbers(cell, dtype, "sum").sum()
    return total, (float if dtype.is_decimal() else _same)


def _non_null_count(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return cell.count(), int


def _non_null_proportion(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return cell.count() / pl.len(), lambda share: 0 if share is None or math.isnan(share) else share


def _distinct_count(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return cell.drop_nulls().n_unique(), int


def _distinct_under(
    cell: pl.Expr, dtype: pl.DataType, threshold: int = 0, **_: Any
) -> tuple[pl.Expr, Finish]:
    return cell.drop_nulls().n_unique() < threshold, bool


def _unique_proportion(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    share = cell.drop_nulls().n_unique() / cell.count()
    return share, lambda found: 0 if found is None or math.isnan(found) else found


def _distinct(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return cell.unique().implode(), lambda cells: {_hashable(c) for c in cells}


def _hashable(cell: Any) -> Any:
    if isinstance(cell, dict):
        return tuple((k, _hashable(v)) for k, v in cell.items())
    return tuple(map(_hashable, cell)) if isinstance(cell, list) else cell


def _value_counts(
    cell: pl.Expr, dtype: pl.DataType, sort: str | None = "value", collate: str | None = None, **_: Any
) -> tuple[pl.Expr, Finish]:
    sort = sort or "value"
    if sort not in ("value", "count", "none"):
        raise ValueError("sort must be either 'value', 'count', or 'none'")
    if collate is not None:
        raise ValueError("collate parameter is not supported by PolarsExecutionEngine")

    def finish(pairs: list[dict[str, Any]]) -> pd.Series:
        found = [tuple(pair.values()) for pair in pairs]
        if sort != "none":
            found.sort(key=lambda pair: pair[sort == "count"])
        values = pd.Index(
            [_hashable(value) for value, _ in found], dtype=object, name="value", tupleize_cols=False
        )
        return pd.Series([n for _, n in found], index=values, name="count", dtype="int64")

    return cell.drop_nulls().value_counts().implode(), finish


def _most_common(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
    return cell.drop_nulls().mode().implode(), lambda cells: sorted(cells)


def _quantiles(
    cell: pl.Expr, dtype: pl.DataType, quantiles: Any = (), allow_relative_error: Any = False, **_: Any
) -> tuple[pl.Expr, Finish]:
    how: Any = allow_relative_error or "nearest"
    if how not in _INTERPOLATIONS:
        raise ValueError(f"allow_relative_error must be one of {_INTERPOLATIONS}, not {how!r}")
    if how == "nearest":
        ranked = _ranked(cell, dtype)
        parts = [ranked.get(_nearest(cell.count() - 1, q), null_on_oob=True) for q in quantiles]
    else:
        parts = [_of_numbers(cell, dtype, "quantiles").quantile(q, how) for q in quantiles]
    return pl.concat_list(parts).first(), lambda cells: [_or_nan(c) for c in cells]


def _ranked(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    is_ordered = dtype.is_temporal()
    return (cell if is_ordered else _of_numbers(cell, dtype, "quantiles")).drop_nulls().sort()


def _nearest(last: pl.Expr, quantile: float) -> pl.Expr:
    """The place of a quantile among sorted cells; halfway between two it is the even one, as in numpy."""
    place = last.cast(pl.Float64) * quantile
    below = place.floor()
    over = place - below
    up = (over > 0.5) | ((over == 0.5) & (below % 2 == 1))
    return (below + up.cast(pl.Float64)).cast(pl.Int64)


def _length(pick: Callable[[pl.Expr], pl.Expr]) -> Aggregate:
    def aggregate(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
        return pick(text_length(cell, dtype)), _same

    return aggregate


def _not_in_set(only_count: bool) -> Aggregate:
    def aggregate(
        cell: pl.Expr, dtype: pl.DataType, value_set: Any = (), limit: int | None = None, **_: Any
    ) -> Any:
        expected = set(members(value_set or (), dtype, "column.distinct_values.not_in_set").to_list())

        def finish(cells: list[Any]) -> Any:
            left = sorted(c for c in cells if c not in expected)
            return len(left) if only_count else left[: limit or _MAX_DISTINCT_VALUES]

        return _as_members(cell, dtype).drop_nulls().unique().implode(), finish

    return aggregate


def _missing_from_column(only_count: bool) -> Aggregate:
    def aggregate(
        cell: pl.Expr, dtype: pl.DataType, value_set: Any = (), limit: int | None = None, **_: Any
    ) -> Any:
        def finish(cells: list[Any]) -> Any:
            held = set(cells)
            left = [v for v in dict.fromkeys(value_set or ()) if _as_held(v, dtype) not in held]
            return len(left) if only_count else left[: limit or _MAX_DISTINCT_VALUES]

        return _as_members(cell, dtype).drop_nulls().unique().implode(), finish

    return aggregate


def _as_held(value: Any, dtype: pl.DataType) -> Any:
    """The value as the column would hold it; itself where the column cannot."""
    try:
        return comparable(value, dtype)
    except (TypeError, ValueError):
        return value


def _as_members(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return cell.cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else cell


AGGREGATES: dict[str, Aggregate] = {
    "column.distinct_values": _distinct,
    "column.distinct_values.count": _distinct_count,
    "column.distinct_values.count.under_threshold": _distinct_under,
    "column.distinct_values.missing_from_column": _missing_from_column(only_count=False),
    "column.distinct_values.missing_from_column.count": _missing_from_column(only_count=True),
    "column.distinct_values.not_in_set": _not_in_set(only_count=False),
    "column.distinct_values.not_in_set.count": _not_in_set(only_count=True),
    "column.max": _max,
    "column.mean": _mean,
    "column.median": _median,
    "column.min": _min,
    "column.most_common_value": _most_common,
    "column.non_null_count": _non_null_count,
    "column.non_null_proportion": _non_null_proportion,
    "column.quantile_values": _quantiles,
    "column.standard_deviation": _deviation,
    "column.sum": _sum,
    "column.unique_proportion": _unique_proportion,
    "column.value_counts": _value_counts,
    "column_values.length.max": _length(pl.Expr.max),
    "column_values.length.min": _length(pl.Expr.min),
}


def aggregated(aggregate: Aggregate) -> Callable[..., Scalar]:
    """What a metric asks of the query for an aggregate of one column."""

    def answer(
        engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any], _: Any
    ) -> Scalar:
        (name,) = engine.resolved_names([domain["column"]], domain)
        dtype = engine.schema_of(domain)[name]
        value, finish = aggregate(without_nan(pl.col(name), dtype), dtype, **values)
        return Scalar(engine.domain_of(domain), value, finish)

    return answer


def register_aggregates() -> None:
    """Registers every aggregate of this module."""
    for metric, aggregate in AGGREGATES.items():
        register(metric, aggregated(aggregate))
