"""Creates the record of issues that a person let out although a check stops them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_issue_let_out"
down_revision = "0027_backfills"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_let_out",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the issue"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week of the issue"),
        sa.Column(
            "revision", sa.BigInteger(), autoincrement=False, nullable=False, comment="revision of the issue"
        ),
        sa.Column(
            "let_out_at_utc", sa.DateTime(timezone=True), nullable=False, comment="when it was let out [UTC]"
        ),
        sa.Column("let_out_by", sa.Text(), nullable=False, comment="who let it out"),
        sa.Column("why", sa.Text(), nullable=False, comment="why, in their words"),
        sa.Column(
            "reasons", sa.Text(), nullable=False, comment="what would have held it back, one reason a line"
        ),
        sa.CheckConstraint(
            "let_out_by <> '' AND why <> '' AND reasons <> ''", name=op.f("ck_issue_let_out_said_whole")
        ),
        sa.PrimaryKeyConstraint("edition", "week", "revision", name=op.f("pk_issue_let_out")),
        comment="Issues that a person published although a change in them was so large that it stops an issue.",
    )


def downgrade() -> None:
    op.drop_table("issue_let_out")
