"""Contexts of Great Expectations and one way to validate the same cells on Polars and on stock pandas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import great_expectations as gx
import pandas as pd
import polars as pl
import pytest
from great_expectations.core import ExpectationSuite
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

import corridor_etl.quality.polars_engine  # noqa: F401 - registers the engine

COMPLETE = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


def make_context() -> Any:
    """A silent context of its own."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def batch_of(frame: Any, context: Any = None) -> Any:
    """The frame as a batch of a source of its kind."""
    sources = (context or make_context()).data_sources
    if isinstance(frame, pd.DataFrame):
        asset = sources.add_pandas("frames").add_dataframe_asset("rows")
    elif isinstance(frame, pl.LazyFrame):
        asset = sources.add_polars("frames").add_lazyframe_asset("rows")
    else:
        asset = sources.add_polars("frames").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})


def results_of(frame: Any, expectations: Sequence[Any], result_format: Any = COMPLETE) -> list[Any]:
    """The results in the order of the expectations; copies are validated, so that they can be used again."""
    copies = [e.copy(update={"meta": {"n": n}}) for n, e in enumerate(expectations)]
    suite = ExpectationSuite(name="suite", expectations=copies)
    results = batch_of(frame).validate(suite, result_format=result_format).results
    return sorted(results, key=lambda r: r.expectation_config.meta["n"])


def error_of(result: Any) -> str:
    """The message of the exception a result carries, or nothing."""
    info = result.exception_info
    records = [info, *(v for v in info.values() if isinstance(v, dict))]
    return next((str(r["exception_message"]) for r in records if r.get("raised_exception")), "")


@pytest.fixture
def validate() -> Callable[..., Any]:
    """Validates one expectation on a frame and gives its result."""

    def run(frame: Any, expectation: Any, result_format: Any = COMPLETE) -> Any:
        return results_of(frame, [expectation], result_format)[0]

    return run


@pytest.fixture
def validate_all() -> Callable[..., list[Any]]:
    """Validates expectations on a frame and gives their results in order."""
    return results_of


@pytest.fixture
def context() -> Any:
    """A silent context of its own."""
    return make_context()
