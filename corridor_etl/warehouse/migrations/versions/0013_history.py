"""Creates what the past is made of: changes of figures and states, and what each batch brought."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013_history"
down_revision = "0012_correction_effects"
branch_labels = None
depends_on = None

_CHANGED_IN = "number of the batch that made the change"
_CLOSED = "number of the batch that healed or waived it; null while open"
_CLOSED_BEFORE = "number of the batch that healed it, or after which it was waived; null while open"
_CAUSES = "'new', 'late', 'corrected', 'cancelled', 'replayed', 'waived', 'corrections'"


def upgrade() -> None:
    op.add_column(
        "batch",
        sa.Column(
            "is_recorded",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether the changes the batch made are kept, so that what was before it can be read",
        ),
    )
    _say_closed(_CLOSED)
    _mart_change()
    _state_change()
    _batch_cause()


def _mart_change() -> None:
    op.create_table(
        "mart_change",
        _text("mart", "mart table"),
        _count("snapshot", _CHANGED_IN, autoincrement=False),
        _text("iso_week", "ISO week of the figure"),
        _text(
            "row_key",
            "the other key columns of the mart in their order, separated by |; "
            "empty where the week first appeared",
        ),
        _text("measure", "column of the mart; empty where the week first appeared"),
        _count(
            "value_before",
            "value before, in the unit of the column; null where the row was not there",
            nullable=True,
        ),
        _count(
            "value_after",
            "value after, in the unit of the column; null where the row is not there any more",
            nullable=True,
        ),
        _count(
            "snapshot_before",
            "number of the batch in which the figures of the week had last changed; null where it had none",
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_mart_change_snapshot")),
        sa.PrimaryKeyConstraint(
            "mart", "snapshot", "iso_week", "row_key", "measure", name=op.f("pk_mart_change")
        ),
        comment=(
            "Changes of weekly figures; one row without measure says in which batch a week first appeared."
        ),
    )
    op.create_index("ix_mart_change_iso_week", "mart_change", ["iso_week"], unique=False)


def _state_change() -> None:
    op.create_table(
        "state_change",
        _text("table_name", "table of the row: delivery, delivery_week, quarantine or discrepancy"),
        _count("snapshot", _CHANGED_IN, autoincrement=False),
        _text("row_key", "primary key of the row, its parts separated by |"),
        _text("column_name", "column of the row"),
        _text(
            "value_before",
            "value before as text, times in UTC; null where it or the row was not there",
            nullable=True,
        ),
        _text(
            "value_after",
            "value after as text, times in UTC; null where it or the row is not there",
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_state_change_snapshot")),
        sa.PrimaryKeyConstraint(
            "table_name", "snapshot", "row_key", "column_name", name=op.f("pk_state_change")
        ),
        comment="Changes of rows of the ledger after the batch that brought them.",
    )


def _batch_cause() -> None:
    op.create_table(
        "batch_cause",
        _count("snapshot", "number of the batch", autoincrement=False),
        _text(
            "cause",
            "new (first version of a record), late (the same, of a week already published), corrected, "
            "cancelled, replayed, waived (out of quarantine), or corrections (changed by a file of corrections)",
        ),
        _text("record_kind", "record kind of the rows"),
        _text("iso_week", "ISO week the rows belong to, or belonged to before"),
        _count("rows", "rows of the batch of this cause and week [rows]"),
        _count("delivery_no", "one of the deliveries they came by", nullable=True),
        sa.CheckConstraint(f"cause IN ({_CAUSES})", name=op.f("ck_batch_cause_cause")),
        sa.CheckConstraint("rows > 0", name=op.f("ck_batch_cause_rows")),
        sa.ForeignKeyConstraint(["snapshot"], ["batch.snapshot"], name=op.f("fk_batch_cause_snapshot")),
        sa.ForeignKeyConstraint(
            ["delivery_no"], ["delivery.delivery_no"], name=op.f("fk_batch_cause_delivery_no")
        ),
        sa.PrimaryKeyConstraint("snapshot", "cause", "record_kind", "iso_week", name=op.f("pk_batch_cause")),
        comment="What each batch brought, by record kind and week: why figures changed.",
    )


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _count(name: str, comment: str, *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, comment=comment, **options)


def _say_closed(comment: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "discrepancy",
            "snapshot_closed",
            existing_type=sa.BigInteger(),
            existing_nullable=True,
            comment=comment,
        )


def downgrade() -> None:
    for table in ("batch_cause", "state_change", "mart_change"):
        op.drop_table(table)
    _say_closed(_CLOSED_BEFORE)
    op.drop_column("batch", "is_recorded")
