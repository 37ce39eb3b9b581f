"""Creates the effects of corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_correction_effects"
down_revision = "0011_validation_results"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction_effect",
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the batch that wrote the row",
        ),
        sa.Column("delivery_id", sa.Text(), nullable=False, comment="delivery whose rows it is about"),
        sa.Column("correction_id", sa.Text(), nullable=False, comment="id of the correction"),
        sa.Column(
            "iso_week",
            sa.Text(),
            nullable=False,
            comment="ISO week of the rows as they load; empty where it is unknown",
        ),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind of the rows"),
        sa.Column("action", sa.Text(), nullable=False, comment="drop, override, scale or flag"),
        sa.Column("provider", sa.Text(), nullable=False, comment="who must mend the error"),
        sa.Column(
            "guard_outcome",
            sa.Text(),
            nullable=False,
            comment="passed (applied), failed, conflict or expired (not applied)",
        ),
        sa.Column(
            "rows",
            sa.BigInteger(),
            nullable=False,
            comment="rows it was applied to, or that it matched where it was not applied [rows]",
        ),
        sa.Column(
            "first_line_no",
            sa.BigInteger(),
            nullable=True,
            comment="line of the first of them; null where there is none",
        ),
        sa.Column(
            "old_text",
            sa.Text(),
            nullable=True,
            comment="changed columns of the first row before; what was found where it was not applied",
        ),
        sa.Column("new_text", sa.Text(), nullable=True, comment="changed columns of the first row after"),
        sa.CheckConstraint("rows >= 0", name=op.f("ck_correction_effect_not_negative")),
        sa.CheckConstraint(
            "action IN ('drop', 'override', 'scale', 'flag')", name=op.f("ck_correction_effect_action")
        ),
        sa.CheckConstraint(
            "guard_outcome IN ('passed', 'failed', 'conflict', 'expired')",
            name=op.f("ck_correction_effect_guard_outcome"),
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_correction_effect_snapshot")),
        sa.PrimaryKeyConstraint(
            "snapshot", "delivery_id", "correction_id", "iso_week", name=op.f("pk_correction_effect")
        ),
        comment="What each correction did to each delivery, by week, or why it was not applied.",
    )
    op.create_index("ix_correction_effect_iso_week", "correction_effect", ["iso_week"], unique=False)


def downgrade() -> None:
    op.drop_table("correction_effect")
