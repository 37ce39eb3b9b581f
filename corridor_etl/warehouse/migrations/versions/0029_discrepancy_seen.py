"""Says anew when a discrepancy was last seen: a commit does not write what has not changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029_discrepancy_seen"
down_revision = "0028_issue_let_out"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _say("when it was first found to say what it says; it is found until it is closed [UTC]")


def downgrade() -> None:
    _say("when it was found the last time [UTC]")


def _say(comment: str) -> None:
    if op.get_bind().dialect.supports_comments:
        of_type = sa.DateTime(timezone=True)
        op.alter_column("discrepancy", "last_seen_at_utc", existing_type=of_type, comment=comment)
