"""The metrics that follow from one yes or no per row: how many rows are unexpected, which, and with what values.

A check is written once, as an expression; everything Great Expectations asks about it is derived here. The checks
themselves are in ``_column_checks`` and ``_record_checks``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
from great_expectations.constants import MAX_RESULT_RECORDS

from corridor_etl.quality.polars_engine._asks import (
    ROW,
    JudgedCount,
    RowCheck,
    UnexpectedCount,
    UnexpectedRows,
)
from corridor_etl.quality.polars_engine._registration import register
from corridor_etl.quality.polars_engine._types import in_pandas, storable
from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

Checker = Callable[[PolarsExecutionEngine, dict[str, Any], dict[str, Any]], RowCheck]
_INDEX_MISSING = (
    'Error: The unexpected_index_column "{column_name:s}" does not exist in Dataframe. '
    "Please check your configuration and try again."
)


def register_check(
    name: str, checker: Checker, *, domain_keys: tuple[str, ...] = (), value_keys: tuple[str, ...] = ()
) -> None:
    """Registers every metric of a check, each asking the query for its part of the answer."""
    for suffix, ask in _PARTS.items():
        keys = value_keys if suffix in ("condition", "unexpected_count") else (*value_keys, "result_format")
        register(f"{name}.{suffix}", _part(name, checker, ask), domain_keys=domain_keys, value_keys=keys)


def _part(name: str, checker: Checker, ask: Callable[..., Any]) -> Callable[..., Any]:
    def answer(engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any], _: Any) -> Any:
        result_format = values.pop("result_format", None) or {}
        question = key_of(name, sorted(domain.items()), sorted(values.items()))
        check = engine.once(question, lambda: checker(engine, domain, values))
        return ask(engine, domain, check, result_format)

    return answer


def _condition(engine: Any, domain: Any, check: RowCheck, result_format: Any) -> RowCheck:
    return check


def _count(engine: Any, domain: Any, check: RowCheck, result_format: Any) -> UnexpectedCount:
    return UnexpectedCount(check)


def _judged(engine: Any, domain: Any, check: RowCheck, result_format: Any) -> JudgedCount:
    return JudgedCount(check)


def _values(
    engine: Any, domain: dict[str, Any], check: RowCheck, result_format: dict[str, Any]
) -> UnexpectedRows | list[Any]:
    if _capped(result_format) == 0:
        return []  # no rows are asked for, and to make none of each rule takes time

    def finish(rows: pl.DataFrame) -> list[Any]:
        rows = storable(rows)
        if "column_list" in domain:
            return list(rows.select(check.columns).iter_rows(named=True))
        cells = [rows[name].to_list() for name in check.columns]
        return list(zip(*cells, strict=True)) if "column_A" in domain else cells[0]

    return UnexpectedRows(check, check.columns, _capped(result_format), finish)


def _value_counts(engine: Any, domain: Any, check: RowCheck, result_format: Any) -> UnexpectedRows:
    def finish(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.group_by(check.columns, maintain_order=True).agg(pl.len().alias("count"))

    return UnexpectedRows(check, check.columns, None, finish)


def _index(
    engine: PolarsExecutionEngine, domain: dict[str, Any], check: RowCheck, result_format: dict[str, Any]
) -> UnexpectedRows:
    keys = engine.resolved_names(
        result_format.get("unexpected_index_column_names") or (), domain, _INDEX_MISSING
    )
    excludes_values = bool(result_format.get("exclude_unexpected_values", False))
    columns = tuple(dict.fromkeys((*check.columns, *keys)))

    def finish(rows: pl.DataFrame) -> list[Any]:
        if not keys:
            return rows[ROW].to_list()
        rows = storable(rows)
        if excludes_values and not rows.is_empty():
            return [rows.select(keys).to_dict(as_series=False)]
        return list(rows.select(columns).iter_rows(named=True))

    return UnexpectedRows(check, columns, _uncapped(result_format), finish)


def _index_query(
    engine: Any, domain: Any, check: RowCheck, result_format: dict[str, Any]
) -> UnexpectedRows | None:
    """A Polars expression that gives the unexpected rows of the batch, by their positions."""
    if result_format.get("return_unexpected_index_query") is False:
        return None

    def finish(rows: pl.DataFrame) -> str:
        return f"df.filter(pl.int_range(pl.len()).is_in({rows[ROW].to_list()}))"

    return UnexpectedRows(check, (), None, finish)


def _rows(
    engine: PolarsExecutionEngine, domain: dict[str, Any], check: RowCheck, result_format: dict[str, Any]
) -> UnexpectedRows:
    """The rows in full, at their positions. Great Expectations stores them as a pandas frame, of at most 200 rows."""
    columns = tuple(engine.schema_of(domain))

    def finish(rows: pl.DataFrame) -> pd.DataFrame:
        return in_pandas(storable(rows.select(columns)), rows[ROW].to_list())

    return UnexpectedRows(check, columns, _capped(result_format), finish)


_PARTS: dict[str, Callable[..., Any]] = {
    "condition": _condition,
    "unexpected_count": _count,
    "unexpected_values": _values,
    "unexpected_value_counts": _value_counts,
    "unexpected_index_list": _index,
    "unexpected_index_query": _index_query,
    "unexpected_rows": _rows,
    "filtered_row_count": _judged,
}


def _uncapped(result_format: dict[str, Any]) -> int | None:
    return None if result_format["result_format"] == "COMPLETE" else result_format["partial_unexpected_count"]


def _capped(result_format: dict[str, Any]) -> int:
    limit = _uncapped(result_format)
    return MAX_RESULT_RECORDS if limit is None else min(limit, MAX_RESULT_RECORDS)


def key_of(name: str, *parts: Any) -> str:
    """A name that is the same for the same question and differs for another."""
    return "|".join(itertools.chain([name], map(repr, parts)))
