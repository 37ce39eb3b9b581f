"""Yes or no per cell of one column. Missing cells are not judged, except where missing is the question.

Each check is a function of the column, its type and the expectation's values; true means expected. A null answer
counts as unexpected. Checks over several columns are in ``_record_checks``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from corridor_etl.quality.polars_engine import _patterns
from corridor_etl.quality.polars_engine._asks import RowCheck
from corridor_etl.quality.polars_engine._row_metrics import key_of, register_check
from corridor_etl.quality.polars_engine._types import (
    as_text,
    comparable,
    every_row,
    is_missing,
    looked_up,
    members,
    without_nan,
)
from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

CellCheck = Callable[..., pl.Expr]


def bounded(value: pl.Expr, low: Any, high: Any, strict_min: bool | None, strict_max: bool | None) -> pl.Expr:
    """Whether a value lies between two bounds, of which one may be absent."""
    if low is None and high is None:
        raise ValueError("min_value and max_value cannot both be None")
    if low is not None and high is not None and low > high:
        raise ValueError("min_value cannot be greater than max_value")
    parts = []
    if low is not None:
        parts.append(value > pl.lit(low) if strict_min else value >= pl.lit(low))
    if high is not None:
        parts.append(value < pl.lit(high) if strict_max else value <= pl.lit(high))
    return reduce(and_, parts)


def _between(
    cell: pl.Expr, dtype: pl.DataType, min_value: Any = None, max_value: Any = None,
    strict_min: bool | None = None, strict_max: bool | None = None, **_: Any,
) -> pl.Expr:  # fmt: skip
    low, high = (None if v is None else comparable(v, dtype) for v in (min_value, max_value))
    text = cell.cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else cell
    return bounded(text, low, high, strict_min, strict_max)


def _in_set(cell: pl.Expr, dtype: pl.DataType, value_set: Sequence[Any] | None = None, **_: Any) -> pl.Expr:
    if value_set is None:
        return pl.lit(True)
    return looked_up(cell, dtype).is_in(members(value_set, dtype, "column_values.in_set"))


def _not_in_set(
    cell: pl.Expr, dtype: pl.DataType, value_set: Sequence[Any] | None = None, **_: Any
) -> pl.Expr:
    return pl.lit(True) if value_set is None else ~_in_set(cell, dtype, value_set)


def _unique(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> pl.Expr:
    return ~cell.is_duplicated()


def _in_order(cell: pl.Expr, dtype: pl.DataType, strictly: bool | None, rises: bool) -> pl.Expr:
    """Compares with the last cell before it that is not missing; the first one passes."""
    if dtype.is_nested():
        raise TypeError(f"a column of type {dtype} has no order")
    cell = without_nan(cell, dtype)
    before = cell.forward_fill().shift(1)
    low, high = (before, cell) if rises else (cell, before)
    return ((low < high) if strictly else (low <= high)) | before.is_null()


def _increasing(cell: pl.Expr, dtype: pl.DataType, strictly: bool | None = None, **_: Any) -> pl.Expr:
    return _in_order(cell, dtype, strictly, rises=True)


def _decreasing(cell: pl.Expr, dtype: pl.DataType, strictly: bool | None = None, **_: Any) -> pl.Expr:
    return _in_order(cell, dtype, strictly, rises=False)


def text_length(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Characters of the cell as text."""
    return as_text(cell, dtype, "column_values.value_length").str.len_chars()


def _length_between(
    cell: pl.Expr, dtype: pl.DataType, min_value: int | None = None, max_value: int | None = None,
    strict_min: bool | None = None, strict_max: bool | None = None, **_: Any,
) -> pl.Expr:  # fmt: skip
    return bounded(text_length(cell, dtype), min_value, max_value, strict_min, strict_max)


def _length_equals(cell: pl.Expr, dtype: pl.DataType, value: int = 0, **_: Any) -> pl.Expr:
    return text_length(cell, dtype) == value


