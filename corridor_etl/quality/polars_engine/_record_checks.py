"""Yes or no per row over two or more columns, and the way to register a check of your own.

``ignore_row_if`` decides which rows are judged. In compound uniqueness a missing part of a key equals another missing
part, as in pandas and unlike SQL, unless ``ignore_row_if`` leaves the row out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import combinations
from operator import and_
from typing import Any

import polars as pl

from corridor_etl.quality.polars_engine._asks import RowCheck
from corridor_etl.quality.polars_engine._row_metrics import key_of, register_check
from corridor_etl.quality.polars_engine._types import every_row, is_missing, members, without_nan
from corridor_etl.quality.polars_engine.engine import PolarsExecutionEngine

Schema = dict[str, pl.DataType]
RecordCheck = Callable[..., pl.Expr]
_PAIR_KEYS = (
    "batch_id",
    "table",
    "column_A",
    "column_B",
    "row_condition",
    "condition_parser",
    "ignore_row_if",
)
_LIST_KEYS = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
_JUDGED: dict[str, Callable[[list[pl.Expr]], pl.Expr]] = {
    "neither": lambda missing: every_row(missing[0]),
    "never": lambda missing: every_row(missing[0]),
    "both_values_are_missing": lambda missing: ~pl.all_horizontal(missing),
    "all_values_are_missing": lambda missing: ~pl.all_horizontal(missing),
    "either_value_is_missing": lambda missing: ~pl.any_horizontal(missing),
    "any_value_is_missing": lambda missing: ~pl.any_horizontal(missing),
}


def register_record_check(
    metric: str,
    check: RecordCheck,
    value_keys: Sequence[str] = (),
    *,
    domain_keys: tuple[str, ...] = _LIST_KEYS,
    null_is_unjudged: bool = False,
) -> None:
    """Makes ``check`` the Polars implementation of a map metric over several columns.

    ``check(names, schema, judged, **values)`` gets the columns' names, the batch's column types, an expression of
    the rows that are judged, and the expectation's values; it returns true for expected rows. A null answer means an
    unexpected row, or with ``null_is_unjudged`` one that the check has no opinion on: it then counts as missing.
    """
    register_check(
        metric,
        _checker(metric, check, null_is_unjudged),
        domain_keys=domain_keys,
        value_keys=tuple(value_keys),
    )


def _checker(metric: str, check: RecordCheck, null_is_unjudged: bool) -> Callable[..., RowCheck]:
    def checker(engine: PolarsExecutionEngine, domain: dict[str, Any], values: dict[str, Any]) -> RowCheck:
        written = [domain["column_A"], domain["column_B"]] if "column_A" in domain else domain["column_list"]
        names = engine.resolved_names(written, domain)
        schema = engine.schema_of(domain)
        asked, ignore = engine.domain_of(domain), domain.get("ignore_row_if", "never")
        if ignore not in _JUDGED:
            raise ValueError(f'Unrecognized value of ignore_row_if ("{ignore}").')
        judged = _JUDGED[ignore]([is_missing(n, schema[n]) for n in names])
        expected = check(names, schema, judged, **values)
        if null_is_unjudged:
            judged = judged & expected.is_not_null()
        expected = expected.fill_null(null_is_unjudged)
        return RowCheck(
            key_of(metric, names, values, ignore, asked.key), asked, tuple(names), judged, judged & ~expected
        )

    return checker


def _cells(names: Sequence[str], schema: Schema) -> list[pl.Expr]:
    return [without_nan(pl.col(n), schema[n]) for n in names]


def _equal(names: list[str], schema: Schema, judged: pl.Expr, **_: Any) -> pl.Expr:
    a, b = _alike(names, schema)
    return a == b if _share_values(*(schema[n] for n in names)) else pl.lit(False)


def _share_values(a: pl.DataType, b: pl.DataType) -> bool:
    """Whether cells of two types can be equal at all: a number never equals a text."""
    return pl.Null in (a, b) or _kind(a) == _kind(b)


def _kind(dtype: pl.DataType) -> Any:
    if dtype.is_numeric() or dtype == pl.Boolean:
        return "number"
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    return "moment" if dtype in (pl.Date, pl.Datetime) else dtype


def _same_cell(a: str, b: str, schema: Schema) -> pl.Expr:
    """Whether two cells are equal, where two missing ones are."""
    left, right = _alike([a, b], schema)
    if _share_values(schema[a], schema[b]):
        return left.eq_missing(right)
    return left.is_null() & right.is_null()


def _greater(
    names: list[str], schema: Schema, judged: pl.Expr, or_equal: bool | None = None, **_: Any
) -> pl.Expr:
    a, b = _alike(names, schema)
    return a >= b if or_equal else a > b


def _alike(names: Sequence[str], schema: Schema) -> list[pl.Expr]:
    """The cells of columns, with categories as text where the columns' types differ."""
    cells = _cells(names, schema)
    if len({schema[n] for n in names}) == 1 and schema[names[0]] != pl.Categorical:
        return cells
    labels = (pl.Categorical, pl.Enum)
    return [c.cast(pl.String) if schema[n] in labels else c for n, c in zip(names, cells, strict=True)]


