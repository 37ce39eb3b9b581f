"""Great Expectations on Polars: an execution engine, its metrics and a fluent data source.

Importing this package registers all of it: ``context.data_sources.add_polars("staged")`` then works, and projects that
use it can be loaded from disk. It imports nothing of the project around it; README.md says what is supported and what
null, NaN and each data type mean.
"""

from __future__ import annotations

from corridor_etl.quality.polars_engine._aggregates import register_aggregates
from corridor_etl.quality.polars_engine._column_checks import register_column_checks
from corridor_etl.quality.polars_engine._distributions import register_distributions
from corridor_etl.quality.polars_engine._failing import FailingRows, KeptRows, keeping_failing_rows
from corridor_etl.quality.polars_engine._record_checks import register_record_check, register_record_checks
from corridor_etl.quality.polars_engine._table_metrics import register_table_metrics
from corridor_etl.quality.polars_engine._type_expectations import extend_type_expectations
from corridor_etl.quality.polars_engine.datasource import (
    DataFrameAsset,
    LazyFrameAsset,
    ParquetAsset,
    PolarsDatasource,
)
from corridor_etl.quality.polars_engine.engine import PolarsBatchData, PolarsExecutionEngine

__all__ = [
    "DataFrameAsset",
    "FailingRows",
    "KeptRows",
    "LazyFrameAsset",
    "ParquetAsset",
    "PolarsBatchData",
    "PolarsDatasource",
    "PolarsExecutionEngine",
    "keeping_failing_rows",
    "register_record_check",
]

register_aggregates()
register_column_checks()
register_distributions()
register_record_checks()
register_table_metrics()
extend_type_expectations()