def _matching(
    cell: pl.Expr, dtype: pl.DataType, patterns: Sequence[str], metric: str, match_on: str
) -> pl.Expr:
    if match_on not in ("any", "all"):
        raise ValueError("match_on must be either 'any' or 'all'")
    if not patterns:
        raise ValueError(f"{metric}: at least one pattern is needed")
    text = as_text(cell, dtype, metric)
    return reduce(or_ if match_on == "any" else and_, [text.str.contains(p) for p in patterns])


def _regex(cell: pl.Expr, dtype: pl.DataType, regex: str = "", **_: Any) -> pl.Expr:
    return _matching(cell, dtype, [_patterns.checked(regex)], "column_values.match_regex", "any")


def _not_regex(cell: pl.Expr, dtype: pl.DataType, regex: str = "", **_: Any) -> pl.Expr:
    return ~_regex(cell, dtype, regex)


def _regexes(
    cell: pl.Expr, dtype: pl.DataType, regex_list: Sequence[str] = (), match_on: str | None = None, **_: Any
) -> pl.Expr:
    patterns = [_patterns.checked(r) for r in regex_list]
    return _matching(cell, dtype, patterns, "column_values.match_regex_list", match_on or "any")


def _not_regexes(cell: pl.Expr, dtype: pl.DataType, regex_list: Sequence[str] = (), **_: Any) -> pl.Expr:
    return ~_regexes(cell, dtype, regex_list)


def _like(
    cell: pl.Expr, dtype: pl.DataType, like_pattern: str = "", escape: str | None = None, **_: Any
) -> pl.Expr:
    return _matching(
        cell, dtype, [_patterns.of_like(like_pattern, escape)], "column_values.match_like_pattern", "any"
    )


def _not_like(
    cell: pl.Expr, dtype: pl.DataType, like_pattern: str = "", escape: str | None = None, **_: Any
) -> pl.Expr:
    return ~_like(cell, dtype, like_pattern, escape)


def _likes(
    cell: pl.Expr, dtype: pl.DataType, like_pattern_list: Sequence[str] = (), match_on: str | None = None,
    escape: str | None = None, **_: Any,
) -> pl.Expr:  # fmt: skip
    patterns = [_patterns.of_like(p, escape) for p in like_pattern_list]
    return _matching(cell, dtype, patterns, "column_values.match_like_pattern_list", match_on or "any")


def _not_likes(
    cell: pl.Expr,
    dtype: pl.DataType,
    like_pattern_list: Sequence[str] = (),
    escape: str | None = None,
    **_: Any,
) -> pl.Expr:
    return ~_likes(cell, dtype, like_pattern_list, escape=escape)


def _strftime(cell: pl.Expr, dtype: pl.DataType, strftime_format: str = "", **_: Any) -> pl.Expr:
    if dtype != pl.String:
        raise TypeError(
            "Values passed to expect_column_values_to_match_strftime_format must be of type string.\n"
            "If you want to validate a column of dates or timestamps, please call the expectation before "
            "converting from string format."
        )
    return _patterns.parses(cell, strftime_format)


