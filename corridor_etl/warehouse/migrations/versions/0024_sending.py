"""Lets messages be claimed, tried again later and suspended, and keeps what happened to each."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024_sending"
down_revision = "0023_vessel_load"
branch_labels = None
depends_on = None

_STATE = "queued, sending, sent, failed or unknown (whether the relay took it)"
_STATE_BEFORE = "queued, sent, failed or unknown"
_QUEUED = "when it was queued, last [UTC]"
_QUEUED_BEFORE = "when it was queued [UTC]"
_ABOUT = "One row per message and recipient."
_STATES = "state IN ('queued', 'sending', 'sent', 'failed', 'unknown')"


def upgrade() -> None:
    for column in _columns():
        op.add_column("outbox", column)
    with op.batch_alter_table("outbox", table_kwargs={"comment": _ABOUT}) as table:
        table.alter_column("state", existing_type=sa.Text(), existing_nullable=False, comment=_STATE)
        table.alter_column(
            "queued_at_utc",
            existing_type=sa.DateTime(timezone=True),
            existing_nullable=False,
            comment=_QUEUED,
        )
        table.create_check_constraint(op.f("ck_outbox_state"), _STATES)
    _outbox_event()
    _mail_suspension()


def _columns() -> list[sa.Column[Any]]:
    return [
        _text("sandbox_recipient", "address that gets it in place of the recipient; null for none", True),
        _instant("next_try_at_utc", "not to be tried again before; null for at once [UTC]", True),
        _instant("claimed_at_utc", "when the last attempt began; null before the first [UTC]", True),
        _text("claimed_by", "process of the last attempt; null before the first", True),
    ]


def _outbox_event() -> None:
    op.create_table(
        "outbox_event",
        _serial("event_no"),
        _text("message_id", "Message-ID"),
        _instant("at_utc", "when it happened [UTC]"),
        _text("state_before", "state of the message before"),
        _text("state_after", "state of the message after; as before where an answer came too late to count"),
        sa.Column(
            "attempt", sa.BigInteger(), nullable=False, comment="number of the attempt, 0 before the first"
        ),
        _text("answer", "answer of the relay, or the reason given", True),
        _text("done_by", "process that did it, or who decided it"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox.message_id"], name=op.f("fk_outbox_event_message_id")
        ),
        sa.PrimaryKeyConstraint("event_no", name=op.f("pk_outbox_event")),
        comment="Every move of every message from one state to another, in order.",
    )
    op.create_index("ix_outbox_event_message_id", "outbox_event", ["message_id"], unique=False)


def _mail_suspension() -> None:
    op.create_table(
        "mail_suspension",
        _serial("suspension_id"),
        _text("address", "address that gets no mail, in lower case"),
        _text("reason", "why: the refusal of the relay, or the words of who suspended it"),
        _text("message_id", "message that was refused; null where a person suspended it", True),
        _text("suspended_by", "process or person that suspended it"),
        _instant("suspended_at_utc", "since when [UTC]"),
        _text("lifted_by", "who lifted it; null while it stands", True),
        _instant("lifted_at_utc", "when it was lifted; null while it stands [UTC]", True),
        sa.PrimaryKeyConstraint("suspension_id", name=op.f("pk_mail_suspension")),
        comment="Addresses nothing is sent to until somebody lifts it.",
    )
    op.create_index("ix_mail_suspension_address", "mail_suspension", ["address"], unique=False)


def _serial(name: str) -> sa.Column[Any]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, number, autoincrement=True, nullable=False, comment="running number")


def _text(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _instant(name: str, comment: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def downgrade() -> None:
    """A message that was being sent is unknown: the revision before does not know the word."""
    op.drop_table("mail_suspension")
    op.drop_table("outbox_event")
    with op.batch_alter_table("outbox", table_kwargs={"comment": _ABOUT}) as table:
        table.drop_constraint(op.f("ck_outbox_state"), type_="check")
        table.alter_column("state", existing_type=sa.Text(), existing_nullable=False, comment=_STATE_BEFORE)
        table.alter_column(
            "queued_at_utc",
            existing_type=sa.DateTime(timezone=True),
            existing_nullable=False,
            comment=_QUEUED_BEFORE,
        )
        for column in _columns():
            table.drop_column(column.name)
    op.execute("UPDATE outbox SET state = 'unknown' WHERE state = 'sending'")
