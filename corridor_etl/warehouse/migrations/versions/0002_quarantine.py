"""Creates quarantine, findings and check results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_quarantine"
down_revision = "0001_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column(
            "quarantine_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the quarantined row",
        ),
        sa.Column("delivery_id", sa.Text(), nullable=False, comment="delivery the row came in"),
        sa.Column("line_no", sa.BigInteger(), nullable=False, comment="line of the file, or sheet row"),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind the row was meant to be"),
        sa.Column("rule_ids", sa.Text(), nullable=False, comment="rules the row breaks, separated by commas"),
        sa.Column("severity", sa.Text(), nullable=False, comment="worst severity of these rules"),
        sa.Column(
            "details_json", sa.Text(), nullable=False, comment="list of rule_id, column, observed, expected"
        ),
        sa.Column("raw_text", sa.Text(), nullable=False, comment="the row as received"),
        sa.Column(
            "raw_json",
            sa.Text(),
            nullable=True,
            comment="the row's cells as received, by column; null if it could not be split",
        ),
        sa.Column("iso_week", sa.Text(), nullable=True, comment="ISO week of the row where it is known"),
        sa.Column("state", sa.Text(), nullable=False, comment="open, replayed, waived or discarded"),
        sa.Column(
            "first_seen_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the row was quarantined [UTC]",
        ),
        sa.Column(
            "snapshot", sa.BigInteger(), nullable=False, comment="number of the batch that wrote the row"
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_quarantine_snapshot")),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
        comment="Rows that were not loaded, kept as received until they are replayed, waived or discarded.",
    )
    op.create_index("ix_quarantine_delivery_id", "quarantine", ["delivery_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column(
            "finding_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the finding",
        ),
        sa.Column("delivery_id", sa.Text(), nullable=True, comment="delivery the finding is about"),
        sa.Column(
            "line_no",
            sa.BigInteger(),
            nullable=True,
            comment="line of the file; null when the whole file is meant",
        ),
        sa.Column("record_kind", sa.Text(), nullable=True, comment="record kind concerned"),
        sa.Column("rule_id", sa.Text(), nullable=False, comment="rule that found it"),
        sa.Column("severity", sa.Text(), nullable=False, comment="critical, warning or info"),
        sa.Column("column_name", sa.Text(), nullable=True, comment="canonical column concerned"),
        sa.Column("message", sa.Text(), nullable=False, comment="what was found, in words"),
        sa.Column(
            "rows",
            sa.BigInteger(),
            nullable=False,
            comment="rows concerned; 0 for a remark on the whole file [rows]",
        ),
        sa.Column("observed", sa.Text(), nullable=True, comment="value found"),
        sa.Column("expected", sa.Text(), nullable=True, comment="what was expected"),
        sa.Column(
            "snapshot", sa.BigInteger(), nullable=False, comment="number of the batch that wrote the row"
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_finding_snapshot")),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding")),
        comment="Remarks on files and rows that were loaded all the same.",
    )
    op.create_index("ix_finding_delivery_id", "finding", ["delivery_id"], unique=False)
    op.create_table(
        "check_result",
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the batch that wrote the row",
        ),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind the rule was run on"),
        sa.Column("rule_id", sa.Text(), nullable=False, comment="rule"),
        sa.Column("severity", sa.Text(), nullable=False, comment="critical, warning or info"),
        sa.Column(
            "evaluated", sa.BigInteger(), nullable=False, comment="rows the rule was applied to [rows]"
        ),
        sa.Column("unexpected", sa.BigInteger(), nullable=False, comment="rows that break it [rows]"),
        sa.Column("success", sa.Boolean(), nullable=False, comment="whether the rule as a whole held"),
        sa.PrimaryKeyConstraint("snapshot", "record_kind", "rule_id", name=op.f("pk_check_result")),
        comment="What each rule said about each batch.",
    )


def downgrade() -> None:
    op.drop_table("check_result")
    op.drop_table("finding")
    op.drop_table("quarantine")
