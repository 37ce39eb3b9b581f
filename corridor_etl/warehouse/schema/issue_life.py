"""What becomes of an issue: versions for readers, what held it back, what a revision changed. Rows are only added."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table

from corridor_etl.warehouse.columns import count, instant, text
from corridor_etl.warehouse.schema._metadata import METADATA

ISSUE_VERSION = Table(
    "issue_version",
    METADATA,
    text("edition", "edition of the issue", primary_key=True),
    text("week", "ISO week of the issue", primary_key=True),
    count("revision", "revision of the issue", primary_key=True, autoincrement=False),
    text("audience", "internal, partner or public", primary_key=True),
    text("language", "language of the text", primary_key=True),
    text("content_sha256", "hash of the rendered files"),
    text("package_version", "version of the code that rendered it"),
    text("template_version", "version of the templates it was rendered with"),
    text("folder", "folder of the rendered files, below the home folder"),
    comment="An issue as each audience reads it in each language.",
)

ISSUE_HOLD = Table(
    "issue_hold",
    METADATA,
    text("edition", "edition of the issue", primary_key=True),
    text("week", "ISO week of the issue", primary_key=True),
    count("revision", "revision that was to be published", primary_key=True, autoincrement=False),
    count("snapshot", "batch the figures were computed from", primary_key=True, autoincrement=False),
    instant("held_at_utc", "when it was held first"),
    text("reasons", "what is missing or failed, one reason a line"),
    CheckConstraint("reasons <> ''", name="reasons_given"),
    comment="Issues that were not published, and why; what is in issue as well was published later.",
)

ISSUE_CHANGE = Table(
    "issue_change",
    METADATA,
    text("edition", "edition of the issue", primary_key=True),
    text("week", "ISO week of the issue", primary_key=True),
    count("revision", "revision that changed the figure", primary_key=True, autoincrement=False),
    text("address", "stable address of the figure within the issue", primary_key=True),
    text(
        "value_before",
        "the value as published before, an exact number; null where there was none",
        nullable=True,
    ),
    text(
        "value_after", "the value of this revision, an exact number; null where there is none", nullable=True
    ),
    text("unit", "unit of the values"),
    text("causes", "what changed it, as in v_revisions, separated by a comma"),
    text(
        "file_names",
        "files that brought it, one of each batch and cause, a line each; empty without any",
    ),
    CheckConstraint("revision > 0", name="of_a_revision"),
    comment="Each figure that a revision changed, with its cause.",
)

ISSUE_LET_OUT = Table(
    "issue_let_out",
    METADATA,
    text("edition", "edition of the issue", primary_key=True),
    text("week", "ISO week of the issue", primary_key=True),
    count("revision", "revision of the issue", primary_key=True, autoincrement=False),
    instant("let_out_at_utc", "when it was let out"),
    text("let_out_by", "who let it out"),
    text("why", "why, in their words"),
    text("reasons", "what would have held it back, one reason a line"),
    CheckConstraint("let_out_by <> '' AND why <> '' AND reasons <> ''", name="said_whole"),
    comment="Issues that a person published although a change in them was so large that it stops an issue.",
)
