"""Row conditions: which rows of a batch a rule looks at, as one Polars predicate.

Two languages are spoken: ``Condition`` objects (``Column("a") > 0``) and the great_expectations parser
(``col("a") > 0``). Text in the query language of pandas or Spark is refused by name, never interpreted.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import great_expectations.exceptions as gx_exceptions
import polars as pl
from great_expectations.expectations.legacy_row_conditions import parse_great_expectations_condition
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    Operator,
    OrCondition,
    PassThroughCondition,
)

from corridor_etl.quality.polars_engine._types import comparable, is_missing, looked_up, members

Schema = dict[str, pl.DataType]
_COMPARE: dict[str, Callable[[Any, Any], pl.Expr]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_GX_PARSERS = ("great_expectations", "great_expectations__experimental__")


def predicate(condition: Condition, schema: Schema) -> pl.Expr:
    """The rows that satisfy a condition; ``ExecutionEngineError`` for one in another engine's language."""
    if isinstance(condition, ComparisonCondition):
        return comparison(condition, schema)
    if isinstance(condition, NullityCondition):
        return nullity(condition, schema)
    if isinstance(condition, (AndCondition, OrCondition)):
        join = pl.all_horizontal if isinstance(condition, AndCondition) else pl.any_horizontal
        return join([predicate(part, schema) for part in condition.conditions])
    if isinstance(condition, PassThroughCondition):
        refuse(condition)
    raise gx_exceptions.ExecutionEngineError(f"{type(condition).__name__} is not a condition known here.")


def comparison(condition: ComparisonCondition, schema: Schema) -> pl.Expr:
    """Rows whose cell compares as asked; rows with a missing cell only satisfy ``!=`` and ``NOT_IN``."""
    name, asked = condition.column.name, Operator(condition.operator)
    dtype = _dtype(name, schema)
    if asked in (Operator.IN, Operator.NOT_IN):
        found = looked_up(pl.col(name), dtype).is_in(members(condition.parameter, dtype, "row_condition"))
        found = found.fill_null(False)
        return found if asked is Operator.IN else ~found
    return _compared(name, asked.value, condition.parameter, schema)


def nullity(condition: NullityCondition, schema: Schema) -> pl.Expr:
    """Rows whose cell is missing, or is not."""
    missing = is_missing(condition.column.name, _dtype(condition.column.name, schema))
    return missing if condition.is_null else ~missing


def parsed(text: str, parser: str | None, schema: Schema) -> pl.Expr:
    """The predicate of a condition written as text; ``ExecutionEngineError`` for any other language."""
    if parser not in _GX_PARSERS:
        refuse(text)
    found = parse_great_expectations_condition(text)
    name = found["column"]
    if "condition_value" in found:
        return _compared(name, found["op"], found["condition_value"], schema)
    if "fnumber" in found:
        return _compared(name, found["op"], float(found["fnumber"]), schema)
    return ~is_missing(name, _dtype(name, schema))


def refuse(condition: PassThroughCondition | str) -> None:
    """Raises for a condition in the query language of another engine."""
    text = condition if isinstance(condition, str) else condition.pass_through_filter
    raise gx_exceptions.ExecutionEngineError(
        f"row_condition {text!r} is in the query language of pandas or Spark, which PolarsExecutionEngine does "
        'not run. Write it as a Condition object, for example Column("a") > 0, or as \'col("a") > 0\' with '
        'condition_parser="great_expectations".'
    )


def _compared(name: str, op: str, value: Any, schema: Schema) -> pl.Expr:
    dtype = _dtype(name, schema)
    value = _as_number(value, dtype)
    column = pl.col(name).cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else pl.col(name)
    answer = _COMPARE[op](column, pl.lit(comparable(value, dtype)))
    return pl.when(is_missing(name, dtype)).then(op == "!=").otherwise(answer)


def _as_number(value: Any, dtype: pl.DataType) -> Any:
    """A quoted number beside a numeric column means the number, as the great_expectations parser writes it."""
    try:
        return float(value) if isinstance(value, str) and dtype.is_numeric() else value
    except ValueError:
        return value


def _dtype(name: str, schema: Schema) -> pl.DataType:
    if name not in schema:
        raise gx_exceptions.InvalidMetricAccessorDomainKwargsKeyError(
            message=f'Error: The column "{name}" in BatchData does not exist.'
        )
    return schema[name]
