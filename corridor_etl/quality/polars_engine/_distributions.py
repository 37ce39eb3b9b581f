"""Histograms, partitions and counts that are made of other metrics.

A partition of a column needs its quantiles first, so an expectation over distributions runs two queries: the first
finds the bins, the second counts what is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from great_expectations.expectations.metrics.column_aggregate_metrics.column_descriptive_stats import (
    DescriptiveStats,
)
from great_expectations.expectations.metrics.column_aggregate_metrics.column_partition import (
    _get_column_partition_using_metrics,
)

from corridor_etl.quality.polars_engine._aggregates import Finish, aggregated
from corridor_etl.quality.polars_engine._column_checks import CELL_CHECKS
from corridor_etl.quality.polars_engine._registration import register
from corridor_etl.quality.polars_engine._types import comparable

Needs = dict[str, dict[str, Any] | None]
_STATISTICS = {
    "min": "column.min",
    "max": "column.max",
    "mean": "column.mean",
    "standard_deviation": "column.standard_deviation",
}


def _histogram(
    cell: pl.Expr, dtype: pl.DataType, bins: Sequence[Any] = (), **_: Any
) -> tuple[pl.Expr, Finish]:
    """How many cells lie between each edge and the next; the last bin holds its upper edge too."""
    if not dtype.is_numeric() and not dtype.is_temporal():
        raise TypeError(f"a column of type {dtype} has no histogram")
    edges = [
        pl.lit(comparable(edge.item() if isinstance(edge, np.generic) else edge, dtype)) for edge in bins
    ]
    closed = [False] * (len(edges) - 2) + [True]
    counts = [
        ((cell >= low) & ((cell <= high) if is_last else (cell < high))).sum()
        for low, high, is_last in zip(edges, edges[1:], closed, strict=False)
    ]
    return pl.concat_list([n.cast(pl.Int64) for n in counts]).first(), lambda found: found


def _between_count(cell: pl.Expr, dtype: pl.DataType, **values: Any) -> tuple[pl.Expr, Finish]:
    return CELL_CHECKS["column_values.between"](cell, dtype, **values).sum(), lambda n: int(n or 0)


def _count_of(expected: bool) -> Callable[..., tuple[pl.Expr, Finish]]:
    def aggregate(cell: pl.Expr, dtype: pl.DataType, **_: Any) -> tuple[pl.Expr, Finish]:
        return (cell.count() if expected else cell.null_count()), int

    return aggregate


def _check_count(metric: str) -> Callable[..., tuple[pl.Expr, Finish]]:
    def aggregate(cell: pl.Expr, dtype: pl.DataType, **values: Any) -> tuple[pl.Expr, Finish]:
        return (CELL_CHECKS[metric](cell, dtype, **values) & cell.is_not_null()).sum(), lambda n: int(n or 0)

    return aggregate


def _partition_needs(values: Mapping[str, Any]) -> Needs:
    bins, n_bins = values.get("bins", "uniform"), values.get("n_bins", 10)
    error = values.get("allow_relative_error", False)
    if bins == "uniform":
        return {"column.min": {}, "column.max": {}}
    if bins in ("ntile", "quantile", "percentile"):
        quantiles = np.linspace(start=0, stop=1, num=n_bins + 1).tolist()
        return {"column.quantile_values": {"quantiles": quantiles, "allow_relative_error": error}}
    if bins == "auto":
        quartiles = {"quantiles": (0.0, 0.25, 0.75, 1.0), "allow_relative_error": error}
        return {"column_values.nonnull.count": {}, "column.quantile_values": quartiles}
    raise ValueError("Invalid parameter for bins argument")


def _partition(engine: Any, domain: Any, values: dict[str, Any], metrics: dict[str, Any]) -> Any:
    return _get_column_partition_using_metrics(
        bins=values.get("bins", "uniform"), n_bins=values.get("n_bins", 10), _metrics=metrics
    )


def _statistics(engine: Any, domain: Any, values: Any, metrics: dict[str, Any]) -> DescriptiveStats:
    return DescriptiveStats(**{name: metrics[metric] for name, metric in _STATISTICS.items()})


def register_distributions() -> None:
    """Registers every metric of this module."""
    register("column.histogram", aggregated(_histogram))
    register("column.partition", _partition, needs=_partition_needs)
    register(
        "column.descriptive_stats", _statistics, needs=lambda _: {name: {} for name in _STATISTICS.values()}
    )
    register("column_values.between.count", aggregated(_between_count))
    register("column_values.nonnull.count", aggregated(_count_of(expected=True)))
    register("column_values.null.count", aggregated(_count_of(expected=False)))
    for metric in ("column_values.match_regex", "column_values.not_match_regex"):
        register(f"{metric}.count", aggregated(_check_count(metric)))
