"""Creates the rows that left the lake by policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_lake_expiry"
down_revision = "0014_star"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lake_expiry",
        sa.Column(
            "expiry_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the row",
        ),
        sa.Column("delivery_id", sa.Text(), nullable=False, comment="delivery the rows came in"),
        sa.Column("record_kind", sa.Text(), nullable=False, comment="record kind of the rows"),
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week of the rows"),
        sa.Column(
            "rows",
            sa.BigInteger(),
            nullable=False,
            comment="rows taken out of the lake because the policy keeps no rows so old [rows]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="number of the batch that took them out",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_lake_expiry_snapshot")),
        sa.PrimaryKeyConstraint("expiry_no", name=op.f("pk_lake_expiry")),
        comment="Rows that were loaded and have left the lake by policy. Figures of their weeks stay as they were.",
    )
    op.create_index("ix_lake_expiry_iso_week", "lake_expiry", ["iso_week"], unique=False)


def downgrade() -> None:
    op.drop_table("lake_expiry")
