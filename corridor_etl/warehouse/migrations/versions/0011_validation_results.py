"""Creates the last validation results of each suite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_validation_results"
down_revision = "0010_delivery_profiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "validation_result",
        sa.Column("suite", sa.Text(), nullable=False, comment="suite of expectations that ran"),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the batch that wrote the row",
        ),
        sa.Column(
            "run_at_utc", sa.DateTime(timezone=True), nullable=False, comment="when the suite ran [UTC]"
        ),
        sa.Column("success", sa.Boolean(), nullable=False, comment="whether every expectation held"),
        sa.Column(
            "result_json",
            sa.Text(),
            nullable=False,
            comment="the result as Great Expectations serialises it: counts and a few example cells",
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_validation_result_snapshot")),
        sa.PrimaryKeyConstraint("suite", "snapshot", name=op.f("pk_validation_result")),
        comment="What each suite said about the last batches it ran on; older ones are dropped.",
    )


def downgrade() -> None:
    op.drop_table("validation_result")