def _json(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> pl.Expr:
    if dtype != pl.String:
        return pl.lit(False)
    # the path "$" gives null for text that is not JSON, and for the JSON null
    return cell.str.json_path_match("$").is_not_null() | (cell.str.strip_chars(" \t\r\n") == "null")


def _number(cell: pl.Expr, dtype: pl.DataType, message: str) -> pl.Expr:
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
        raise TypeError(message)
    return without_nan(cell.cast(pl.Float64), pl.Float64())


def _z_score(
    cell: pl.Expr,
    dtype: pl.DataType,
    threshold: float | None = None,
    double_sided: bool | None = True,
    **_: Any,
) -> pl.Expr:
    value = _number(cell, dtype, "Cannot complete Z-score calculations on a non-numerical column.")
    if threshold is None:
        raise ValueError("column_values.z_score.under_threshold needs a threshold")
    spread = value.std()
    score = (value - value.mean()) / spread
    under = score.abs() < abs(threshold) if double_sided else score < threshold
    # no spread, no outlier: fewer than two values, equal values, or an infinity among them
    return (spread.is_null() | (spread == 0) | score.is_nan()) | under


def _not_outlier(
    cell: pl.Expr, dtype: pl.DataType, method: str | None = None, multiplier: float | None = None, **_: Any
) -> pl.Expr:
    value = _number(cell, dtype, "Cannot detect outliers in a non-numerical column.")
    reach = 1.5 if multiplier is None else multiplier
    if method in (None, "iqr"):
        low, high = value.quantile(0.25, "linear"), value.quantile(0.75, "linear")
        spread = high - low
        within = (value >= low - reach * spread) & (value <= high + reach * spread)
        return within | ~_is_finite(low) | ~_is_finite(high)
    if method != "std":
        raise NotImplementedError(f"method {method!r} has not been implemented")
    centre, spread = value.mean(), value.std()
    within = (
        pl.when(reach * spread <= 0).then(value == centre).otherwise((value - centre).abs() < reach * spread)
    )
    return within | ~_is_finite(centre) | ~_is_finite(spread)


def _is_finite(value: pl.Expr) -> pl.Expr:
    return value.fill_null(math.nan).is_finite()


CELL_CHECKS: dict[str, CellCheck] = {
    "column_values.between": _between,
    "column_values.decreasing": _decreasing,
    "column_values.in_set": _in_set,
    "column_values.increasing": _increasing,
    "column_values.json_parseable": _json,
    "column_values.match_like_pattern": _like,
    "column_values.match_like_pattern_list": _likes,
    "column_values.match_regex": _regex,
    "column_values.match_regex_list": _regexes,
    "column_values.match_strftime_format": _strftime,
    "column_values.not_in_set": _not_in_set,
    "column_values.not_match_like_pattern": _not_like,
    "column_values.not_match_like_pattern_list": _not_likes,
    "column_values.not_match_regex": _not_regex,
    "column_values.not_match_regex_list": _not_regexes,
    "column_values.not_outliers": _not_outlier,
    "column_values.unique": _unique,
    "column_values.value_length.between": _length_between,
    "column_values.value_length.equals": _length_equals,
    "column_values.z_score.under_threshold": _z_score,
}


def cell_check(
    metric: str, check: CellCheck
) -> Callable[[PolarsExecutionEngine, dict[str, Any], dict[str, Any]], RowCheck]:
    """A checker of one column from a check of its cells."""

    def checker(engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any]) -> RowCheck:
        (name,) = engine.resolved_names([domain["column"]], domain)
        dtype = engine.schema_of(domain)[name]
        asked = engine.domain_of(domain)
        judged = ~is_missing(name, dtype)
        # order and statistics run over all cells of the domain, so the check sees missing cells as null
        expected = check(without_nan(pl.col(name), dtype), dtype, **values)
        return RowCheck(
            key_of(metric, name, values, asked.key),
            asked,
            (name,),
            judged,
            judged & ~expected.fill_null(False),
        )

    return checker


def _nullity(metric: str, wants_missing: bool) -> Callable[..., RowCheck]:
    def checker(engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any]) -> RowCheck:
        (name,) = engine.resolved_names([domain["column"]], domain)
        missing = is_missing(name, engine.schema_of(domain)[name])
        asked = engine.domain_of(domain)
        unexpected = ~missing if wants_missing else missing
        return RowCheck(key_of(metric, name, asked.key), asked, (name,), every_row(missing), unexpected)

    return checker


def register_column_checks() -> None:
    """Registers every check of this module."""
    for metric, check in CELL_CHECKS.items():
        register_check(metric, cell_check(metric, check))
    register_check("column_values.null", _nullity("column_values.null", wants_missing=True))
    register_check("column_values.nonnull", _nullity("column_values.nonnull", wants_missing=False))
