"""Creates what an issue goes through: versions for readers, holds and changes of revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_issue_life"
down_revision = "0024_sending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _versions()
    _holds()
    _changes()


def _versions() -> None:
    op.create_table(
        "issue_version",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the issue"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week of the issue"),
        sa.Column(
            "revision", sa.BigInteger(), autoincrement=False, nullable=False, comment="revision of the issue"
        ),
        sa.Column("audience", sa.Text(), nullable=False, comment="internal, partner or public"),
        sa.Column("language", sa.Text(), nullable=False, comment="language of the text"),
        sa.Column("content_sha256", sa.Text(), nullable=False, comment="hash of the rendered files"),
        sa.Column(
            "package_version", sa.Text(), nullable=False, comment="version of the code that rendered it"
        ),
        sa.Column(
            "template_version",
            sa.Text(),
            nullable=False,
            comment="version of the templates it was rendered with",
        ),
        sa.Column(
            "folder", sa.Text(), nullable=False, comment="folder of the rendered files, below the home folder"
        ),
        sa.PrimaryKeyConstraint(
            "edition", "week", "revision", "audience", "language", name=op.f("pk_issue_version")
        ),
        comment="An issue as each audience reads it in each language.",
    )


def _holds() -> None:
    op.create_table(
        "issue_hold",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the issue"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week of the issue"),
        sa.Column(
            "revision",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="revision that was to be published",
        ),
        sa.Column(
            "snapshot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="batch the figures were computed from",
        ),
        sa.Column(
            "held_at_utc", sa.DateTime(timezone=True), nullable=False, comment="when it was held first [UTC]"
        ),
        sa.Column(
            "reasons", sa.Text(), nullable=False, comment="what is missing or failed, one reason a line"
        ),
        sa.CheckConstraint("reasons <> ''", name=op.f("ck_issue_hold_reasons_given")),
        sa.PrimaryKeyConstraint("edition", "week", "revision", "snapshot", name=op.f("pk_issue_hold")),
        comment="Issues that were not published, and why; what is in issue as well was published later.",
    )


def _changes() -> None:
    op.create_table(
        "issue_change",
        sa.Column("edition", sa.Text(), nullable=False, comment="edition of the issue"),
        sa.Column("week", sa.Text(), nullable=False, comment="ISO week of the issue"),
        sa.Column(
            "revision",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="revision that changed the figure",
        ),
        sa.Column(
            "address", sa.Text(), nullable=False, comment="stable address of the figure within the issue"
        ),
        sa.Column(
            "value_before",
            sa.Text(),
            nullable=True,
            comment="the value as published before, an exact number; null where there was none",
        ),
        sa.Column(
            "value_after",
            sa.Text(),
            nullable=True,
            comment="the value of this revision, an exact number; null where there is none",
        ),
        sa.Column("unit", sa.Text(), nullable=False, comment="unit of the values"),
        sa.Column(
            "causes",
            sa.Text(),
            nullable=False,
            comment="what changed it, as in v_revisions, separated by a comma",
        ),
        sa.Column(
            "file_names",
            sa.Text(),
            nullable=False,
            comment="files that brought it, one of each batch and cause, a line each; empty without any",
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_issue_change_of_a_revision")),
        sa.PrimaryKeyConstraint("edition", "week", "revision", "address", name=op.f("pk_issue_change")),
        comment="Each figure that a revision changed, with its cause.",
    )


def downgrade() -> None:
    op.drop_table("issue_change")
    op.drop_table("issue_hold")
    op.drop_table("issue_version")
