"""The execution engine: holds the batch as a lazy frame and resolves all metrics of a suite in one query.

Great Expectations hands over metrics in rounds, as their dependencies become known. Metrics that only describe the
question are answered at once; those that need data wait until nothing else can be answered, and then run together.
Metrics themselves are registered by the modules beside this one.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import great_expectations.exceptions as gx_exceptions
import polars as pl
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import BatchSpec, RuntimeDataBatchSpec
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.metrics.util import get_dbms_compatible_column_names
from great_expectations.expectations.registry import get_metric_provider
from great_expectations.expectations.row_conditions import Condition, deserialize_row_condition

from corridor_etl.quality.polars_engine import _conditions
from corridor_etl.quality.polars_engine._asks import (
    Ask,
    Domain,
    JudgedCount,
    Rows,
    Scalar,
    UnexpectedCount,
    UnexpectedRows,
)
from corridor_etl.quality.polars_engine._failing import keeper
from corridor_etl.quality.polars_engine._query import FusedQuery

Frame = pl.DataFrame | pl.LazyFrame
# these compare a cell with all others, or rank them: Polars holds the columns they read, however large the frame is
HOLDS_ITS_COLUMNS = (
    "column.distinct_values",
    "column.median",
    "column.most_common_value",
    "column.quantile_values",
    "column.unique_proportion",
    "column.value_counts",
    "column_values.decreasing",
    "column_values.increasing",
    "column_values.not_outliers",
    "column_values.unique",
    "column_values.z_score",
    "compound_columns.unique",
)
_ASKS = (Scalar, UnexpectedCount, JudgedCount, UnexpectedRows, Rows)
_logger = logging.getLogger(__name__)


class PolarsBatchData(BatchData):
    """A batch as a lazy frame. ``is_lazy`` is false when the rows are already in memory."""

    def __init__(self, execution_engine: PolarsExecutionEngine, frame: Frame) -> None:
        super().__init__(execution_engine=execution_engine)
        self.is_lazy = isinstance(frame, pl.LazyFrame)
        self.frame = frame.lazy()
        self.schema: dict[str, pl.DataType] = dict(self.frame.collect_schema())

    def head(self, n: int = 5) -> pl.DataFrame:
        """The first rows."""
        return self.frame.head(n).collect()


class PolarsExecutionEngine(ExecutionEngine[pl.Expr]):
    """Runs expectations on ``polars.DataFrame`` and ``polars.LazyFrame``.

    Nothing is handed to pandas and no Python code runs per row: a metric without a Polars implementation raises
    ``MetricProviderError`` with its name. ``queries_run`` counts the fused queries, one per suite unless a metric
    needs the value of another first.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._answered: dict[Hashable, Any] = {}
        self._refused: dict[Hashable, Exception] = {}
        self._asks: dict[Hashable, Any] = {}
        self.queries_run = 0
        super().__init__(*args, **kwargs)

    def load_batch_data(self, batch_id: str, batch_data: PolarsBatchData | Frame) -> None:
        """Makes the batch the active one. What was computed for an earlier frame is forgotten."""
        if isinstance(batch_data, (pl.DataFrame, pl.LazyFrame)):
            batch_data = PolarsBatchData(self, batch_data)
        elif not isinstance(batch_data, PolarsBatchData):
            raise gx_exceptions.GreatExpectationsError(
                f"PolarsExecutionEngine needs a polars DataFrame or LazyFrame, not {type(batch_data).__name__}."
            )
        if self.batch_manager.batch_data_cache.get(batch_id) is not batch_data:
            self.forget()
        super().load_batch_data(batch_id=batch_id, batch_data=batch_data)

    def forget(self) -> None:
        """Drops every computed metric and with them the failing rows."""
        for held in (self._answered, self._refused, self._asks):
            held.clear()
        if self._caching:
            self._metric_cache.clear()

    def once(self, question: Hashable, make: Callable[[], Any]) -> Any:
        """What ``make`` gives for a question, made once per batch."""
        if question not in self._asks:
            self._asks[question] = make()
        return self._asks[question]

    def get_batch_data_and_markers(self, batch_spec: BatchSpec) -> tuple[PolarsBatchData, BatchMarkers]:
        """The batch of a runtime specification, whose ``batch_data`` is a frame."""
        if not isinstance(batch_spec, RuntimeDataBatchSpec):
            raise gx_exceptions.BatchSpecError(
                f"PolarsExecutionEngine reads frames given at run time, not {type(batch_spec).__name__}."
            )
        given = batch_spec.batch_data
        data = given if isinstance(given, PolarsBatchData) else PolarsBatchData(self, given)
        batch_spec.batch_data = "PolarsFrame"
        now = dt.datetime.now(dt.UTC)
        return data, BatchMarkers({"ge_load_time": now.strftime("%Y%m%dT%H%M%S.%fZ")})

    def batch_data_of(self, domain_kwargs: dict[str, Any]) -> PolarsBatchData:
        """The batch a domain names, or the active one."""
        if domain_kwargs.get("table"):
            raise ValueError("PolarsExecutionEngine does not support multiple named tables.")
        batch_id = domain_kwargs.get("batch_id")
        data = (
            self.batch_manager.active_batch_data
            if batch_id is None
            else self.batch_manager.batch_data_cache.get(batch_id)
        )
        if data is None:
            raise gx_exceptions.ValidationError(f"Unable to find batch with batch_id {batch_id}")
        return data

    def schema_of(self, domain_kwargs: dict[str, Any]) -> dict[str, pl.DataType]:
        """Column names and types of a domain's batch."""
        return self.batch_data_of(domain_kwargs).schema

    def resolved_names(
        self, names: Sequence[str], domain_kwargs: dict[str, Any], template: str | None = None
    ) -> list[str]:
        """The batch's own spelling of column names, which are matched without regard to case if need be."""
        columns = list(self.schema_of(domain_kwargs))
        extra = {"error_message_template": template} if template else {}
        return [
            n if n in columns else str(_one(get_dbms_compatible_column_names([n], columns, **extra)))
            for n in names
        ]

    def domain_of(self, domain_kwargs: dict[str, Any]) -> Domain:
        """The rows a domain's row condition leaves."""
        written = domain_kwargs.get("row_condition")
        if not written:
            return Domain()
        condition = deserialize_row_condition(written)
        schema = self.schema_of(domain_kwargs)
        if isinstance(condition, Condition):
            return Domain(repr(condition), _conditions.predicate(condition, schema))
        parser = domain_kwargs.get("condition_parser")
        return Domain(f"{parser}:{condition}", _conditions.parsed(str(condition), parser, schema))

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pl.LazyFrame:
        """The rows of a domain as a lazy frame."""
        condition = self.domain_of(domain_kwargs).condition
        frame = self.batch_data_of(domain_kwargs).frame
        return frame if condition is None else frame.filter(condition)

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[Any],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """Answers what needs no data, or else runs one query for all that is left.

        May answer fewer metrics than asked: the caller asks for the rest again, together with what has become
        askable. ``MetricResolutionError`` names a metric that fails; the others keep their values.
        """
        answers: dict[Any, Any] = {}
        asks: dict[Hashable, Ask] = {}
        configurations: dict[Hashable, Any] = {}
        for metric in metrics_to_resolve:
            configurations[metric.id] = metric
            answer = self._asked(metric, metrics or {}, runtime_configuration)
            (asks if isinstance(answer, _ASKS) else answers)[metric.id] = answer
        failed = [i for i in configurations if i in self._refused]
        if failed:
            error = self._refused[failed[0]]
            raise gx_exceptions.MetricResolutionError(
                message=str(error), failed_metrics=(configurations[failed[0]],)
            ) from error
        if answers or not asks:
            return answers
        self._run(asks, configurations)
        return self.resolve_metrics(configurations.values(), metrics, runtime_configuration)

    def _asked(
        self, metric: Any, metrics: dict[Any, Any], runtime_configuration: dict[str, Any] | None
    ) -> Any:
        if metric.id in self._answered:
            return self._answered[metric.id]
        if metric.id in self._refused:
            return None
        if metric.id in self._asks:
            return self._asks[metric.id]
        try:
            dependencies = self._get_computed_metric_evaluation_dependencies_by_metric_name(metric, metrics)
            provider_class, provider = get_metric_provider(metric.metric_name, self)
            answer = provider(
                cls=provider_class,
                execution_engine=self,
                metric_domain_kwargs=metric.metric_domain_kwargs,
                metric_value_kwargs=metric.metric_value_kwargs,
                metrics=dependencies,
                runtime_configuration=runtime_configuration,
            )
        except Exception as error:
            self._refused[metric.id] = error
            return None
        (self._asks if isinstance(answer, _ASKS) else self._answered)[metric.id] = answer
        return answer

    def _run(self, asks: dict[Hashable, Ask], configurations: dict[Hashable, Any]) -> None:
        """One query per batch; where it fails, each ask on its own, so that one bad rule spoils no other."""
        by_batch: dict[int, tuple[PolarsBatchData, dict[Hashable, Ask]]] = {}
        for name, ask in asks.items():
            data = self.batch_data_of(configurations[name].metric_domain_kwargs)
            by_batch.setdefault(id(data), (data, {}))[1][name] = ask
        for data, group in by_batch.values():
            if data.is_lazy:
                _say_what_is_held(configurations[name].metric_name for name in group)
            self._run_together(data, group)

    def _run_together(self, data: PolarsBatchData, asks: dict[Hashable, Ask]) -> None:
        try:
            self.queries_run += 1
            answers, errors = FusedQuery(data.frame, asks, is_lazy=data.is_lazy, kept=keeper()).collect()
        except Exception as error:
            self._run_apart(data, asks, error)
        else:
            self._answered.update(answers)
            self._refused.update(errors)

    def _run_apart(self, data: PolarsBatchData, asks: dict[Hashable, Ask], error: Exception) -> None:
        """Sets aside what Polars refuses to plan; if all can be planned, every ask runs alone."""
        if len(asks) == 1:
            self._refused.update(dict.fromkeys(asks, error))
            return
        _logger.info("The query of %d metrics failed, they are run apart: %s", len(asks), error)
        sound = {name: ask for name, ask in asks.items() if self._is_sound(data, name, ask)}
        groups = [sound] if len(sound) < len(asks) else [{name: ask} for name, ask in sound.items()]
        for group in groups:
            if group:
                self._run_together(data, group)

    def _is_sound(self, data: PolarsBatchData, name: Hashable, ask: Ask) -> bool:
        try:
            FusedQuery(data.frame, {name: ask}, is_lazy=data.is_lazy).schemas()
        except Exception as error:
            self._refused[name] = error
            return False
        return True

    def condition_to_filter_clause(self, condition: Condition) -> pl.Expr:
        """The predicate of a condition over the active batch."""
        return _conditions.predicate(condition, self.schema_of({}))

    _comparison_condition_to_filter_clause = condition_to_filter_clause
    _nullity_condition_to_filter_clause = condition_to_filter_clause
    _and_condition_to_filter_clause = condition_to_filter_clause
    _or_condition_to_filter_clause = condition_to_filter_clause


def _one(found: Any) -> Any:
    return found[0] if isinstance(found, list) else found


def _say_what_is_held(metric_names: Iterable[str]) -> None:
    held = sorted({h for name in metric_names for h in HOLDS_ITS_COLUMNS if name.startswith(h)})
    if held:
        _logger.warning(
            "These metrics hold the whole of the columns they read in memory: %s", ", ".join(held)
        )
