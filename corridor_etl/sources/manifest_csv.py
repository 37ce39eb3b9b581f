"""Train loading lists as CSV: one row per container, the train's values repeated on every row."""

from __future__ import annotations

from functools import cache

from corridor_etl.sources._delimited import Form, source
from corridor_etl.sources._headers import Layout
from corridor_etl.sources._loading_list import (
    BOX_COLUMNS,
    BOX_MANDATORY,
    TRAIN_COLUMNS,
    TRAIN_MANDATORY,
    layout,
)


@cache
def _layout() -> Layout:
    return layout("manifest_csv", (*TRAIN_COLUMNS, *BOX_COLUMNS), (*TRAIN_MANDATORY, *BOX_MANDATORY))


SOURCE = source(
    name="manifest_csv",
    record_kind="manifest_container",
    meaning="train loading list as CSV, one row per container",
    layout=_layout,
    form=Form(has_totals=True, telling=("origin_station", "destination_station", "departure_date")),
)
