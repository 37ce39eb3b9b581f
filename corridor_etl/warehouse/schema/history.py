"""What changed after it was first written: figures of the marts, states of the ledger, and what each batch brought.

Rows here are only added. How they are written and how the past is made of them belongs to ``warehouse.history``.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from corridor_etl.warehouse.columns import count, text
from corridor_etl.warehouse.schema._metadata import METADATA

CAUSES = ("new", "late", "corrected", "cancelled", "replayed", "waived", "corrections")
_SNAPSHOT = "number of the batch that made the change"

MART_CHANGE = Table(
    "mart_change",
    METADATA,
    text("mart", "mart table", primary_key=True),
    count("snapshot", _SNAPSHOT, primary_key=True, autoincrement=False, foreign_key="batch.snapshot"),
    text("iso_week", "ISO week of the figure", primary_key=True),
    text(
        "row_key",
        "the other key columns of the mart in their order, separated by |; empty where the week first appeared",
        primary_key=True,
    ),
    text("measure", "column of the mart; empty where the week first appeared", primary_key=True),
    count(
        "value_before",
        "value before, in the unit of the column; null where the row was not there",
        nullable=True,
    ),
    count(
        "value_after",
        "value after, in the unit of the column; null where the row is not there any more",
        nullable=True,
    ),
    count(
        "snapshot_before",
        "number of the batch in which the figures of the week had last changed; null where it had none",
        nullable=True,
    ),
    Index("ix_mart_change_iso_week", "iso_week"),
    comment="Changes of weekly figures; one row without measure says in which batch a week first appeared.",
)

STATE_CHANGE = Table(
    "state_change",
    METADATA,
    text("table_name", "table of the row: delivery, delivery_week, quarantine or discrepancy", primary_key=True),
    count("snapshot", _SNAPSHOT, primary_key=True, autoincrement=False, foreign_key="batch.snapshot"),
    text("row_key", "primary key of the row, its parts separated by |", primary_key=True),
    text("column_name", "column of the row", primary_key=True),
    text("value_before", "value before as text, times in UTC; null where it or the row was not there", nullable=True),
    text("value_after", "value after as text, times in UTC; null where it or the row is not there", nullable=True),
    comment="Changes of rows of the ledger after the batch that brought them.",
)  # fmt: skip

BATCH_CAUSE = Table(
    "batch_cause",
    METADATA,
    count("snapshot", "number of the batch", primary_key=True, autoincrement=False, foreign_key="batch.snapshot"),
    text(
        "cause",
        "new (first version of a record), late (the same, of a week already published), corrected, cancelled, "
        "replayed, waived (out of quarantine), or corrections (changed by a file of corrections)",
        primary_key=True,
    ),
    text("record_kind", "record kind of the rows", primary_key=True),
    text("iso_week", "ISO week the rows belong to, or belonged to before", primary_key=True),
    count("rows", "rows of the batch of this cause and week", "rows"),
    count("delivery_no", "one of the deliveries they came by", nullable=True, foreign_key="delivery.delivery_no"),
    CheckConstraint(f"cause IN ({', '.join(repr(c) for c in CAUSES)})", name="cause"),
    CheckConstraint("rows > 0", name="rows"),
    comment="What each batch brought, by record kind and week: why figures changed.",
)  # fmt: skip
