"""What each data type and each kind of missing cell means to a rule: README.md of the package, as tests."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.row_conditions import Column

ZONED = pl.Datetime("us", "Asia/Almaty")
NOON = datetime.fromisoformat("2025-06-01T12:00:00")
FRAMES: dict[str, pl.DataFrame] = {
    "decimal": pl.DataFrame({"c": [Decimal("1.10"), Decimal("2.20"), None]}, schema={"c": pl.Decimal(10, 2)}),
    "date": pl.DataFrame({"c": [date(2025, 1, 1), date(2025, 1, 2), None]}),
    "datetime": pl.DataFrame({"c": [NOON, NOON + timedelta(hours=1), None]}),
    "zoned": pl.DataFrame({"c": [NOON, NOON + timedelta(hours=1), None]}).cast({"c": ZONED}),
    "time": pl.DataFrame({"c": [time(8), time(9), None]}),
    "duration": pl.DataFrame({"c": [timedelta(1), timedelta(2), None]}),
    "categorical": pl.DataFrame({"c": ["a", "b", None]}, schema={"c": pl.Categorical}),
    "enum": pl.DataFrame({"c": ["b", "a", None]}, schema={"c": pl.Enum(["b", "a"])}),
    "boolean": pl.DataFrame({"c": [True, False, None]}),
    "list": pl.DataFrame({"c": [[1], [1, 2], None]}),
    "struct": pl.DataFrame({"c": [{"x": 1}, {"x": 2}, None]}),
    "binary": pl.DataFrame({"c": [b"a", b"b", None]}),
    "null": pl.DataFrame({"c": [None, None, None]}),
    "nan": pl.DataFrame({"c": [1.0, math.nan, None]}),
}
EVERY = pytest.mark.parametrize("kind", FRAMES)


@EVERY
@pytest.mark.parametrize("rows", [3, 0])
def test_missing_unique_and_count_work_on_every_type(kind: str, rows: int, validate_all: Any) -> None:
    rules = [
        gxe.ExpectColumnValuesToNotBeNull(column="c"),
        gxe.ExpectColumnValuesToBeNull(column="c"),
        gxe.ExpectColumnValuesToBeUnique(column="c"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="c", min_value=0, max_value=2),
        gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column="c", min_value=0, max_value=1),
        gxe.ExpectColumnToExist(column="c"),
    ]
    results = validate_all(FRAMES[kind].head(rows), rules)
    missing = 0 if not rows else {"null": 3, "nan": 2}.get(kind, 1)
    assert [r.exception_info.get("raised_exception", False) for r in results] == [False] * 6
    assert results[0].result["unexpected_count"] == missing
    assert results[1].result["unexpected_count"] == rows - missing
    assert results[2].result["missing_count"] == missing
    assert results[2].success
    assert results[3].result["observed_value"] == rows - missing
    json.dumps([r.to_json_dict() for r in results])


@EVERY
def test_repeated_cells_are_found_in_every_type(kind: str, validate: Any) -> None:
    frame = pl.concat([FRAMES[kind], FRAMES[kind]])
    result = validate(frame, gxe.ExpectColumnValuesToBeUnique(column="c")).result
    assert result["unexpected_count"] == {"null": 0, "nan": 2}.get(kind, 4)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("decimal", 1.2, 3),
        ("date", "2025-01-02", "2025-12-31"),
        ("datetime", "2025-06-01T12:30:00", NOON + timedelta(days=1)),
        ("zoned", "2025-06-01T12:30:00+00:00", datetime(2025, 6, 2, tzinfo=UTC)),
    ],
)
def test_bounds_are_in_the_column_s_terms(kind: str, low: Any, high: Any, validate: Any) -> None:
    rule = gxe.ExpectColumnValuesToBeBetween(column="c", min_value=low, max_value=high)
    assert validate(FRAMES[kind], rule).result["unexpected_index_list"] == [0]


@pytest.mark.parametrize(
    ("kind", "bound", "says"),
    [
        ("zoned", "2025-06-01T00:00:00", "has no zone"),
        ("datetime", "2025-06-01T00:00:00+00:00", "has a zone"),
        ("list", 1, "same type"),
        ("categorical", 1, "same type"),
        ("struct", 1, "same type"),
    ],
)
def test_bounds_of_another_kind_are_refused(kind: str, bound: Any, says: str, validate: Any) -> None:
    result = validate(FRAMES[kind], gxe.ExpectColumnValuesToBeBetween(column="c", min_value=bound))
    assert says in str(result.exception_info)


@pytest.mark.parametrize(
    ("kind", "values", "unexpected"),
    [
        ("decimal", [1.1, 3], [1]),
        ("date", ["2025-01-01", "not a day"], [1]),
        ("zoned", ["2025-06-01T12:00:00Z"], [1]),
        ("categorical", ["a", 7], [1]),
        ("enum", ["a", "unheard of"], [0]),
        ("boolean", [True], [1]),
        ("nan", [1, math.nan], []),
        ("null", [1, "a"], []),
    ],
)
def test_members_of_a_set(kind: str, values: list[Any], unexpected: list[int], validate: Any) -> None:
    rule = gxe.ExpectColumnValuesToBeInSet(column="c", value_set=values)
    assert validate(FRAMES[kind], rule).result["unexpected_index_list"] == unexpected


@pytest.mark.parametrize("kind", ["list", "struct", "binary"])
@pytest.mark.parametrize(
    "rule",
    [
        gxe.ExpectColumnValuesToBeInSet(column="c", value_set=[1]),
        gxe.ExpectColumnValuesToMatchRegex(column="c", regex="a"),
        gxe.ExpectColumnValueLengthsToEqual(column="c", value=1),
        gxe.ExpectColumnMeanToBeBetween(column="c", min_value=0),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_what_a_type_has_not_is_an_error(kind: str, rule: Any, validate: Any) -> None:
    assert f"a column of type {FRAMES[kind].schema['c']}" in str(validate(FRAMES[kind], rule).exception_info)


def test_decimal_sums_are_exact_before_they_are_floats(validate: Any) -> None:
    frame = pl.DataFrame({"c": [Decimal("0.1")] * 10}, schema={"c": pl.Decimal(20, 2)})
    rule = gxe.ExpectColumnSumToBeBetween(column="c", min_value=1, max_value=1)
    assert validate(frame, rule).success


@pytest.mark.parametrize("kind", ["null", "nan"])
def test_statistics_of_no_values_are_unmet_not_errors(kind: str, validate: Any) -> None:
    frame = FRAMES[kind].filter(pl.col("c").is_null())
    for rule in (
        gxe.ExpectColumnMeanToBeBetween(column="c", min_value=0),
        gxe.ExpectColumnMaxToBeBetween(column="c", min_value=0),
        gxe.ExpectColumnStdevToBeBetween(column="c", min_value=0),
        gxe.ExpectColumnMedianToBeBetween(column="c", min_value=0),
    ):
        result = validate(frame, rule)
        assert not result.success
        assert not result.exception_info.get("raised_exception", False), result.exception_info


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (Column("c") > 0, 1),
        (Column("c") != 5, 3),
        (Column("c").is_null(), 2),
        (Column("c").is_in([1]), 1),
        (Column("c").is_not_in([1]), 2),
    ],
)
def test_missing_cells_only_satisfy_what_is_not_equal(condition: Any, rows: int, validate: Any) -> None:
    rule = gxe.ExpectTableRowCountToEqual(value=rows, row_condition=condition)
    assert validate(FRAMES["nan"], rule).success


@pytest.mark.parametrize(
    ("kind", "names", "others"),
    [
        (
            "decimal",
            ["Decimal", "Decimal(precision=10, scale=2)"],
            ["Float64", "Decimal(precision=10, scale=3)"],
        ),
        ("zoned", ["Datetime", "datetime", "datetime64[us, Asia/Almaty]"], ["datetime64[us]", "Date", "str"]),
        ("categorical", ["Categorical", "str", "category"], ["String", "int"]),
        ("list", ["List", "List(Int64)", "list"], ["List(String)", "Struct"]),
        ("nan", ["Float64", "float", "float64"], ["Float32", "int"]),
    ],
)
def test_names_of_types(kind: str, names: list[str], others: list[str], validate: Any) -> None:
    for name in names:
        assert validate(FRAMES[kind], gxe.ExpectColumnTypeToBe(column="c", type_=name)).success, name
    for name in others:
        assert not validate(FRAMES[kind], gxe.ExpectColumnValuesToBeOfType(column="c", type_=name)).success, (
            name
        )
    assert validate(
        FRAMES[kind], gxe.ExpectColumnValuesToBeInTypeList(column="c", type_list=["X", *names])
    ).success


def test_unknown_type_is_named(validate: Any) -> None:
    result = validate(FRAMES["nan"], gxe.ExpectColumnTypeToBe(column="c", type_="Flaot64"))
    assert "Unrecognized polars type: Flaot64" in str(result.exception_info)


def test_missing_parts_of_a_compound_key_are_equal(validate: Any) -> None:
    frame = pl.DataFrame({"a": [1, 1, 1, None], "b": [None, None, 2, None]})
    rule = gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"], ignore_row_if="all_values_are_missing")
    assert validate(frame, rule).result["unexpected_index_list"] == [0, 1]
    strict = rule.copy(update={"ignore_row_if": "any_value_is_missing"})
    assert validate(frame, strict).success


@pytest.mark.parametrize(
    ("pattern", "escape", "unexpected"),
    [("a%", None, [2]), ("a_c", None, [1, 2, 3]), ("a!%c", "!", [0, 2, 3]), ("%", None, [])],
)
def test_like_patterns(pattern: str, escape: str | None, unexpected: list[int], validate: Any) -> None:
    frame = pl.DataFrame({"c": ["abc", "a%c", "b", "a\nbc"]})
    if escape is None and pattern == "a_c":
        unexpected = [2, 3]
    rule = gxe.ExpectColumnValuesToMatchLikePattern(
        column="c", like_pattern=pattern, **({"escape": escape} if escape else {})
    )
    assert validate(frame, rule).result["unexpected_index_list"] == unexpected
