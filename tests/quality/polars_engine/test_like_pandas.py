"""The Polars engine answers as the stock pandas engine does: success, counts, denominators, index lists, values."""

from __future__ import annotations

import importlib.util
import math
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import great_expectations.expectations as gxe
import great_expectations.expectations.core as core
import pandas as pd
import polars as pl
import pytest
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corridor_etl.quality.polars_engine._column_checks import CELL_CHECKS
from corridor_etl.quality.polars_engine._record_checks import LIST_CHECKS, PAIR_CHECKS

_spec = importlib.util.spec_from_file_location("gx_conftest", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)

# each example is a frame under some dozens of expectations; set it higher to search longer
EXAMPLES = int(os.environ.get("GX_EXAMPLES", "2"))
TEXTS = st.sampled_from(
    ["a", "b", "ab", "A1", "12", "", "b-1", "2024-02-30", "2024-02-29", '{"a": 1}', "[1", "null"]
)
NUMBERS = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 7.0, 100.0])
DAYS = st.sampled_from([datetime.fromisoformat(f"2024-01-0{d}") for d in range(1, 8)])
LIKE = (("a%", "^a"), ("%b", "b$"), ("_", "^.$"), ("%1%", "1"), ("", "^$"), ("a_", "^a.$"), ("%", ""))
CONDITIONED_PARTS = 5
NOT_ON_POLARS = {
    "ExpectColumnValuesToBeDateutilParseable": "runs Python per row",
    "ExpectColumnValuesToMatchJsonSchema": "runs Python per row",
    "ExpectMulticolumnValuesToBeUnique": "has no metric in Great Expectations either",
    "ExpectQueryResultsToMatchComparison": "takes SQL",
    "ExpectTableRowCountToEqualOtherTable": "takes SQL",
    "UnexpectedRowsExpectation": "takes SQL",
}
LIMITS = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 50.0])


