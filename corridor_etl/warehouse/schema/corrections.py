"""What corrections did to deliveries. The corrections themselves are files, not rows."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from corridor_etl.warehouse.columns import count, text
from corridor_etl.warehouse.schema._metadata import METADATA

CORRECTION_EFFECT = Table(
    "correction_effect",
    METADATA,
    count(
        "snapshot",
        "number of the batch that wrote the row",
        primary_key=True,
        autoincrement=False,
        foreign_key="batch.snapshot",
    ),
    text("delivery_id", "delivery whose rows it is about", primary_key=True),
    text("correction_id", "id of the correction", primary_key=True),
    text("iso_week", "ISO week of the rows as they load; empty where it is unknown", primary_key=True),
    text("record_kind", "record kind of the rows"),
    text("action", "drop, override, scale or flag"),
    text("provider", "who must mend the error"),
    text("guard_outcome", "passed (applied), failed, conflict or expired (not applied)"),
    count("rows", "rows it was applied to, or that it matched where it was not applied", "rows"),
    count("first_line_no", "line of the first of them; null where there is none", nullable=True),
    text(
        "old_text",
        "changed columns of the first row before; what was found where it was not applied",
        nullable=True,
    ),
    text("new_text", "changed columns of the first row after", nullable=True),
    CheckConstraint("rows >= 0", name="not_negative"),
    CheckConstraint("action IN ('drop', 'override', 'scale', 'flag')", name="action"),
    CheckConstraint("guard_outcome IN ('passed', 'failed', 'conflict', 'expired')", name="guard_outcome"),
    Index("ix_correction_effect_iso_week", "iso_week"),
    comment="What each correction did to each delivery, by week, or why it was not applied.",
)
