"""Names when a discrepancy came to say what it says, not which batch found it last: most find it unchanged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029_discrepancy_changed"
down_revision = "0028_issue_let_out"
branch_labels = None
depends_on = None

SEEN, CHANGED = "last_seen_at_utc", "changed_at_utc"


def upgrade() -> None:
    _rename(SEEN, CHANGED, "when it came to say what it says; it is found until it is closed [UTC]")


def downgrade() -> None:
    _rename(CHANGED, SEEN, "when it was found the last time [UTC]")


def _rename(old: str, new: str, comment: str) -> None:
    op.execute(f"ALTER TABLE discrepancy RENAME COLUMN {old} TO {new}")
    # What was recorded of the column is undone by its name.
    op.execute(
        f"UPDATE state_change SET column_name = '{new}' WHERE table_name = 'discrepancy' AND column_name = '{old}'"
    )
    if op.get_bind().dialect.supports_comments:
        op.alter_column("discrepancy", new, existing_type=sa.DateTime(timezone=True), comment=comment)
