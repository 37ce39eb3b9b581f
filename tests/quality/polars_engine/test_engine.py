"""How the engine behaves as a whole: one query, no mixing, no fallback, formats, files, projects on disk."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.exceptions as gx_exceptions
import great_expectations.expectations as gxe
import pandas as pd
import polars as pl
import pytest
from great_expectations.core import ExpectationSuite
from great_expectations.expectations.row_conditions import Column
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator

from corridor_etl.quality.polars_engine import PolarsExecutionEngine

FRAME = pl.DataFrame({"a": [1, 2, 2, None, 9], "s": ["x", "y", None, "zz", "x"], "id": [10, 11, 12, 13, 14]})
SUITE = [
    gxe.ExpectColumnValuesToBeBetween(column="a", max_value=5),
    gxe.ExpectColumnValuesToBeUnique(column="s"),
    gxe.ExpectColumnMeanToBeBetween(column="a", max_value=3),
    gxe.ExpectColumnValuesToNotBeNull(column="a"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "s"]),
    gxe.ExpectTableRowCountToEqual(value=5),
    gxe.ExpectColumnValueZScoresToBeLessThan(column="a", threshold=1.2, double_sided=True),
]


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[PolarsExecutionEngine]:
    """Every engine made while the test runs."""
    made: list[PolarsExecutionEngine] = []
    start = PolarsExecutionEngine.__init__

    def remember(self: PolarsExecutionEngine, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        start(self, *args, **kwargs)

    monkeypatch.setattr(PolarsExecutionEngine, "__init__", remember)
    return made


@pytest.mark.parametrize("frame", [FRAME, FRAME.lazy()], ids=["eager", "lazy"])
def test_suite_is_one_query(frame: Any, engines: list[PolarsExecutionEngine], validate_all: Any) -> None:
    results = validate_all(frame, SUITE)
    assert [r.success for r in results] == [False, False, False, False, True, True, False]
    assert sum(engine.queries_run for engine in engines) == 1


def test_failing_rule_spoils_no_other(validate_all: Any) -> None:
    broken = gxe.ExpectColumnMeanToBeBetween(column="s", max_value=3)
    missing = gxe.ExpectColumnValuesToBeUnique(column="nowhere")
    results = validate_all(FRAME, [SUITE[0], broken, missing, SUITE[1]])
    assert [r.success for r in results] == [False, False, False, False]
    assert results[0].result["unexpected_list"] == [9]
    assert results[3].result["unexpected_index_list"] == [0, 4]
    assert "has no mean" in str(results[1].exception_info)
    assert 'column "nowhere" in BatchData does not exist' in str(results[2].exception_info)


def test_error_while_running_is_the_one_rule_s(validate_all: Any) -> None:
    frame = pl.DataFrame({"n": ["1", "x"], "m": [1, 2]}).lazy().with_columns(pl.col("n").cast(pl.Int64))
    results = validate_all(
        frame, [gxe.ExpectColumnMaxToBeBetween(column="n"), gxe.ExpectColumnMaxToBeBetween(column="m")]
    )
    assert "conversion" in str(results[0].exception_info)
    assert results[1].result["observed_value"] == 2


def test_threads_on_one_data_source_do_not_mix(context: Any) -> None:
    asset = context.data_sources.add_polars("shared").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    frames = [pl.DataFrame({"a": [int(i == wrong) for i in range(50)]}) for wrong in range(8)]

    def wrong_row(frame: pl.DataFrame) -> Any:
        rule = gxe.ExpectColumnValuesToBeInSet(column="a", value_set=[0])
        batch = definition.get_batch({"dataframe": frame})
        return batch.validate(rule, result_format="COMPLETE").result["unexpected_index_list"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(wrong_row, frames * 3)) == [[i] for i in range(8)] * 3


def test_threads_with_a_context_each_do_not_mix(validate_all: Any) -> None:
    frames = [pl.DataFrame({"a": [int(i == wrong) for i in range(50)]}) for wrong in range(8)]
    rule = gxe.ExpectColumnValuesToBeInSet(column="a", value_set=[0])
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda f: validate_all(f, [rule])[0].result["unexpected_index_list"], frames * 2)
        )
    assert found == [[i] for i in range(8)] * 2


def test_second_frame_of_an_engine_is_computed_anew() -> None:
    engine, metric = PolarsExecutionEngine(), MetricConfiguration("column.max", {"column": "a"})
    seen = []
    for top in (1, 2):
        engine.load_batch_data("same id", pl.DataFrame({"a": [0, top]}))
        seen.append(MetricsCalculator(engine, show_progress_bars=False).get_metric(metric))
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("rule", "metric"),
    [
        (gxe.ExpectColumnValuesToBeDateutilParseable(column="s"), "column_values.dateutil_parseable"),
        (
            gxe.ExpectColumnValuesToMatchJsonSchema(column="s", json_schema={}),
            "column_values.match_json_schema",
        ),
        (
            gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT * FROM {batch}"),
            "unexpected_rows_query",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_metric_without_polars_names_itself(rule: Any, metric: str, validate: Any) -> None:
    result = validate(FRAME, rule)
    assert not result.success
    assert f"No provider found for {metric}" in str(result.exception_info)
    assert "using PolarsExecutionEngine" in str(result.exception_info)


def test_look_around_is_refused_by_name(validate: Any) -> None:
    result = validate(FRAME, gxe.ExpectColumnValuesToMatchRegex(column="s", regex="(?<=a)b"))
    assert "Polars cannot run the regular expression '(?<=a)b'" in str(result.exception_info)


def test_pandas_query_is_refused_by_name(validate: Any) -> None:
    with pytest.warns(DeprecationWarning, match="condition_parser"):
        rule = gxe.ExpectColumnValuesToNotBeNull(column="s", row_condition="a > 1", condition_parser="pandas")
    assert "is in the query language of pandas" in str(validate(FRAME, rule).exception_info)


@pytest.mark.parametrize(
    ("text", "rows"),
    [('col("a") > 1', 3), ('col("s") == "x"', 2), ('col("s").notnull()', 4), ('col("a") == "2"', 2)],
)
def test_great_expectations_parser(text: str, rows: int, validate: Any) -> None:
    with pytest.warns(DeprecationWarning, match="condition_parser"):
        rule = gxe.ExpectTableRowCountToEqual(
            value=rows, row_condition=text, condition_parser="great_expectations"
        )
    result = validate(FRAME, rule)
    assert result.success, result


def test_column_names_are_found_in_another_case(validate: Any) -> None:
    result = validate(FRAME, gxe.ExpectColumnTypeToBe(column="S", type_="String"))
    assert result.success
    assert validate(FRAME, gxe.ExpectColumnValuesToBeInSet(column="S", value_set=["x", "y", "zz"])).success


def test_wrong_index_column_says_so(validate: Any) -> None:
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["nowhere"]}
    result = validate(FRAME, SUITE[0], wanted)
    assert 'unexpected_index_column "nowhere" does not exist' in str(result.exception_info)


def test_index_query_gives_the_unexpected_rows(validate: Any) -> None:
    result = validate(FRAME, SUITE[1], {"result_format": "COMPLETE"})
    rows = eval(result.result["unexpected_index_query"], {"df": FRAME, "pl": pl})
    assert rows["id"].to_list() == [10, 14]


def test_unexpected_rows_come_in_full_and_as_json(validate: Any) -> None:
    result = validate(FRAME, SUITE[0], {"result_format": "SUMMARY", "include_unexpected_rows": True})
    rows = result.result["unexpected_rows"]
    assert isinstance(rows, pd.DataFrame)
    assert rows.to_dict("index") == {4: {"a": 9, "s": "x", "id": 14}}
    assert "zz" not in json.dumps(result.to_json_dict())


def test_lazy_limits_keep_what_is_returned_small(validate: Any) -> None:
    frame = pl.LazyFrame({"a": range(10_000)})
    result = validate(frame, gxe.ExpectColumnValuesToBeBetween(column="a", max_value=-1), "SUMMARY").result
    assert (result["unexpected_count"], len(result["partial_unexpected_list"])) == (10_000, 20)


def test_parquet_is_scanned(tmp_path: Path, context: Any) -> None:
    FRAME.write_parquet(tmp_path / "rows.parquet")
    asset = context.data_sources.add_polars("files").add_parquet_asset("rows", tmp_path / "*.parquet")
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    assert batch.validate(SUITE[1], result_format="COMPLETE").result["unexpected_index_list"] == [0, 4]
    assert "x  10" in str(batch.head(2))


def test_lazy_batch_says_which_metrics_hold_columns(validate: Any, caplog: pytest.LogCaptureFixture) -> None:
    validate(FRAME.lazy(), SUITE[1])
    assert "hold the whole of the columns they read in memory: column_values.unique" in caplog.text
    caplog.clear()
    validate(FRAME.lazy(), SUITE[0])
    assert "in memory" not in caplog.text


def test_head_from_either_end(context: Any) -> None:
    engine = PolarsExecutionEngine(batch_data_dict={"b": FRAME})
    for n, ids in ((2, [10, 11]), (-2, [10, 11, 12]), (0, [])):
        metric = MetricConfiguration("table.head", {}, {"n_rows": n, "fetch_all": False})
        assert MetricsCalculator(engine, show_progress_bars=False).get_metric(metric)["id"].tolist() == ids


def test_missing_parquet_is_refused(tmp_path: Path, context: Any) -> None:
    with pytest.raises(Exception, match="Cannot read Parquet"):
        context.data_sources.add_polars("files").add_parquet_asset("rows", tmp_path / "none.parquet")


@pytest.mark.parametrize(
    "given", [{"dataframe": pd.DataFrame()}, {"dataframe": FRAME.lazy()}, {}, {"frame": FRAME}]
)
def test_asset_takes_its_own_frame_only(given: dict[str, Any], context: Any) -> None:
    asset = context.data_sources.add_polars("frames").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    with pytest.raises(gx_exceptions.exceptions.BuildBatchRequestError, match="dataframe"):
        definition.get_batch(given)


def test_project_runs_again_after_reload_and_builds_data_docs(tmp_path: Path) -> None:
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    asset = context.data_sources.add_polars("staged").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    suite = context.suites.add(
        ExpectationSuite(name="rules", expectations=[copy.copy(SUITE[1]), _conditioned()])
    )
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(name="check", data=definition, suite=suite)
    )
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]}
    context.checkpoints.add(
        gx.Checkpoint(name="daily", validation_definitions=[validation], result_format=wanted)
    )

    again = gx.get_context(mode="file", project_root_dir=tmp_path)
    assert type(again.data_sources.get("staged")).__name__ == "PolarsDatasource"
    outcome = again.checkpoints.get("daily").run(batch_parameters={"dataframe": FRAME})
    assert not outcome.success
    (run,) = outcome.run_results.values()
    by_type = {r.expectation_config.type: r for r in run.results}
    unique = by_type["expect_column_values_to_be_unique"].result
    assert unique["unexpected_index_list"] == [{"s": "x", "id": 10}, {"s": "x", "id": 14}]
    again.build_data_docs()
    pages = "".join(p.read_text() for p in tmp_path.rglob("*.html"))
    assert "values must be unique" in pages


def _conditioned() -> Any:
    return gxe.ExpectColumnValuesToNotBeNull(column="s", row_condition=Column("a") > 2)


def test_package_stands_alone() -> None:
    code = (
        "import sys, corridor_etl.quality.polars_engine;"
        "print([m for m in sys.modules if m.startswith('corridor_etl.') and 'polars_engine' not in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['corridor_etl.quality.late_modules', 'corridor_etl.quality']"
