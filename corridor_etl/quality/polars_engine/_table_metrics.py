"""Metrics of the whole batch: its columns, their types, how many rows, the first of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor_etl.quality.polars_engine._asks import Rows, Scalar
from corridor_etl.quality.polars_engine._registration import register
from corridor_etl.quality.polars_engine._types import in_pandas
from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

_HEAD_ROWS = 5


def _column_types(
    engine: PolarsExecutionEngine, domain: dict[str, Any], values: Any, _: Any
) -> list[dict[str, Any]]:
    return [{"name": name, "type": dtype} for name, dtype in engine.schema_of(domain).items()]


def _columns(engine: PolarsExecutionEngine, domain: dict[str, Any], values: Any, _: Any) -> list[str]:
    return list(engine.schema_of(domain))


def _column_count(engine: PolarsExecutionEngine, domain: dict[str, Any], values: Any, _: Any) -> int:
    return len(engine.schema_of(domain))


def _row_count(engine: PolarsExecutionEngine, domain: dict[str, Any], values: Any, _: Any) -> Scalar:
    return Scalar(engine.domain_of(domain), pl.len(), int)


def _head(engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any], _: Any) -> Rows:
    asked = engine.domain_of(domain).condition
    n = values.get("n_rows")
    limit = None if values.get("fetch_all") else _HEAD_ROWS if n is None else n

    def plan(frame: pl.LazyFrame) -> pl.LazyFrame:
        rows = frame if asked is None else frame.filter(asked)
        if limit is None or limit >= 0:
            return rows if limit is None else rows.head(limit)
        return rows.reverse().slice(-limit).reverse()

    return Rows(plan, in_pandas)


def register_table_metrics() -> None:
    """Registers every metric of this module."""
    register("table.column_types", _column_types)
    register("table.columns", _columns)
    register("table.column_count", _column_count)
    register("table.row_count", _row_count)
    register("table.head", _head)
