"""Tells Great Expectations which function answers a metric on Polars.

A metric keeps the domain keys, value keys and defaults of its stock definition; only its dependencies are our own,
because metrics that depend on nothing are asked together and so end up in one query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from great_expectations.expectations import registry
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration

from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

Answer = Callable[..., Any]
_COLUMN_KEYS = ("batch_id", "table", "column", "row_condition", "condition_parser")


def register(
    name: str,
    answer: Answer,
    *,
    needs: Callable[[Mapping[str, Any]], dict[str, dict[str, Any] | None]] | None = None,
    domain_keys: tuple[str, ...] = _COLUMN_KEYS,
    value_keys: tuple[str, ...] = (),
) -> None:
    """Registers ``answer(engine, domain_kwargs, value_kwargs, metrics)`` for a metric.

    ``needs`` gives, from the metric's values, the names of metrics over the same domain that must be known first,
    with their values (None: the metric's own). Keys given here count only where Great Expectations has no metric
    of this name.
    """
    stock = registry._registered_metrics.get(name, {})

    def provider(
        *, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, metrics: Any, **_: Any
    ) -> Any:
        return answer(execution_engine, dict(metric_domain_kwargs), dict(metric_value_kwargs or {}), metrics)

    domain_keys = stock.get("metric_domain_keys", domain_keys)
    value_keys = stock.get("metric_value_keys", value_keys)
    members = {
        "__doc__": f"{name} on Polars.",
        "domain_keys": domain_keys,
        "value_keys": value_keys,
        "default_kwarg_values": stock.get("default_kwarg_values", {}),
        "_get_evaluation_dependencies": classmethod(_dependencies(needs)),
    }
    registry.register_metric(
        metric_name=name,
        metric_domain_keys=domain_keys,
        metric_value_keys=value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=type("PolarsMetric", (MetricProvider,), members),
        metric_provider=provider,
    )


def _dependencies(needs: Callable[[Mapping[str, Any]], dict[str, Any]] | None) -> Callable[..., Any]:
    def dependencies(cls: type, metric: MetricConfiguration, **_: Any) -> dict[str, MetricConfiguration]:
        wanted = needs(metric.metric_value_kwargs or {}) if needs else {}
        return {
            name: MetricConfiguration(
                metric_name=name,
                metric_domain_kwargs=metric.metric_domain_kwargs,
                metric_value_kwargs=metric.metric_value_kwargs if values is None else values,
            )
            for name, values in wanted.items()
        }

    return dependencies
