"""What left the lake by policy, so that the balance of a delivery can still be told."""

from __future__ import annotations

from sqlalchemy import Index, Table

from corridor_etl.warehouse.columns import count, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

LAKE_EXPIRY = Table(
    "lake_expiry",
    METADATA,
    serial("expiry_no", "number of the row"),
    text("delivery_id", "delivery the rows came in"),
    text("record_kind", "record kind of the rows"),
    text("iso_week", "ISO week of the rows"),
    count("rows", "rows taken out of the lake because the policy keeps no rows so old", "rows"),
    count("snapshot", "number of the batch that took them out", foreign_key="batch.snapshot"),
    Index("ix_lake_expiry_iso_week", "iso_week"),
    comment="Rows that were loaded and have left the lake by policy. Figures of their weeks stay as they were.",
)