def _pair_in_set(
    names: list[str], schema: Schema, judged: pl.Expr, value_pairs_set: Any = None, **_: Any
) -> pl.Expr:
    if value_pairs_set is None:
        return pl.lit(True)
    cells = _alike(names, schema)
    found = [
        reduce(and_, [_is(c, v, schema[n]) for c, v, n in zip(cells, pair, names, strict=True)])
        for pair in value_pairs_set
    ]
    return pl.any_horizontal(found) if found else pl.lit(False)


def _is(cell: pl.Expr, value: Any, dtype: pl.DataType) -> pl.Expr:
    if value is None:
        return cell.is_null()
    held = members([value], dtype, "column_pair_values.in_set")
    if held.is_empty():
        return pl.lit(False)
    plain = cell.cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else cell
    return (plain == pl.lit(held.item())).fill_null(False)


def _compound_unique(names: list[str], schema: Schema, judged: pl.Expr, **_: Any) -> pl.Expr:
    key = pl.struct(c.alias(n) for n, c in zip(names, _cells(names, schema), strict=True))
    return ~pl.when(judged).then(key).is_duplicated()


def _sum_equals(
    names: list[str], schema: Schema, judged: pl.Expr, sum_total: Any = None, **_: Any
) -> pl.Expr:
    return reduce(lambda a, b: a + b, _cells(names, schema)) == pl.lit(sum_total)


def _all_equal(names: list[str], schema: Schema, judged: pl.Expr, **_: Any) -> pl.Expr:
    first, *others = names
    return pl.all_horizontal([pl.lit(True), *(_same_cell(first, other, schema) for other in others)])


def _distinct_within(names: list[str], schema: Schema, judged: pl.Expr, **_: Any) -> pl.Expr:
    return ~pl.any_horizontal([_same_cell(a, b, schema) for a, b in combinations(names, 2)])


PAIR_CHECKS: dict[str, RecordCheck] = {
    "column_pair_values.a_greater_than_b": _greater,
    "column_pair_values.equal": _equal,
    "column_pair_values.in_set": _pair_in_set,
}
LIST_CHECKS: dict[str, RecordCheck] = {
    "compound_columns.unique": _compound_unique,
    "multicolumn_sum.equal": _sum_equals,
    "multicolumn_values.equal": _all_equal,
    "select_column_values.unique.within_record": _distinct_within,
}


def register_record_checks() -> None:
    """Registers every check of this module."""
    for metric, check in PAIR_CHECKS.items():
        register_record_check(metric, check, domain_keys=_PAIR_KEYS)
    for metric, check in LIST_CHECKS.items():
        register_record_check(metric, check)
