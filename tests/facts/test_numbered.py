"""Joins by number keep every row in its place, and refuse what would make more of them."""

from __future__ import annotations

import polars as pl
import pytest

from corridor_etl.facts.numbered import BOX, TRIP, beside, numbered_trips


def test_rows_keep_their_order_and_get_null_where_nothing_was_found() -> None:
    rows = pl.DataFrame({"n": [3, 1, 2], "name": ["c", "a", "b"]})
    found = pl.DataFrame({"n": [1, 3], "x": [10, 30]})
    assert beside(rows, found, "n").to_dict(as_series=False) == {
        "n": [3, 1, 2],
        "name": ["c", "a", "b"],
        "x": [30, 10, None],
    }


def test_what_is_found_twice_is_refused() -> None:
    rows, found = pl.DataFrame({"n": [1]}), pl.DataFrame({"n": [1, 1], "x": [1, 2]})
    with pytest.raises(pl.exceptions.PolarsError):
        beside(rows, found, "n")


def test_trips_of_one_box_have_one_box_number() -> None:
    numbered = numbered_trips(pl.DataFrame({"container_no": ["B", "A", "B"]}))
    assert numbered[TRIP].to_list() == [0, 1, 2]
    assert numbered[BOX].to_list() == [2, 1, 2]
