"""Gives quarantined rows a key, a suggestion, the time they were last seen, and what was decided about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008_quarantine_decisions"
down_revision = "0007_issues"
branch_labels = None
depends_on = None

_STATES = "open, replayed, waived, superseded or discarded"
_STATES_BEFORE = "open, replayed, waived or discarded"
_ABOUT = "Rows that were not loaded, kept as received, with what was decided about them."
_ABOUT_BEFORE = "Rows that were not loaded, kept as received until they are replayed, waived or discarded."
_UNEXPECTED = "rows that break it; in a replay only rows out of quarantine [rows]"
_UNEXPECTED_BEFORE = "rows that break it [rows]"


def _columns() -> list[sa.Column[Any]]:
    instant, number, text = sa.DateTime(timezone=True), sa.BigInteger(), sa.Text()
    meanings: tuple[tuple[str, Any, str], ...] = (
        ("remarks_json", text, "what lesser rules say of the row, as details_json; null for none"),
        ("record_key", text, "business key of the row as JSON; null for a row that is no record"),
        ("record_version", number, "version of the record; null for a row that is no record"),
        (
            "suggestion",
            text,
            "container number the row probably means, by another source; never applied by itself",
        ),
        ("last_seen_at_utc", instant, "when the row was last found to break these rules [UTC]"),
        ("decided_at_utc", instant, "when the row got its state; null while nobody decided [UTC]"),
        ("decided_by", text, "who gave the row its state; corridor where it came by itself"),
        ("decision_reason", text, "why the row got its state"),
        ("decided_snapshot", number, "number of the batch that gave the row its state"),
    )
    return [sa.Column(name, of_type, nullable=True, comment=comment) for name, of_type, comment in meanings]


def upgrade() -> None:
    columns = _columns()
    for column in columns:
        op.add_column("quarantine", column)
    op.execute("UPDATE quarantine SET last_seen_at_utc = first_seen_at_utc")
    op.execute("UPDATE quarantine SET decided_by = 'corridor' WHERE state <> 'open'")
    op.execute("UPDATE quarantine SET decision_reason = 'its original came' WHERE state = 'replayed'")
    op.execute(
        "UPDATE quarantine SET decision_reason = 'not recorded' WHERE state IN ('waived', 'discarded')"
    )
    with op.batch_alter_table("quarantine", table_kwargs={"comment": _ABOUT}) as table:
        table.alter_column("last_seen_at_utc", existing_type=sa.DateTime(timezone=True), nullable=False)
        table.alter_column("state", existing_type=sa.Text(), existing_nullable=False, comment=_STATES)
        table.create_check_constraint(
            op.f("ck_quarantine_state"),
            "state IN ('open', 'replayed', 'waived', 'superseded', 'discarded')",
        )
        table.create_check_constraint(
            op.f("ck_quarantine_decision_given"),
            "state NOT IN ('waived', 'discarded') OR "
            "(coalesce(decided_by, '') <> '' AND coalesce(decision_reason, '') <> '')",
        )
        table.create_foreign_key(
            op.f("fk_quarantine_decided_snapshot"), "batch", ["decided_snapshot"], ["snapshot"]
        )
    op.create_index("ix_quarantine_state", "quarantine", ["state", "record_kind"], unique=False)
    _say("quarantine", _ABOUT)
    op.add_column(
        "check_result",
        sa.Column(
            "withdrawn",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="rows of earlier batches that broke it and were judged anew [rows]",
        ),
    )
    _say_unexpected(_UNEXPECTED)


def downgrade() -> None:
    """A row that was superseded is open again: the revision before does not know the word."""
    op.drop_column("check_result", "withdrawn")
    _say_unexpected(_UNEXPECTED_BEFORE)
    op.drop_index("ix_quarantine_state", "quarantine")
    with op.batch_alter_table("quarantine", table_kwargs={"comment": _ABOUT_BEFORE}) as table:
        table.drop_constraint(op.f("fk_quarantine_decided_snapshot"), type_="foreignkey")
        table.drop_constraint(op.f("ck_quarantine_decision_given"), type_="check")
        table.drop_constraint(op.f("ck_quarantine_state"), type_="check")
        table.alter_column("state", existing_type=sa.Text(), existing_nullable=False, comment=_STATES_BEFORE)
        for column in _columns():
            table.drop_column(column.name)
    op.execute("UPDATE quarantine SET state = 'open' WHERE state = 'superseded'")
    _say("quarantine", _ABOUT_BEFORE)


def _say(table: str, comment: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.create_table_comment(table, comment)


def _say_unexpected(comment: str) -> None:
    if op.get_bind().dialect.supports_comments:
        op.alter_column("check_result", "unexpected", existing_type=sa.BigInteger(), comment=comment)
