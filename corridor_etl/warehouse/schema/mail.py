"""What happened to messages of the outbox, and addresses that get none for now."""

from __future__ import annotations

from sqlalchemy import Index, Table

from corridor_etl.warehouse.columns import count, instant, serial, text
from corridor_etl.warehouse.schema._metadata import METADATA

OUTBOX_EVENT = Table(
    "outbox_event",
    METADATA,
    serial("event_no", "running number"),
    text("message_id", "Message-ID", foreign_key="outbox.message_id"),
    instant("at_utc", "when it happened"),
    text("state_before", "state of the message before"),
    text("state_after", "state of the message after; as before where an answer came too late to count"),
    count("attempt", "number of the attempt, 0 before the first"),
    text("answer", "answer of the relay, or the reason given", nullable=True),
    text("done_by", "process that did it, or who decided it"),
    Index("ix_outbox_event_message_id", "message_id"),
    comment="Every move of every message from one state to another, in order.",
)

MAIL_SUSPENSION = Table(
    "mail_suspension",
    METADATA,
    serial("suspension_id", "running number"),
    text("address", "address that gets no mail, in lower case"),
    text("reason", "why: the refusal of the relay, or the words of who suspended it"),
    text("message_id", "message that was refused; null where a person suspended it", nullable=True),
    text("suspended_by", "process or person that suspended it"),
    instant("suspended_at_utc", "since when"),
    text("lifted_by", "who lifted it; null while it stands", nullable=True),
    instant("lifted_at_utc", "when it was lifted; null while it stands", nullable=True),
    Index("ix_mail_suspension_address", "address"),
    comment="Addresses nothing is sent to until somebody lifts it.",
)
