"""Published issues with their figures, and the outbox of messages. An issue row never changes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table

from corridor_etl.warehouse.columns import count, instant, text
from corridor_etl.warehouse.schema._metadata import METADATA

ISSUE = Table(
    "issue",
    METADATA,
    text("edition", "weekly, throughput, trade or brief", primary_key=True),
    text("week", "ISO week the issue reports", primary_key=True),
    count("revision", "0 for the first, higher after a correction", primary_key=True, autoincrement=False),
    text("language", "language of the text"),
    count("issue_no", "running number of the edition"),
    text("state", "published, partial or held"),
    count("snapshot", "batch the figures are computed from; 0 before the first"),
    instant("published_at_utc", "when it was published"),
    instant("scheduled_at_utc", "when it was due", nullable=True),
    text("content_sha256", "hash of the rendered issue"),
    text("context_json", "everything the issue was rendered from"),
    text("folder", "folder of the rendered files, below the home folder"),
    comment="Published issues; what was sent can be got back byte for byte.",
)

ISSUE_FIGURE = Table(
    "issue_figure",
    METADATA,
    text("edition", "edition of the issue", primary_key=True),
    text("week", "ISO week of the issue", primary_key=True),
    count("revision", "revision of the issue", primary_key=True, autoincrement=False),
    text("address", "stable address of the figure within the issue", primary_key=True),
    text("value_text", "the value as an exact number in plain notation, or the words shown", nullable=True),
    text("unit", "unit of the value"),
    comment="Every figure of every issue.",
)

OUTBOX = Table(
    "outbox",
    METADATA,
    text("report_key", "edition/week the message carries", primary_key=True),
    count("revision", "revision of the issue", primary_key=True, autoincrement=False),
    text("recipient", "address of the one recipient", primary_key=True),
    text("message_id", "Message-ID, the same in every attempt", unique=True),
    text("content_sha256", "hash of the message file"),
    text("eml_path", "message file, below the home folder"),
    text("state", "queued, sending, sent, failed or unknown (whether the relay took it)"),
    count("attempts", "attempts to hand it over", "attempts"),
    instant("queued_at_utc", "when it was queued, last"),
    instant("sent_at_utc", "when the relay accepted it", nullable=True),
    text("last_answer", "last answer of the relay", nullable=True),
    text("sandbox_recipient", "address that gets it in place of the recipient; null for none", nullable=True),
    instant("next_try_at_utc", "not to be tried again before; null for at once", nullable=True),
    instant("claimed_at_utc", "when the last attempt began; null before the first", nullable=True),
    text("claimed_by", "process of the last attempt; null before the first", nullable=True),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'unknown')", name="state"),
    comment="One row per message and recipient.",
)
