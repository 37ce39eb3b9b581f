"""Creates the record of backfills, and the versions of code and rules that the figures of each week are of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027_backfills"
down_revision = "0026_incidents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _builds()
    _backfills()
    _weeks()
    _differences()


def _builds() -> None:
    op.create_table(
        "week_build",
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week of the marts"),
        sa.Column(
            "code_version", sa.Text(), nullable=False, comment="version of the code that computes figures"
        ),
        sa.Column(
            "rules_version",
            sa.Text(),
            nullable=False,
            comment="version of the rules and settings that figures depend on",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch with which the week was first of these versions; 0 before the first",
        ),
        sa.Column("built_at_utc", sa.DateTime(timezone=True), nullable=False, comment="when that was [UTC]"),
        sa.PrimaryKeyConstraint("iso_week", name=op.f("pk_week_build")),
        comment="Of which versions of code and rules the figures of a week are; a week without a row was made before.",
    )


def _backfills() -> None:
    op.create_table(
        "backfill",
        sa.Column(
            "backfill_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="number of the backfill",
        ),
        sa.Column("weeks_first", sa.Text(), nullable=False, comment="first ISO week asked for"),
        sa.Column("weeks_last", sa.Text(), nullable=False, comment="last ISO week asked for"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was asked for"),
        sa.Column("requested_by", sa.Text(), nullable=False, comment="who asked for it"),
        sa.Column(
            "requested_at_utc",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was asked for [UTC]",
        ),
        sa.Column(
            "mode",
            sa.Text(),
            nullable=False,
            comment="default (missing, failed, stale and corrected weeks), all or only-failed",
        ),
        sa.Column(
            "hold_for_approval",
            sa.Boolean(),
            nullable=False,
            comment="whether it stops after the comparison until somebody approves",
        ),
        sa.Column(
            "reissue",
            sa.Boolean(),
            nullable=False,
            comment="whether the mails of its issues are queued; else they are prepared and not sent",
        ),
        sa.Column(
            "code_version",
            sa.Text(),
            nullable=False,
            comment="version of the code that computes figures, when it last began",
        ),
        sa.Column(
            "rules_version",
            sa.Text(),
            nullable=False,
            comment="version of the rules and settings that figures depend on, when it last began",
        ),
        sa.Column(
            "issue_version",
            sa.Text(),
            nullable=False,
            comment="version of package and templates, when it last began",
        ),
        sa.Column(
            "base_snapshot",
            sa.BigInteger(),
            nullable=False,
            comment="batch its comparison is made on, its own commits included",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="planned, running, waiting_approval, done, failed, cancelled or rejected",
        ),
        sa.Column(
            "decided_by",
            sa.Text(),
            nullable=True,
            comment="who approved or rejected it; null where nobody did",
        ),
        sa.Column(
            "finished_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it ended, last; null while it has not [UTC]",
        ),
        sa.CheckConstraint("mode IN ('default', 'all', 'only-failed')", name=op.f("ck_backfill_mode")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_backfill_reason_given")),
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'waiting_approval', 'done', 'failed', 'cancelled', 'rejected')",
            name=op.f("ck_backfill_state"),
        ),
        sa.PrimaryKeyConstraint("backfill_id", name=op.f("pk_backfill")),
        comment="Every backfill that was ever asked for.",
    )


def _weeks() -> None:
    op.create_table(
        "backfill_week",
        sa.Column(
            "backfill_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the backfill",
        ),
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week"),
        sa.Column(
            "state_before",
            sa.Text(),
            nullable=False,
            comment="missing, failed, stale, corrected or ok, when the backfill was asked for",
        ),
        sa.Column("why", sa.Text(), nullable=False, comment="what made it so"),
        sa.Column(
            "is_rebuilt",
            sa.Boolean(),
            nullable=False,
            comment="whether its figures are computed again; else only its issue is looked at",
        ),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="queued, running, built, swapped, unchanged or failed"
        ),
        sa.Column(
            "rows",
            sa.BigInteger(),
            nullable=False,
            comment="rows loaded that are about the week [rows]",
        ),
        sa.Column(
            "cells_changed", sa.BigInteger(), nullable=True, comment="cells of marts that differ [cells]"
        ),
        sa.Column(
            "facts_changed",
            sa.BigInteger(),
            nullable=True,
            comment="container trips and reconciled items that differ [rows]",
        ),
        sa.Column(
            "figures_changed",
            sa.BigInteger(),
            nullable=True,
            comment="figures of the weekly issue that differ [figures]",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            nullable=True,
            comment="batch that put the week in; null where nothing was put in",
        ),
        sa.Column(
            "issue",
            sa.Text(),
            nullable=True,
            comment="what became of its issues; null before they were looked at",
        ),
        sa.Column("error", sa.Text(), nullable=True, comment="why it failed, last; null where it did not"),
        sa.Column(
            "started_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when work on it began; null before [UTC]",
        ),
        sa.Column(
            "finished_at_utc",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when work on it ended; null before [UTC]",
        ),
        sa.Column("seconds", sa.Double(), nullable=True, comment="work on it so far [s]"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'built', 'swapped', 'unchanged', 'failed')",
            name=op.f("ck_backfill_week_state"),
        ),
        sa.CheckConstraint(
            "state_before IN ('missing', 'failed', 'stale', 'corrected', 'ok')",
            name=op.f("ck_backfill_week_state_before"),
        ),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.backfill_id"], name=op.f("fk_backfill_week_backfill_id")
        ),
        sa.PrimaryKeyConstraint("backfill_id", "iso_week", name=op.f("pk_backfill_week")),
        comment="Each week of a backfill and what became of it.",
    )


def _differences() -> None:
    op.create_table(
        "backfill_diff",
        sa.Column(
            "backfill_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="number of the backfill",
        ),
        sa.Column("iso_week", sa.Text(), nullable=False, comment="ISO week"),
        sa.Column(
            "mart",
            sa.Text(),
            nullable=False,
            comment="mart table, or figure for a figure of the weekly issue",
        ),
        sa.Column(
            "row_key",
            sa.Text(),
            nullable=False,
            comment="the other key columns of the mart in their order, separated by |; empty for a figure",
        ),
        sa.Column(
            "measure", sa.Text(), nullable=False, comment="column of the mart, or address of the figure"
        ),
        sa.Column(
            "value_before", sa.Text(), nullable=True, comment="exact value before; null where there was none"
        ),
        sa.Column(
            "value_after", sa.Text(), nullable=True, comment="exact value after; null where there is none"
        ),
        sa.ForeignKeyConstraint(
            ["backfill_id"], ["backfill.backfill_id"], name=op.f("fk_backfill_diff_backfill_id")
        ),
        sa.PrimaryKeyConstraint(
            "backfill_id", "iso_week", "mart", "row_key", "measure", name=op.f("pk_backfill_diff")
        ),
        comment="Each cell and figure that a backfill found to differ.",
    )


def downgrade() -> None:
    op.drop_table("backfill_diff")
    op.drop_table("backfill_week")
    op.drop_table("backfill")
    op.drop_table("week_build")
