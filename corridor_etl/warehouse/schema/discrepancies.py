"""The ledger of what documents say differently about one thing: found by itself, healed by itself, waived by people."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from corridor_etl.warehouse.columns import count, instant, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

DISCREPANCY = Table(
    "discrepancy",
    METADATA,
    serial("discrepancy_id", "number of the discrepancy"),
    text("rule_id", "rule of the cross-source suite"),
    text("severity", "critical (open until resolved), warning or info"),
    text("subject", "what it is about: trip, train, declared, consignment ..."),
    text("subject_key", "identity of the subject; with the rule it is unique"),
    text("record_kind", "record kind of the row it is about"),
    text("record_key", "business key of that row, its parts separated by |"),
    text("delivery_id", "delivery of that row; null if it has none", nullable=True),
    count("line_no", "line of that row in its file", nullable=True),
    text(
        "other_delivery_id",
        "delivery of the row it was compared with; null if that is missing",
        nullable=True,
    ),
    text("iso_week", "ISO week of the subject where it is known", nullable=True),
    text("container_nos", "containers concerned, separated by one blank", nullable=True),
    text("train_no", "train concerned", nullable=True),
    text("observed", "what the documents say"),
    text("expected", "what the rule expects"),
    instant("first_seen_at_utc", "when it was found the first time"),
    instant("changed_at_utc", "when it came to say what it says; it is found until it is closed"),
    text("state", "open, healed (the documents agree or cannot be compared any more) or waived"),
    instant("closed_at_utc", "when it healed or was waived; null while open", nullable=True),
    text("closed_by", "who waived it, or healing; null while open", nullable=True),
    text("reason", "why it was waived; null otherwise", nullable=True),
    count("snapshot_opened", "number of the batch that opened it last", foreign_key="batch.snapshot"),
    count(
        "snapshot_closed",
        "number of the batch that healed or waived it; null while open",
        nullable=True,
        foreign_key="batch.snapshot",
    ),
    UniqueConstraint("rule_id", "subject_key"),
    CheckConstraint("state IN ('open', 'healed', 'waived')", name="state"),
    CheckConstraint("(state = 'open') = (closed_at_utc IS NULL)", name="closed"),
    CheckConstraint("state <> 'waived' OR coalesce(reason, '') <> ''", name="reason_given"),
    Index("ix_discrepancy_iso_week", "iso_week"),
    comment="What documents of different sources say differently; the rows themselves are loaded.",
)
