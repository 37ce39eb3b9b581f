"""Creates issues and outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_issues"
down_revision = "0006_trade_marts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue",
        sa.Column("edition", sa.Text(), nullable=False, comment="weekly, throughput, trade or brief"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week the issue reports"),
        sa.Column(
            "revision",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="0 for the first, higher after a correction",
        ),
        sa.Column("language", sa.Text(), nullable=False, comment="language of the text"),
        sa.Column("issue_no", sa.BigInteger(), nullable=False, comment="running number of the edition"),
        sa.Column("state", sa.Text(), nullable=False, comment="published, partial or held"),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch the figures are computed from; 0 before the first",
        ),
        sa.Column(
            "published_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was published [UTC]",
        ),
        sa.Column(
            "scheduled_at_utc", sa.DateTime(timezone=True), nullable=True, comment="when it was due [UTC]"
        ),
        sa.Column("content_sha256", sa.Text(), nullable=False, comment="hash of the rendered issue"),
        sa.Column(
            "context_json", sa.Text(), nullable=False, comment="everything the issue was rendered from"
        ),
        sa.Column(
            "folder", sa.Text(), nullable=False, comment="folder of the rendered files, below the home folder"
        ),
        sa.PrimaryKeyConstraint("edition", "week", "revision", name=op.f("pk_issue")),
        comment="Published issues; what was sent can be got back byte for byte.",
    )
    op.create_table(
        "issue_figure",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the issue"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week of the issue"),
        sa.Column(
            "revision", sa.BigInteger(), autoincrement=False, nullable=False, comment="revision of the issue"
        ),
        sa.Column(
            "address", sa.Text(), nullable=False, comment="stable address of the figure within the issue"
        ),
        sa.Column(
            "value_text",
            sa.Text(),
            nullable=True,
            comment="the value as an exact number in plain notation, or the words shown",
        ),
        sa.Column("unit", sa.Text(), nullable=False, comment="unit of the value"),
        sa.PrimaryKeyConstraint("edition", "week", "revision", "address", name=op.f("pk_issue_figure")),
        comment="Every figure of every issue.",
    )
    op.create_table(
        "outbox",
        sa.Column("report_key", sa.Text(), nullable=False, comment="edition/week the message carries"),
        sa.Column(
            "revision", sa.BigInteger(), autoincrement=False, nullable=False, comment="revision of the issue"
        ),
        sa.Column("recipient", sa.Text(), nullable=False, comment="address of the one recipient"),
        sa.Column("message_id", sa.Text(), nullable=False, comment="Message-ID, the same in every attempt"),
        sa.Column("content_sha256", sa.Text(), nullable=False, comment="hash of the message file"),
        sa.Column("eml_path", sa.Text(), nullable=False, comment="message file, below the home folder"),
        sa.Column("state", sa.Text(), nullable=False, comment="queued, sent, failed or unknown"),
        sa.Column("attempts", sa.BigInteger(), nullable=False, comment="attempts to hand it over [attempts]"),
        sa.Column(
            "queued_at_utc", sa.DateTime(timezone=True), nullable=False, comment="when it was queued [UTC]"
        ),
        sa.Column(
            "sent_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the relay accepted it [UTC]",
        ),
        sa.Column("last_answer", sa.Text(), nullable=True, comment="last answer of the relay"),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("report_key", "revision", "recipient", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        comment="One row per message and recipient.",
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("issue_figure")
    op.drop_table("issue")
