"""A home folder made by an older release: its lake gains the model's new columns and keeps taking and giving rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from corridor_etl.model import KINDS, Column
from corridor_etl.warehouse import Batch, Warehouse
from corridor_etl.warehouse.engine import database_url

GAINED = Column("remark", pl.String(), "what the desk noted")


@pytest.fixture
def upgraded(
    own_home: Path,
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    as_another_version: Callable[[], None],
) -> Callable[[], Warehouse]:
    """A home with eight bookings of the model as it is; opening it again is done by a model with one more column."""
    with Warehouse.open(own_home) as old:
        old.publish(make.batch("old"), {}, base=0)
    known = KINDS["booking"]
    # In the middle, because that is where models gain columns.
    monkeypatch.setitem(
        KINDS, "booking", replace(known, columns=(*known.columns[:3], GAINED, *known.columns[3:]))
    )
    as_another_version()
    return lambda: Warehouse.open(own_home)


def remarked(make: SimpleNamespace) -> Batch:
    batch = make.batch("new")
    rows = {"booking": batch.rows["booking"].with_columns(remark=pl.lit("heavy"))}
    return replace(batch, rows=rows)


def test_old_rows_are_read_without_the_column_and_new_ones_with_it(
    upgraded: Callable[[], Warehouse], make: SimpleNamespace
) -> None:
    with upgraded() as warehouse:
        assert warehouse.rows("booking")["remark"].to_list() == [None] * 8
        warehouse.publish(remarked(make), {}, base=1)
        rows = warehouse.rows("booking")
        assert list(rows.columns)[:4] == [*list(KINDS["booking"].schema)[:3], "remark"]
        assert rows["remark"].to_list() == [None] * 8 + ["heavy"] * 8
        assert warehouse.current("booking").height == 16
        assert warehouse.rows("booking", as_of=1).height == 8


def test_other_programs_read_old_and_new_rows_alike(
    upgraded: Callable[[], Warehouse], make: SimpleNamespace
) -> None:
    with upgraded() as warehouse:
        warehouse.publish(remarked(make), {}, base=1)
        ours = warehouse.rows("booking")
        catalog = SqlCatalog("corridor", uri=database_url(warehouse.home))
        table = catalog.load_table("lake.booking")
        assert table.schema().find_field("remark").doc == GAINED.meaning
        theirs = pl.DataFrame(table.scan().to_arrow()).select(ours.columns)
        catalog.close()
    order = ["snapshot", "line_no"]
    assert theirs.sort(order).equals(ours.sort(order))
