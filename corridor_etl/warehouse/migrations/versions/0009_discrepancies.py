"""Creates the ledger of discrepancies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_discrepancies"
down_revision = "0008_quarantine_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discrepancy",
        sa.Column(
            "discrepancy_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the discrepancy",
        ),
        sa.Column("rule_id", sa.Text(), nullable=False, comment="rule of the cross-source suite"),
        sa.Column(
            "severity",
            sa.Text(),
            nullable=False,
            comment="critical (open until resolved), warning or info",
        ),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="what it is about: trip, train, declared, consignment ...",
        ),
        sa.Column(
            "subject_key",
            sa.Text(),
            nullable=False,
            comment="identity of the subject; with the rule it is unique",
        ),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind of the row it is about"),
        sa.Column(
            "record_key",
            sa.Text(),
            nullable=False,
            comment="business key of that row, its parts separated by |",
        ),
        sa.Column(
            "delivery_id", sa.Text(), nullable=True, comment="delivery of that row; null if it has none"
        ),
        sa.Column("line_no", sa.BigInteger(), nullable=True, comment="line of that row in its file"),
        sa.Column(
            "other_delivery_id",
            sa.Text(),
            nullable=True,
            comment="delivery of the row it was compared with; null if that is missing",
        ),
        sa.Column("iso_week", sa.Text(), nullable=True, comment="ISO week of the subject where it is known"),
        sa.Column(
            "container_nos",
            sa.Text(),
            nullable=True,
            comment="containers concerned, separated by one blank",
        ),
        sa.Column("train_no", sa.Text(), nullable=True, comment="train concerned"),
        sa.Column("observed", sa.Text(), nullable=False, comment="what the documents say"),
        sa.Column("expected", sa.Text(), nullable=False, comment="what the rule expects"),
        sa.Column(
            "first_seen_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was found the first time [UTC]",
        ),
        sa.Column(
            "last_seen_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was found the last time [UTC]",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="open, healed (the documents agree or cannot be compared any more) or waived",
        ),
        sa.Column(
            "closed_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it healed or was waived; null while open [UTC]",
        ),
        sa.Column(
            "closed_by", sa.Text(), nullable=True, comment="who waived it, or healing; null while open"
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was waived; null otherwise"),
        sa.Column(
            "snapshot_opened",
            sa.BigInteger(),
            nullable=False,
            comment="number of the batch that opened it last",
        ),
        sa.Column(
            "snapshot_closed",
            sa.BigInteger(),
            nullable=True,
            comment="number of the batch that healed it, or after which it was waived; null while open",
        ),
        sa.CheckConstraint("state IN ('open', 'healed', 'waived')", name=op.f("ck_discrepancy_state")),
        sa.CheckConstraint("(state = 'open') = (closed_at_utc IS NULL)", name=op.f("ck_discrepancy_closed")),
        sa.CheckConstraint(
            "state <> 'waived' OR coalesce(reason, '') <> ''", name=op.f("ck_discrepancy_reason_given")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_opened"], ["batch.snapshot"], name=op.f("fk_discrepancy_snapshot_opened")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_closed"], ["batch.snapshot"], name=op.f("fk_discrepancy_snapshot_closed")
        ),
        sa.PrimaryKeyConstraint("discrepancy_id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("rule_id", "subject_key", name=op.f("uq_discrepancy_rule_id_subject_key")),
        comment="What documents of different sources say differently; the rows themselves are loaded.",
    )
    op.create_index("ix_discrepancy_iso_week", "discrepancy", ["iso_week"], unique=False)


def downgrade() -> None:
    op.drop_table("discrepancy")
