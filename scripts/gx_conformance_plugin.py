"""A pytest plugin that runs Great Expectations' own tests of the pandas data frame source on the Polars engine.

It keeps the cases that run on a pandas frame, hands each of them a Polars frame with the same cells, and ends with how
many passed, failed and were skipped, and why. The tests themselves are read from the sdist and left as they are.
"""

from __future__ import annotations

import locale
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd
import polars as pl
import pytest

import corridor_etl.quality.polars_engine  # noqa: F401 - registers the engine

_SOURCE = "pandas-data-frame"
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
    """The same cells; pandas' NaN, NaT and None are null."""
    return pl.from_pandas(frame)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps the cases of the pandas data frame source and marks those that cannot apply."""
    kept = [item for item in items if _is_pandas_case(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _is_pandas_case(item)])
    items[:] = kept
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
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
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
    terminalreporter.write_line(f"Great Expectations' pandas cases on Polars: {counts}, {_outcomes.total()} in all")
