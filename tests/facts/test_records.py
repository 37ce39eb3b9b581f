"""Facts are given the columns that they may be made from, and no column that would be missed in silence."""

from __future__ import annotations

import polars as pl
import pytest

from corridor_etl.facts.records import LEFT_OUT, names, records
from corridor_etl.model import CONTAINER_TRIP, CROSS_SCHEMA, KINDS, RECONCILED_SCHEMA

# Facts take these from records by what they have to give, without naming them.
TAKEN_BY_NAME = {*CROSS_SCHEMA, *RECONCILED_SCHEMA, *(column.name for column in CONTAINER_TRIP)}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_no_column_is_left_out_that_is_taken_by_name(kind: str) -> None:
    assert set(LEFT_OUT[kind]) < set(KINDS[kind].schema)
    assert set(LEFT_OUT[kind]).isdisjoint(TAKEN_BY_NAME)
    assert set(LEFT_OUT[kind]).isdisjoint(KINDS[kind].key)


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_what_is_left_out_is_not_given_also_where_it_is_there(kind: str) -> None:
    whole = pl.DataFrame(schema=KINDS[kind].schema)
    assert records(kind, whole).columns == records(kind, None).columns == names(kind)
    assert set(names(kind)) == {*KINDS[kind].schema, "delivery_id", "line_no"} - set(LEFT_OUT[kind])