@st.composite
def cells(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Columns of equal length: numbers and texts with and without missing cells, days, flags."""
    n = draw(st.integers(0, 9))

    def column(of: Any) -> list[Any]:
        return draw(st.lists(of, min_size=n, max_size=n))

    return {
        "f": column(st.none() | NUMBERS),
        "g": column(st.none() | NUMBERS),
        "i": column(st.integers(-3, 3)),
        "j": column(st.integers(-3, 3)),
        "s": column(st.none() | TEXTS),
        "u": column(TEXTS),
        "t": column(st.none() | DAYS),
        "k": list(range(100, 100 + n)),
    }


PANDAS = {"f": "float64", "g": "float64", "i": "int64", "j": "int64", "s": "object", "u": "object"} | {
    "t": "datetime64[us]",
    "k": "int64",
}
POLARS = {
    "f": pl.Float64,
    "g": pl.Float64,
    "i": pl.Int64,
    "j": pl.Int64,
    "s": pl.String,
    "u": pl.String,
    "t": pl.Datetime("us"),
    "k": pl.Int64,
}


def in_pandas(rows: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(v, dtype=PANDAS[c]) for c, v in rows.items()})


def in_polars(rows: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=POLARS)


def values_of(draw: st.DrawFn) -> list[Any]:
    """Expectations about single cells."""
    low, high = sorted((draw(LIMITS), draw(LIMITS)))
    mostly = draw(st.sampled_from([1, 0.8, 0.5, 0]))
    strict = draw(st.booleans())
    bounds = {"min_value": low, "max_value": high, "strict_min": strict, "strict_max": not strict}
    texts = draw(st.lists(TEXTS, max_size=3))
    day = draw(DAYS)
    regex = draw(st.sampled_from(["^a", "[0-9]+", "b$", "^$", "a|b", "."]))
    return [
        *(gxe.ExpectColumnValuesToBeBetween(column=c, mostly=mostly, **bounds) for c in "fi"),
        gxe.ExpectColumnValuesToBeBetween(column="f", max_value=high, strict_max=strict),
        gxe.ExpectColumnValuesToBeBetween(column="t", min_value=day),
        gxe.ExpectColumnValuesToBeBetween(column="t", max_value=day.isoformat(), strict_max=strict),
        gxe.ExpectColumnValuesToBeInSet(column="s", value_set=texts, mostly=mostly),
        gxe.ExpectColumnValuesToBeInSet(column="f", value_set=[low, high, "a", 1]),
        gxe.ExpectColumnValuesToBeInSet(column="i", value_set=[1, 2.0, 2.5]),
        gxe.ExpectColumnValuesToNotBeInSet(column="s", value_set=texts),
        gxe.ExpectColumnValuesToNotBeInSet(column="f", value_set=[low, high]),
        gxe.ExpectColumnValuesToNotBeInSet(column="t", value_set=[day.isoformat()]),
        *(gxe.ExpectColumnValuesToBeUnique(column=c, mostly=mostly) for c in "fisut"),
        *(gxe.ExpectColumnValuesToBeNull(column=c) for c in "fst"),
        *(gxe.ExpectColumnValuesToNotBeNull(column=c, mostly=mostly) for c in "fst"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="s", min_value=1, max_value=2, strict_max=strict),
        gxe.ExpectColumnValueLengthsToEqual(column="s", value=2),
        gxe.ExpectColumnValuesToMatchRegex(column="s", regex=regex, mostly=mostly),
        gxe.ExpectColumnValuesToNotMatchRegex(column="s", regex=regex),
        gxe.ExpectColumnValuesToMatchRegexList(column="s", regex_list=[regex, "1"], match_on="all"),
        gxe.ExpectColumnValuesToMatchRegexList(column="s", regex_list=[regex, "1"], match_on="any"),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="s", regex_list=[regex, "1"]),
        gxe.ExpectColumnValuesToMatchStrftimeFormat(column="s", strftime_format="%Y-%m-%d"),
        gxe.ExpectColumnValuesToBeJsonParseable(column="s"),
        gxe.ExpectColumnValueZScoresToBeLessThan(column="f", threshold=1.2, double_sided=strict),
        gxe.ExpectColumnValuesToNotBeOutliers(column="f", method="iqr", multiplier=0.7),
        gxe.ExpectColumnValuesToNotBeOutliers(column="f", method="std", multiplier=1.1),
        *(gxe.ExpectColumnValuesToBeIncreasing(column=c, strictly=strict) for c in "fit"),
        *(gxe.ExpectColumnValuesToBeDecreasing(column=c, strictly=strict) for c in "fit"),
    ]


def records_of(draw: st.DrawFn) -> list[Any]:
    """Expectations about two and more columns."""
    pair = draw(st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"]))
    many = draw(st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"]))
    return [
        gxe.ExpectColumnPairValuesToBeEqual(column_A="f", column_B="g", ignore_row_if=pair),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="s", column_B="u", ignore_row_if=pair),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="f", column_B="g", ignore_row_if=pair),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="i", column_B="j", or_equal=True, ignore_row_if=pair
        ),
        gxe.ExpectColumnPairValuesToBeInSet(
            column_A="i", column_B="s", value_pairs_set=[(1, "a"), (2, None), (0, "b")], ignore_row_if=pair
        ),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["f", "s"], ignore_row_if=many),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["i", "j"], ignore_row_if=many),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["i", "j"], ignore_row_if=many),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["s", "u"], ignore_row_if=many),
        gxe.ExpectMulticolumnSumToEqual(column_list=["f", "g"], sum_total=1.0, ignore_row_if=many),
        gxe.ExpectMulticolumnValuesToBeEqual(column_list=["f", "g"], ignore_row_if=many),
    ]


def columns_of(draw: st.DrawFn) -> list[Any]:
    """Expectations about whole columns and the batch."""
    low, high = sorted((draw(LIMITS), draw(LIMITS)))
    between = {"min_value": low, "max_value": high}
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    ranges = {"quantiles": [0.1, 0.5, 0.9], "value_ranges": [[low, None], [low, high], [None, high]]}
    return [
        *(gxe.ExpectColumnMaxToBeBetween(column=c, **between) for c in "fi"),
        *(gxe.ExpectColumnMinToBeBetween(column=c, **between) for c in "fi"),
        *(gxe.ExpectColumnMeanToBeBetween(column=c, **between) for c in "fi"),
        *(gxe.ExpectColumnMedianToBeBetween(column=c, **between) for c in "fi"),
        *(gxe.ExpectColumnSumToBeBetween(column=c, **between) for c in "fi"),
        *(gxe.ExpectColumnStdevToBeBetween(column=c, **between) for c in "fi"),
        *(
            gxe.ExpectColumnQuantileValuesToBeBetween(
                column="f", quantile_ranges=ranges, allow_relative_error=how
            )
            for how in (False, "linear", "lower", "higher")
        ),
        *(gxe.ExpectColumnUniqueValueCountToBeBetween(column=c, **between) for c in "fist"),
        *(
            gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column=c, min_value=0.5, max_value=1)
            for c in "fs"
        ),
        *(
            gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column=c, min_value=0.5, max_value=1)
            for c in "fs"
        ),
        gxe.ExpectColumnDistinctValuesToBeInSet(column="s", value_set=texts),
        gxe.ExpectColumnDistinctValuesToContainSet(column="s", value_set=texts),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="s", value_set=texts),
        gxe.ExpectColumnMostCommonValueToBeInSet(column="i", value_set=[0, 1, 2], ties_okay=True),
        gxe.ExpectColumnMostCommonValueToBeInSet(column="s", value_set=texts),
        gxe.ExpectColumnKLDivergenceToBeLessThan(
            column="u", partition_object={"values": ["a", "b"], "weights": [0.5, 0.5]}, threshold=0.5
        ),
        gxe.ExpectTableRowCountToBeBetween(min_value=2, max_value=5),
        gxe.ExpectTableRowCountToEqual(value=3),
        gxe.ExpectTableColumnCountToEqual(value=8),
        gxe.ExpectTableColumnCountToBeBetween(min_value=1, max_value=7),
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list("fgijsutk")),
        gxe.ExpectTableColumnsToMatchSet(column_set=["f", "x"], exact_match=False),
        gxe.ExpectColumnToExist(column="f", column_index=0),
    ]


def patterns_of(draw: st.DrawFn) -> list[Any]:
    """SQL patterns, which pandas has not, beside the regular expression that says the same; and types by name."""
    (like, regex), (other, also) = draw(st.lists(st.sampled_from(LIKE), min_size=2, max_size=2))
    either, escaped = f"({regex})|({also})", {"column": "s", "mostly": draw(st.sampled_from([1, 0.5]))}
    names = draw(st.sampled_from([["int64"], ["float64"], ["int64", "float64"], ["bool"]]))
    return [
        (
            gxe.ExpectColumnValuesToMatchLikePattern(like_pattern=like, **escaped),
            gxe.ExpectColumnValuesToMatchRegex(regex=regex, **escaped),
        ),
        (
            gxe.ExpectColumnValuesToNotMatchLikePattern(like_pattern=like, **escaped),
            gxe.ExpectColumnValuesToNotMatchRegex(regex=regex, **escaped),
        ),
        (
            gxe.ExpectColumnValuesToMatchLikePatternList(
                like_pattern_list=[like, other], match_on="any", **escaped
            ),
            gxe.ExpectColumnValuesToMatchRegex(regex=either, **escaped),
        ),
        (
            gxe.ExpectColumnValuesToNotMatchLikePatternList(like_pattern_list=[like, other], **escaped),
            gxe.ExpectColumnValuesToNotMatchRegex(regex=either, **escaped),
        ),
        *(gxe.ExpectColumnValuesToBeOfType(column=c, type_=names[0]) for c in "fi"),
        *(gxe.ExpectColumnTypeToBe(column=c, type_=names[0]) for c in "fi"),
        *(gxe.ExpectColumnValuesToBeInTypeList(column=c, type_list=names) for c in "fi"),
    ]


def condition_of(draw: st.DrawFn) -> Any:
    """Which rows to look at."""
    limit = draw(LIMITS)
    return draw(
        st.sampled_from(
            [
                Column("f") > limit,
                Column("f") <= limit,
                Column("f") == limit,
                Column("f") != limit,
                Column("f").is_null(),
                Column("s").is_not_null(),
                Column("i").is_in([0, 1]),
                Column("i").is_not_in([0, 1]),
                (Column("i") > 0) & (Column("u") == "a"),
                (Column("i") > 1) | (Column("i") < -1),
            ]
        )
    )


def conditioned_of(draw: st.DrawFn) -> list[Any]:
    """A part of the others, about some of the rows; every one of them has its turn over many examples."""
    condition = condition_of(draw)
    every = [rule for family in (values_of, records_of, columns_of) for rule in family(draw)]
    part = draw(st.integers(0, CONDITIONED_PARTS - 1))
    with_rows = [rule for rule in every if "row_condition" in rule.__fields__]
    return [rule.copy(update={"row_condition": condition}) for rule in with_rows[part::CONDITIONED_PARTS]]


FAMILIES = (values_of, records_of, columns_of, patterns_of, conditioned_of)


def alike(a: Any, b: Any) -> bool:
    """Whether two values of results say the same; missing values are one."""
    a, b = plain(a), plain(b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, float) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return bool(a == b)


def plain(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    value = value.item() if hasattr(value, "item") else value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def assert_alike(rows: dict[str, list[Any]], expectations: list[Any], result_format: Any, lazy: bool) -> None:
    polars = in_polars(rows).lazy() if lazy else in_polars(rows)
    pairs = [rule if isinstance(rule, tuple) else (rule, rule) for rule in expectations]
    ours = shared.results_of(polars, [mine for mine, _ in pairs], result_format)
    theirs = shared.results_of(in_pandas(rows), [stock for _, stock in pairs], result_format)
    for mine, stock in zip(ours, theirs, strict=True):
        what = f"{mine.expectation_config.type} {mine.expectation_config.kwargs}"
        if shared.error_of(stock):
            continue  # pandas cannot say; what Polars says is tested elsewhere
        assert not shared.error_of(mine), f"{what}: {shared.error_of(mine)}"
        assert mine.success == stock.success, f"{what}\n{mine.result}\n{stock.result}"
        if "type" in what.split()[0]:
            continue  # each names types in its own way
        result, wanted = dict(mine.result), dict(stock.result)
        for counts in (result, wanted):  # counted values come in any order
            counts.pop("partial_unexpected_counts", None)
            counts["partial_missing_list"] = sorted(counts.get("partial_missing_list", []))
        assert alike(result, wanted), f"{what}\n{result}\n{wanted}"


FORMATS = st.sampled_from(
    [
        shared.COMPLETE,
        {**shared.COMPLETE, "unexpected_index_column_names": ["k"]},
        {**shared.COMPLETE, "unexpected_index_column_names": ["k"], "exclude_unexpected_values": True},
        {"result_format": "SUMMARY", "partial_unexpected_count": 2},
        {"result_format": "BASIC"},
        {"result_format": "BOOLEAN_ONLY"},
    ]
)


@pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(8 * EXAMPLES, marks=pytest.mark.long)])
@pytest.mark.parametrize("family", FAMILIES)
def test_polars_answers_as_pandas(family: Any, examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        rows = data.draw(cells())
        assert_alike(rows, family(data.draw), data.draw(FORMATS), data.draw(st.booleans()))

    agree()


def drawn(family: Any) -> list[type]:
    """The classes of a family's expectations."""
    found: list[type] = []

    @settings(max_examples=1, database=None, deadline=None, phases=[Phase.generate])
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        rules = family(data.draw)
        found.extend(type(rule[0] if isinstance(rule, tuple) else rule) for rule in rules)

    draw()
    return found


def test_every_expectation_has_a_property_or_a_reason() -> None:
    compared = {kind.__name__ for family in FAMILIES for kind in drawn(family)}
    known = {
        name for name, kind in vars(core).items() if isinstance(kind, type) and issubclass(kind, Expectation)
    }
    assert known - compared == set(NOT_ON_POLARS)


def test_every_check_has_a_property() -> None:
    compared = {getattr(kind, "map_metric", None) for family in FAMILIES for kind in drawn(family)}
    assert {*CELL_CHECKS, *PAIR_CHECKS, *LIST_CHECKS} - compared == set()
