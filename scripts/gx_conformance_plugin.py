"""A pytest plugin that runs Great Expectations' own tests of the pandas data frame source on the Polars engine.

It keeps the cases that run on a pandas frame, hands each of them a Polars frame with the same cells, and ends with how
many passed, failed and were skipped, and why. The tests themselves are read from the sdist and left as they are.
"""

from __future__ import annotations

import locale
from collections import Counter
from collections.abc import Generator
from typing import Any

import pandas as pd
import polars as pl
import pytest

import corridor_etl.quality.polars_engine  # noqa: F401 - registers the engine

_SOURCE = "pandas-data-frame"
_NO_PANDAS_QUERY = (
    "the row_condition is text in the query language of pandas, which another engine cannot run"
)
_PANDAS_DTYPES = (
    "asserts pandas dtypes (object, nullable Int64, datetime64[, str) that a Polars frame does not have"
)
_PER_ROW = "reads one value at a time in Python; the engine runs no Python per row"
_PER_VALUE_TYPES = "asserts rows of single values of a wrong type, which only a pandas object column can hold"
_NOT_APPLICABLE: dict[str, str] = {
    "__pandas_row_condition[text-": _NO_PANDAS_QUERY,
    "__pandas_row_condition[number-": _NO_PANDAS_QUERY,
    "__pandas_row_condition[datetime.": _NO_PANDAS_QUERY,
    "__pandas_row_condition[condition-pass-through": _NO_PANDAS_QUERY,
    "test_row_condition_filtering_pandas[pandas-data-frame-age_filter_success": _NO_PANDAS_QUERY,
    "test_row_condition_filtering_compound_conditions_pandas_only": _NO_PANDAS_QUERY,
    "test_expect_column_type_to_be.py::test_success_object_dtype": _PANDAS_DTYPES,
    "[pandas-data-frame-Int64-not-int64]": _PANDAS_DTYPES,
    "[pandas-data-frame-int64-not-Int64]": _PANDAS_DTYPES,
    "test_unitless_datetime64_matches_any_resolution": _PANDAS_DTYPES,
    "test_str_matches_default_string_column": _PANDAS_DTYPES,
    "test_str_does_not_match_object_dtype": _PANDAS_DTYPES,
    "test_expect_column_type_to_be.py::test_column_name_is_resolved_case_insensitively": _PANDAS_DTYPES,
    "test_batch_column_types.py::test_pandas_success": _PANDAS_DTYPES,
    "in_type_list.py::test_include_unexpected_rows_pandas": _PER_VALUE_TYPES,
    "of_type.py::test_include_unexpected_rows_pandas": _PER_VALUE_TYPES,
    "test_failure_pandas_dataframe": "asserts the pandas text of unexpected_index_query, df.filter(items=..., axis=0)",
    "test_values_non_null.py::TestColumnValuesNonNull::test_success_pandas": (
        "the metric's result type admits only pandas.Series, pyspark.sql.Column and sqlalchemy.BinaryExpression"
    ),
    "expect_column_values_to_be_dateutil_parseable]": f"dateutil {_PER_ROW}",
    "expect_column_values_to_match_json_schema]": f"jsonschema {_PER_ROW}",
}
_outcomes: Counter[str] = Counter()
_skipped: dict[str, list[str]] = {}

_set_locale = locale.setlocale


def _set_locale_or_plain(category: int, name: Any = None) -> str:
    """The suite asks for en_US.UTF-8, which a small machine may not have."""
    try:
        return _set_locale(category, name)
    except locale.Error:
        return _set_locale(category, "C.UTF-8")


locale.setlocale = _set_locale_or_plain  # type: ignore[assignment]


def as_polars(frame: pd.DataFrame) -> pl.DataFrame:
    """The same cells; pandas' NaN, NaT and None are null. An object column of None only has no type, as in Polars."""
    untyped = [name for name in frame if frame[name].dtype == object and frame[name].isna().all()]
    return pl.from_pandas(frame).with_columns(pl.lit(None).alias(str(name)) for name in untyped)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the cases of the pandas data frame source and marks those that cannot apply."""
    kept = [item for item in items if _is_pandas_case(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _is_pandas_case(item)])
    items[:] = kept
    for item in items:
        for part, reason in _NOT_APPLICABLE.items():
            if part in item.nodeid:
                item.add_marker(pytest.mark.skip(reason=reason))
    from tests.integration.test_utils.data_source_config import pandas_data_frame as source

    source.PandasDataFrameBatchTestSetup.make_asset = _make_asset
    source.PandasDataFrameBatchTestSetup.make_batch = _make_batch


def _is_pandas_case(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    config = getattr(params.get("_batch_setup_for_datasource"), "data_source_config", None)
    return getattr(config, "test_id", None) == _SOURCE


def _make_asset(self: Any) -> Any:
    name = self._random_resource_name
    return self.context.data_sources.add_polars(name()).add_dataframe_asset(name())


def _make_batch(self: Any) -> Any:
    definition = self.make_asset().add_batch_definition_whole_dataframe(self._random_resource_name())
    return definition.get_batch(batch_parameters={"dataframe": as_polars(self.data)})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Counts each case once."""
    report = yield
    if report.skipped:
        _outcomes["skipped"] += 1
        _skipped.setdefault(str(report.longrepr[2]), []).append(item.nodeid)
    elif report.failed or report.when == "call":
        _outcomes["passed" if report.passed else "failed"] += 1
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The reasons for skips, then one line of counts."""
    for reason, cases in _skipped.items():
        terminalreporter.write_line(f"skipped {len(cases)}: {reason}")
        for case in cases:
            terminalreporter.write_line(f"    {case}")
    counts = ", ".join(f"{_outcomes[name]} {name}" for name in ("passed", "failed", "skipped"))
    terminalreporter.write_line(
        f"Great Expectations' pandas cases on Polars: {counts}, {_outcomes.total()} in all"
    )
