"""Creates the digests of weeks, by which a commit knows which of them to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_week_digest"
down_revision = "0021_booking_use"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "week_digest",
        sa.Column("table_name", sa.Text(), nullable=False, comment="mart or fact that is kept by week"),
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week of its rows"),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="digest of these rows without snapshot, 32 hexadecimal digits",
        ),
        sa.PrimaryKeyConstraint("table_name", "iso_week", name=op.f("pk_week_digest")),
        comment="Whether a week is what it was, without reading it: a commit reads and writes only weeks that differ.",
    )


def downgrade() -> None:
    op.drop_table("week_digest")
