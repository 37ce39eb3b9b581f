"""Lets the three expectations about column types know Polars' types.

They branch on the classes of the engines they know, so their ``_validate`` is extended here. Types are named as
Polars prints them (``Int64``, ``Datetime(time_unit='us', time_zone='UTC')``), by family (``Datetime``, ``List``,
``Decimal``), as Python says them (``int``, ``str``, ``datetime``), or as numpy does (``int64``, ``datetime64[ns]``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from great_expectations.expectations.core.expect_column_type_to_be import ExpectColumnTypeToBe
from great_expectations.expectations.core.expect_column_values_to_be_in_type_list import (
    ExpectColumnValuesToBeInTypeList,
)
from great_expectations.expectations.core.expect_column_values_to_be_of_type import (
    ExpectColumnValuesToBeOfType,
)

from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

_INTEGERS = ("Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128")
_FAMILIES: dict[str, tuple[str, ...]] = {
    "int": _INTEGERS,
    "float": ("Float32", "Float64"),
    "str": ("String", "Categorical", "Enum"),
    "bool": ("Boolean",),
    "bytes": ("Binary",),
    "datetime": ("Datetime",),
    "date": ("Date",),
    "time": ("Time",),
    "timedelta": ("Duration",),
    "list": ("List", "Array"),
    "dict": ("Struct",),
    "object": ("Object",),
    "Utf8": ("String",),
    "string": ("String",),
    "category": ("Categorical", "Enum"),
    "datetime64": ("Datetime",),
    "timedelta64": ("Duration",),
} | {name.lower(): (name,) for name in (*_INTEGERS, "Float32", "Float64")}
_KNOWN = {
    *_INTEGERS,
    "Float32",
    "Float64",
    "Decimal",
    "String",
    "Categorical",
    "Enum",
    "Boolean",
    "Binary",
    "Date",
} | {*("Time", "Datetime", "Duration", "List", "Array", "Struct", "Object", "Null")}


def names_type(written: str, dtype: pl.DataType) -> bool:
    """Whether a written name means this type; ``ValueError`` for a name of no type."""
    family = str(dtype.base_type())
    if written in _FAMILIES:
        return family in _FAMILIES[written]
    kind, _, unit = written.removesuffix("]").partition("[")
    if kind in ("datetime64", "timedelta64"):
        return _is_moment_of(dtype, kind, unit)
    if written.split("(")[0] not in _KNOWN:
        raise ValueError(f"Unrecognized polars type: {written}")
    return written in (family, str(dtype))


def _is_moment_of(dtype: pl.DataType, kind: str, unit: str) -> bool:
    wanted_unit, _, zone = unit.partition(", ")
    if kind == "timedelta64":
        return isinstance(dtype, pl.Duration) and dtype.time_unit == wanted_unit
    return isinstance(dtype, pl.Datetime) and (dtype.time_unit, dtype.time_zone) == (
        wanted_unit,
        zone or None,
    )


def _verdict(written: Sequence[str] | None, dtype: pl.DataType, is_about_values: bool) -> dict[str, Any]:
    """Names of no type are passed over as long as there is one that is."""
    found, unknown = [], []
    for name in written or ():
        try:
            found.append(names_type(name, dtype))
        except ValueError as error:
            unknown.append(error)
    if unknown and not found:
        raise unknown[0]
    # a column of nulls only holds no value of a wrong type
    success = written is None or any(found) or (is_about_values and dtype == pl.Null)
    return {"success": success, "result": {"observed_value": str(dtype)}}


def _wanted(expectation: Any) -> Sequence[str] | None:
    kwargs = expectation.configuration.kwargs
    if "type_list" in kwargs:
        found: Sequence[str] | None = kwargs["type_list"]
        return found
    return None if kwargs.get("type_") is None else [kwargs["type_"]]


def _extended(stock: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(stock)
    def validate(
        self: Any, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> Any:
        if not isinstance(execution_engine, PolarsExecutionEngine):
            return stock(self, metrics, runtime_configuration, execution_engine)
        (name,) = execution_engine.resolved_names([self.configuration.kwargs["column"]], {})
        types = {column["name"]: column["type"] for column in metrics["table.column_types"]}
        return _verdict(_wanted(self), types[name], not isinstance(self, ExpectColumnTypeToBe))

    validate.knows_polars = True  # type: ignore[attr-defined]
    return validate


def extend_type_expectations() -> None:
    """Extends the three classes, once."""
    for expectation in (ExpectColumnTypeToBe, ExpectColumnValuesToBeOfType, ExpectColumnValuesToBeInTypeList):
        if not hasattr(expectation._validate, "knows_polars"):
            expectation._validate = _extended(expectation._validate)
