"""The fact of reconciled items: what loading list, declaration and port record say of one thing, and the outcome."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Column, Index, Table

from corridor_etl.model import RECONCILED_ITEM
from corridor_etl.model import Column as ModelColumn
from corridor_etl.warehouse.columns import count, day, flag, text
from corridor_etl.warehouse.schema._metadata import METADATA

_KEY = ("subject", "subject_key")
_MAKERS = {pl.String(): text, pl.Date(): day, pl.Boolean(): flag}


def _column(column: ModelColumn) -> Column[Any]:
    options = {"nullable": not column.is_required, "primary_key": column.name in _KEY}
    if column.dtype == pl.Int64():
        return count(column.name, column.meaning, column.unit, **options)
    return _MAKERS[column.dtype](column.name, column.meaning, **options)


RECONCILIATION = Table(
    "fct_reconciliation",
    METADATA,
    *(_column(column) for column in RECONCILED_ITEM),
    count("snapshot", "batch in which the items of the week last changed", foreign_key="batch.snapshot"),
    Index("ix_fct_reconciliation_iso_week", "iso_week"),
    Index("ix_fct_reconciliation_outcome", "outcome"),
    comment="Loading list, declaration and port record side by side, as the current records tell it.",
)
